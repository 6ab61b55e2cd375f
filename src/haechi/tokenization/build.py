"""A folder's files -> the runtime tokenizer.

transformers 5 builds a BertTokenizer's normalizer, pre-tokenizer and pair template anew from
tokenizer_config.json and passes over those in tokenizer.json. Here tokenizer.json is what counts,
and tokenizer_config.json only where it says something; what transformers would do otherwise is
noted in `stock_differences`.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.checkpoint.files import SENTENCEPIECE, TOKENIZER_FILES, read_json
from haechi.checkpoint.header import BrokenFile
from haechi.text import Text
from haechi.tokenization.runtime import ROLES, NoTokenizer, RuntimeTokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WORDPIECE_CLASSES = {"BertTokenizer", "ElectraTokenizer", "DistilBertTokenizer"}
WORDPIECE_TYPES = {"bert", "electra", "distilbert"}
BERT_TOKENS = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
ROBERTA_TOKENS = {
    "unk": "<unk>", "cls": "<s>", "sep": "</s>", "pad": "<pad>", "mask": "<mask>",
    "bos": "<s>", "eos": "</s>",
}  # fmt: skip
# Special tokens that transformers' classes take where no file names them; xlm-roberta-base names none.
DEFAULT_TOKENS = {
    **dict.fromkeys(WORDPIECE_CLASSES, BERT_TOKENS),
    "RobertaTokenizer": ROBERTA_TOKENS,
    "XLMRobertaTokenizer": ROBERTA_TOKENS,
    "DebertaV2Tokenizer": {**BERT_TOKENS, "bos": "[CLS]", "eos": "[SEP]"},
    "AlbertTokenizer": {**BERT_TOKENS, "unk": "<unk>", "pad": "<pad>", "bos": "[CLS]", "eos": "[SEP]"},
}
DEFAULT_CLASSES = {
    **dict.fromkeys(WORDPIECE_TYPES, "BertTokenizer"),
    "roberta": "RobertaTokenizer",
    "xlm-roberta": "XLMRobertaTokenizer",
    "deberta-v2": "DebertaV2Tokenizer",
    "albert": "AlbertTokenizer",
}


@dataclass(frozen=True)
class Declared:
    """What the small files beside the vocabulary say."""

    settings: dict[str, Any]
    """tokenizer_config.json."""
    tokens: dict[str, str]
    """Special tokens by role; special_tokens_map.json wins, as it does in transformers."""
    model_type: str | None
    stock_class: str
    """Class that transformers 5 would take, without `Fast`."""

    @property
    def is_wordpiece(self) -> bool:
        """Whether transformers would build one of its WordPiece tokenizers."""
        return self.stock_class in WORDPIECE_CLASSES


def build_tokenizer(folder: Path, do_lower_case: bool | None = None) -> RuntimeTokenizer:
    """The runtime tokenizer of a folder in Hugging Face layout.

    Args:
        folder: the checkpoint's or the tokenizer's folder.
        do_lower_case: overrides what the files declare; None keeps it.

    Raises:
        NoTokenizer: there is no vocabulary, or a file is broken.
    """
    stamps = tuple(
        (name, path.stat().st_mtime_ns)
        for name in (*TOKENIZER_FILES, "config.json")
        if (path := folder / name).is_file()
    )
    return _build(folder, do_lower_case, stamps)


@lru_cache(maxsize=32)
def _build(folder: Path, do_lower_case: bool | None, stamps: tuple[tuple[str, int], ...]) -> RuntimeTokenizer:
    present = {name for name, _ in stamps}
    try:
        declared = _declared(folder)
    except BrokenFile as error:
        raise NoTokenizer(
            folder, Text(f"`{error.path.name}` is {error.why}", f"`{error.path.name}`: {error.why.ko}")
        ) from error
    backend = _backend(folder, present, declared)
    lower = do_lower_case if do_lower_case is not None else declared.settings.get("do_lower_case")
    _apply_normalizer(backend, declared, lower, rebuilt="tokenizer.json" not in present)
    _add_template(backend, declared)
    known = {role: backend.token_to_id(token) is not None for role, token in declared.tokens.items()}
    state = _normalizer_state(backend)
    return RuntimeTokenizer(
        backend=backend,
        folder=folder,
        tokens={role: token for role, token in declared.tokens.items() if known[role]},
        absent={role: token for role, token in declared.tokens.items() if not known[role]},
        lower_cases=bool(state.get("lowercase")),
        strips_accents=_strips_accents(state),
        declares_lower_case="tokenizer.json" in present or lower is not None,
        stock_differences=tuple(_stock_differences(backend, declared, state, present)),
    )


def _declared(folder: Path) -> Declared:
    def read(name: str) -> dict[str, Any]:
        return read_json(folder / name) if (folder / name).is_file() else {}

    settings = read("tokenizer_config.json")
    try:
        config = read("config.json")
    except BrokenFile:
        config = {}  # refused as a fault of the checkpoint, not of the tokenizer
    model_type = config.get("model_type")
    named = settings.get("tokenizer_class") or config.get("tokenizer_class")
    stock_class = str(named or _default_class(model_type, folder)).removesuffix("Fast")
    tokens = dict(DEFAULT_TOKENS.get(stock_class, {}))
    for source in (settings, read("special_tokens_map.json")):
        for role in ROLES:
            token = source.get(f"{role}_token")
            if isinstance(token, dict):
                token = token.get("content")
            if token:
                tokens[role] = str(token)
    return Declared(settings, tokens, model_type, stock_class)


def _default_class(model_type: str | None, folder: Path) -> str:
    """Class by the kind of a bare vocabulary, else by the model type."""
    if not (folder / "tokenizer.json").is_file():
        if (folder / "vocab.txt").is_file():
            return "BertTokenizer"
        if (folder / "merges.txt").is_file():
            return "RobertaTokenizer"
    return DEFAULT_CLASSES.get(model_type or "", "PreTrainedTokenizer")


def _backend(folder: Path, present: set[str], declared: Declared) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        if "tokenizer.json" in present:
            backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
        elif "vocab.txt" in present:
            backend = _wordpiece(folder / "vocab.txt", declared)
        elif {"vocab.json", "merges.txt"} <= present:
            backend = _byte_level_bpe(folder, declared)
        elif found := next((name for name in SENTENCEPIECE if name in present), None):
            raise NoTokenizer(
                folder,
                Text(
                    f"`{found}` is a bare sentencepiece model, without a tokenizer.json",
                    f"`{found}`은(는) tokenizer.json 없이 sentencepiece 모델만 있습니다",
                ),
            )
        else:
            raise NoTokenizer(
                folder,
                Text(
                    "no tokenizer.json, vocab.txt, vocab.json with merges.txt",
                    "tokenizer.json, vocab.txt, merges.txt와 함께 있는 vocab.json이 모두 없습니다",
                ),
            )
        _add_legacy_tokens(folder, backend, declared)
    except NoTokenizer:
        raise
    except BrokenFile as error:
        raise NoTokenizer(
            folder, Text(f"`{error.path.name}` is {error.why}", f"`{error.path.name}`: {error.why.ko}")
        ) from error
    except Exception as error:
        # tokenizers raises bare Exception with the parser's message.
        raise NoTokenizer(
            folder,
            Text(
                f"the vocabulary cannot be read ({str(error)[:120]})",
                f"어휘를 읽을 수 없습니다 ({str(error)[:120]})",
            ),
        ) from error
    unk = getattr(backend.model, "unk_token", None)
    if unk is not None and backend.token_to_id(unk) is None:
        raise NoTokenizer(
            folder,
            Text(
                f"its unknown token `{unk}` is not in the vocabulary",
                f"미등록 토큰 `{unk}`이(가) 어휘에 없습니다",
            ),
        )
    return backend


def _wordpiece(path: Path, declared: Declared) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocabulary: dict[str, int] = {}
    with path.open(encoding="utf-8") as file:
        for index, line in enumerate(file):
            vocabulary[line.rstrip("\n")] = index
    unk = declared.tokens.get("unk", "[UNK]")
    unk = unk if unk in vocabulary else BERT_TOKENS["unk"]
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token=unk))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    return backend


def _byte_level_bpe(folder: Path, declared: Declared) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    model = models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    backend = Tokenizer(model)
    prefix = bool(declared.settings.get("add_prefix_space", False))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    backend.decoder = decoders.ByteLevel()
    return backend


def _add_legacy_tokens(folder: Path, backend: "Tokenizer", declared: Declared) -> None:
    """Special tokens are never split; tokens of added_tokens.json join in the order of their ids."""
    from tokenizers import AddedToken

    path = folder / "added_tokens.json"
    added = read_json(path) if path.is_file() else {}
    missing = [token for token in added if backend.token_to_id(token) is None]
    for token in sorted(missing, key=lambda token: added[token]):
        backend.add_tokens([AddedToken(token, normalized=False)])
    special = [
        token for token in dict.fromkeys(declared.tokens.values()) if backend.token_to_id(token) is not None
    ]
    backend.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])


def _normalizer_state(backend: "Tokenizer") -> dict[str, Any]:
    # What pickling writes is the normalizer's part of tokenizer.json, without the vocabulary.
    return json.loads(backend.normalizer.__getstate__()) if backend.normalizer else {}


def _strips_accents(state: dict[str, Any]) -> bool:
    strip = state.get("strip_accents")
    return bool(state.get("lowercase") if strip is None else strip)


def _apply_normalizer(backend: "Tokenizer", declared: Declared, lower: bool | None, rebuilt: bool) -> None:
    """Give a BertNormalizer what the files declare, or make one where only a vocabulary was found."""
    from tokenizers import normalizers

    state = _normalizer_state(backend)
    if (rebuilt and declared.stock_class in WORDPIECE_CLASSES) or state.get("type") == "BertNormalizer":
        settings = declared.settings
        default_lower = bool(state.get("lowercase", True))
        strip = settings.get("strip_accents", state.get("strip_accents"))
        backend.normalizer = normalizers.BertNormalizer(
            clean_text=bool(state.get("clean_text", True)),
            handle_chinese_chars=bool(
                settings.get("tokenize_chinese_chars", state.get("handle_chinese_chars", True))
            ),
            strip_accents=strip,
            lowercase=default_lower if lower is None else lower,
        )


def _add_template(backend: "Tokenizer", declared: Declared) -> None:
    """Add the template of the family where the files bring none, so that texts begin and end well."""
    from tokenizers import processors

    if backend.post_processor is not None:
        return
    cls, sep = declared.tokens.get("cls"), declared.tokens.get("sep")
    if cls is None or sep is None or backend.token_to_id(cls) is None or backend.token_to_id(sep) is None:
        return
    pair = f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1"
    if not declared.is_wordpiece:
        pair = f"{cls}:0 $A:0 {sep}:0 {sep}:0 $B:0 {sep}:0"
    backend.post_processor = processors.TemplateProcessing(
        single=f"{cls}:0 $A:0 {sep}:0",
        pair=pair,
        special_tokens=[(token, backend.token_to_id(token)) for token in (cls, sep)],
    )


def _stock_differences(
    backend: "Tokenizer", declared: Declared, state: dict[str, Any], present: set[str]
) -> list[Text]:
    """What transformers 5 would do otherwise with the same files, in words."""
    if "tokenizer.json" not in present:
        return []
    found: list[Text] = []
    is_wordpiece = type(backend.model).__name__ == "WordPiece"
    if declared.stock_class.startswith("Roberta") and is_wordpiece:
        return [
            Text(
                "it would read this WordPiece vocabulary as byte-level BPE, and all text would disappear",
                "이 WordPiece 어휘를 바이트 BPE로 읽어 글이 모두 사라집니다",
            )
        ]
    if not declared.is_wordpiece:
        return found
    stock_lower = bool(declared.settings.get("do_lower_case", True))
    if stock_lower and not state.get("lowercase"):
        apart = declared.settings.get("strip_accents") is not False
        said = "do_lower_case" in declared.settings
        reason = Text(
            "is true in its files" if said else "is not declared",
            "이 파일에 true로 적혀" if said else "이 적혀 있지 않아",
        )
        what = Text(
            "lower-case and take Hangul syllables apart" if apart else "lower-case",
            "소문자로 바꾸고 한글 음절을 자모로 풉니다" if apart else "소문자로 바꿉니다",
        )
        found.append(
            Text(
                f"it would {what}, since `do_lower_case` {reason}",
                f"`do_lower_case`{reason.ko} 있어 {what.ko}"
                if said
                else f"`do_lower_case`{reason.ko} {what.ko}",
            )
        )
    pair = backend.encode("가", "나").type_ids
    if max(pair, default=0) == 0:
        found.append(
            Text(
                "it would give the second text of a pair segment id 1, not 0",
                "쌍의 둘째 글에 세그먼트 id를 0이 아니라 1로 줍니다",
            )
        )
    return found
