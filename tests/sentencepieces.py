"""Sentencepiece vocabularies learned from the embedded headlines, and checkpoints like KoBERT's."""

import io
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

from checkpoints import edit_json, edit_weights, tiny_copy, with_pooler
from families import headlines
from haechi.tokenization.runtime import RuntimeTokenizer
from tasks import PAIRS, questions, relations, tagged

BERT_PIECES = ("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]")
MODEL_NAME = "tokenizer_78b3253a26.model"
NFD = unicodedata.normalize("NFD", "한국은행 기준금리 동결, 해치 café")
# No amounts: `0` `00` and `00` `0` are equally probable.
UNUSUAL = [
    "", " ", "   한국  은행 ", "한국\t은행\n기준\u3000금리\u00a0동결\u200b끝", "가" * 300, "\ufeff한국",
    NFD, "ㅋㅋㅋㅋㅋ ㅠㅠ ㄱㄴㄷ", "ᄒ ᆫ ᄒᆞᆫ글", "뷁 뷁뷁a 쀍",
    "１２，３４５원 ＡＢＣ５～６", "㈜한국 ㎏ ½ ﬁ ™ ①②", "❤️ ♥️ 👨‍👩‍👧 🇰🇷", "𝐀𝐁 𠮷",
    "``인용'' `a' ''", "9,9,9, ,5, 12,345.67%", "..., ...... ---- ((a)) 1.5£",
    "漢字 日本語 が ガ", "ไทย กำ हिन्दी", "İstanbul ΑΣ ß É é ñ", "a\u0301\u0327 o\u0308",
    "\x00a\x01b\x1cc\x7fd\x85e", "한국\u202a은행\u202c", "\u115f\u1160",
]  # fmt: skip
ALBERT_FLAGS: dict[str, Any] = {
    "unk_id": 1, "pad_id": 0, "bos_id": -1, "eos_id": -1, "control_symbols": ("[CLS]", "[SEP]", "[MASK]"),
}  # fmt: skip
XLNET_FLAGS: dict[str, Any] = {"control_symbols": ("<cls>", "<sep>", "<pad>", "<mask>", "<eod>")}
APART = tuple('().",-–£€')
DEBERTA_FLAGS: dict[str, Any] = {
    "pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "pad_piece": "[PAD]", "bos_piece": "[CLS]",
    "eos_piece": "[SEP]", "unk_piece": "[UNK]",
}  # fmt: skip
UNITS = ("원", "명", "건", "대", "가구")
AMOUNTS = tuple(
    f"{text} {number * 7919 % 90000 + 1000:,}{UNITS[number % len(UNITS)]}"
    for number, text in enumerate(headlines())
)


@cache
def corpus() -> list[str]:
    """The headlines, and the sentences that tests make tasks of."""
    sentences = [row["sentence"] for row in relations(20)]
    sentences += ["".join(row["text"]) for row in tagged(20)]
    sentences += [row[name] for row in questions(20) for name in ("question", "context")]
    return [*headlines(), *sentences, *(text for pair in PAIRS for text in pair[:2] * 20)]


@cache
def learn(**flags: Any) -> bytes:
    """A model file; the same flags give the same file.

    Args:
        flags: of the trainer; lists as tuples.
    """
    settings: dict[str, Any] = {
        "model_type": "unigram", "vocab_size": 1500, "num_threads": 1,
        "shuffle_input_sentence": False, "minloglevel": 2,
    }  # fmt: skip
    texts = flags.pop("texts", None) or corpus()
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in flags.items()}
    written = io.BytesIO()
    SentencePieceTrainer.train(sentence_iterator=iter(texts), model_writer=written, **(settings | given))
    return written.getvalue()


def kobert_model(**flags: Any) -> bytes:
    """A model with BERT's five special tokens as its first pieces, as skt/kobert-base-v1 has them."""
    return learn(
        unk_id=0, unk_piece="[UNK]", pad_id=1, pad_piece="[PAD]", bos_id=-1, eos_id=-1,
        control_symbols=("[CLS]", "[SEP]", "[MASK]"), **flags,
    )  # fmt: skip


@cache
def processor(model: bytes) -> Any:
    """The sentencepiece package's own reading of a model."""
    return SentencePieceProcessor(model_proto=model)


def cleaned(text: str, *, keep_accents: bool = False, lower_case: bool = False) -> str:
    """What the classes of XLNet, ALBERT and KoBERT do to a text before the model sees it."""
    text = " ".join(text.split()).replace("``", '"').replace("''", '"')
    if not keep_accents:
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if unicodedata.combining(character) == 0)
    return text.lower() if lower_case else text


def class_pieces(model: bytes, text: str, **cleaning: bool) -> list[str]:
    """Pieces that those classes give a text: a digit and the comma behind it are never one piece."""
    sp, found = processor(model), []
    for piece in sp.encode(cleaned(text, **cleaning), out_type=str):
        if len(piece) < 2 or piece[-1] != "," or not piece[-2].isdigit():
            found.append(piece)
            continue
        number = sp.encode(piece[:-1].replace("▁", ""), out_type=str)
        if not piece.startswith("▁") and number[0].startswith("▁"):
            number = [number[0][1:], *number[1:]] if len(number[0]) > 1 else number[1:]
        found += [*number, ","]
    return found


def write_kobert_tokenizer(folder: Path, layout: str = "skt", declared: str = "KoBERTTokenizer") -> Path:
    """The tokenizer's files as skt/kobert-base-v1 or as monologg/kobert has them.

    Args:
        folder: where to; made if it is not there.
        layout: skt, whose ids are the model's own, or monologg, whose ids are those of vocab.txt.
        declared: the class that the files name in the layout of skt.
    """
    folder.mkdir(parents=True, exist_ok=True)
    roles = ("unk_token", "pad_token", "cls_token", "sep_token", "mask_token")
    tokens: dict[str, Any] = dict(zip(roles, BERT_PIECES, strict=True))
    if layout == "skt":
        (folder / "spiece.model").write_bytes(kobert_model())
        settings: dict[str, Any] = {"tokenizer_class": declared, "do_lower_case": False}
        settings |= {"keep_accents": False, "remove_space": True, "model_max_length": 512}
        (folder / "special_tokens_map.json").write_text(json.dumps(tokens), encoding="utf-8")
    else:
        (folder / MODEL_NAME).write_bytes(learn())
        (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in listed()), encoding="utf-8")
        settings = {"tokenizer_class": "KoBertTokenizer", "do_lower_case": False, **tokens}
        settings["auto_map"] = {"AutoTokenizer": ["tokenization_kobert.KoBertTokenizer", None]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


@cache
def listed() -> tuple[str, ...]:
    """The lines of monologg's vocab.txt: special tokens, then the model's pieces in another order."""
    sp = processor(learn())
    pieces = [sp.id_to_piece(index) for index in range(len(sp))]
    return (*BERT_PIECES, *sorted(piece for piece in pieces if piece not in {"<unk>", "<s>", "</s>"}))


def write_kobert(folder: Path, layout: str = "skt", declared: str = "KoBERTTokenizer") -> Path:
    """A checkpoint like KoBERT: a BERT with random weights, a pooler, and a bare sentencepiece model.

    Args: those of `write_kobert_tokenizer`.
    """
    with_pooler(tiny_copy(folder))
    (folder / "tokenizer.json").unlink()
    write_kobert_tokenizer(folder, layout, declared)
    rows = len(listed()) if layout == "monologg" else len(processor(kobert_model()))

    def resize(tensors: dict[str, np.ndarray]) -> None:
        words = tensors["embeddings.word_embeddings.weight"]
        drawn = np.random.default_rng(0).normal(0, 0.02, (rows, words.shape[1]))
        tensors["embeddings.word_embeddings.weight"] = drawn.astype(words.dtype)

    edit_weights(folder, resize)
    edit_json(folder / "config.json", lambda content: content.update(vocab_size=rows, pad_token_id=1))
    return folder


def write_model(folder: Path, model: bytes, name: str, **settings: Any) -> Path:
    """A folder with a model and a tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(model)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def stock(folder: Path) -> Any:
    """What plain transformers makes of a folder."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def ids(tokenizer: RuntimeTokenizer, text: str) -> list[int]:
    """Ids of a text, without special tokens around it."""
    return tokenizer.encode_whole_with_offsets([text], special_tokens=False)[0].ids


def tokens(tokenizer: RuntimeTokenizer, text: str) -> list[str]:
    """Names of the ids of a text; what is not in the vocabulary has the unknown token's."""
    return [tokenizer.backend.id_to_token(index) for index in ids(tokenizer, text)]


@dataclass
class Case:
    """A model under a class, and the ids that a text has."""

    name: str
    declared: str
    flags: dict[str, Any]
    expected: Callable[[bytes, str], list[int]]
    settings: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """The folder with the model and the file that names the class."""
        return write_model(
            folder, learn(**self.flags), self.name, tokenizer_class=self.declared, **self.settings
        )


def own(model: bytes, text: str) -> list[int]:
    """The sentencepiece package's ids."""
    return processor(model).encode(text)


def shifted(model: bytes, text: str) -> list[int]:
    """fairseq's ids: four special tokens before the pieces, where sentencepiece has three."""
    return [index + 1 if index else 3 for index in own(model, text)]


def of_class(**cleaning: bool) -> Callable[[bytes, str], list[int]]:
    """The ids of a class that cleans a text and keeps commas apart from numbers."""

    def expected(model: bytes, text: str) -> list[int]:
        return [processor(model).piece_to_id(piece) for piece in class_pieces(model, text, **cleaning)]

    return expected


PLAIN = "PreTrainedTokenizerFast"
CASES = {
    "xlm-roberta": Case("sentencepiece.bpe.model", "XLMRobertaTokenizer", {}, shifted),
    "deberta": Case("spm.model", "DebertaV2Tokenizer", DEBERTA_FLAGS, own),
    "albert": Case(
        "spiece.model", "AlbertTokenizer", {**ALBERT_FLAGS, "user_defined_symbols": APART},
        of_class(lower_case=True),
    ),
    "albert with accents": Case(
        "spiece.model", "AlbertTokenizer", ALBERT_FLAGS, of_class(keep_accents=True),
        {"keep_accents": True, "do_lower_case": False},
    ),
    "xlnet": Case(
        "spiece.model", "XLNetTokenizer", {**XLNET_FLAGS, "user_defined_symbols": ("<eop>", *APART)},
        of_class(),
    ),
    "bpe": Case("tokenizer.model", PLAIN, {"model_type": "bpe", "user_defined_symbols": APART}, own),
    "bytes": Case("tokenizer.model", PLAIN, {"byte_fallback": True, "character_coverage": 0.98}, own),
    "no normalization": Case("tokenizer.model", PLAIN, {"normalization_rule_name": "identity"}, own),
    "lower-casing rules": Case("tokenizer.model", PLAIN, {"normalization_rule_name": "nmt_nfkc_cf"}, own),
    "all spaces": Case("tokenizer.model", PLAIN, {"remove_extra_whitespaces": False}, own),
    "no mark at the start": Case("tokenizer.model", PLAIN, {"add_dummy_prefix": False}, own),
    "pieces of several words": Case("tokenizer.model", PLAIN, {"split_by_whitespace": False}, own),
}  # fmt: skip
