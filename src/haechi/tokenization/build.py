"""A folder's files -> the runtime tokenizer.

transformers 5 builds a BertTokenizer's normalizer, pre-tokenizer and pair template anew from
tokenizer_config.json and passes over those in tokenizer.json. Here tokenizer.json is what counts,
and tokenizer_config.json only where it says something; what transformers would do otherwise is
noted in `stock_differences`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.checkpoint.files import SENTENCEPIECE, TOKENIZER_FILES, files_like, read_json
from haechi.checkpoint.header import BrokenFile
from haechi.text import Text
from haechi.tokenization.declared import (
    BERT_TOKENS,
    DEFAULT_TOKENS,
    WORDPIECE_CLASSES,
    Declared,
    read_declared,
)
from haechi.tokenization.piece_file import read_pieces
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer
from haechi.tokenization.sentencepiece import SENTENCEPIECE_CLASSES, Built, build_sentencepiece
from haechi.tokenization.stock import sentencepiece_differences, stock_differences
from haechi.tokenization.template import frame, template_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def build_tokenizer(folder: Path, do_lower_case: bool | None = None) -> RuntimeTokenizer:
    """The runtime tokenizer of a folder in Hugging Face layout.

    Args:
        folder: the checkpoint's or the tokenizer's folder.
        do_lower_case: overrides what the files declare; None keeps it.

    Raises:
        NoTokenizer: there is no vocabulary, or a file is broken.
    """
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns) for path in files_like(folder, (*TOKENIZER_FILES, "config.json"))
    )
    return _build(folder, do_lower_case, stamps)


@lru_cache(maxsize=32)
def _build(folder: Path, do_lower_case: bool | None, stamps: tuple[tuple[str, int], ...]) -> RuntimeTokenizer:
    present = {name for name, _ in stamps}
    with _faults_told(folder):
        declared = read_declared(folder)
        built = _of_pieces(folder, present, declared, do_lower_case)
        backend = built.backend if built else _backend(folder, present, declared)
        declared = built.declared if built else declared
        _add_legacy_tokens(folder, backend, declared)
    _require_unknown(folder, backend)
    lower = do_lower_case if do_lower_case is not None else declared.settings.get("do_lower_case")
    if not built:
        _apply_normalizer(backend, declared, lower, rebuilt="tokenizer.json" not in present)
    named = _named_tokens(backend, declared)
    separator = _separate_pairs(backend, named) if declared.is_causal else None
    frame(backend, template_of(declared), declared.tokens)
    known = {role: backend.token_to_id(token) is not None for role, token in named.items()}
    state = {} if built else _normalizer_state(backend)
    return RuntimeTokenizer(
        backend=backend,
        folder=folder,
        tokens={role: token for role, token in named.items() if known[role]},
        absent={role: token for role, token in named.items() if not known[role]},
        lower_cases=built.rules.lower_case if built else bool(state.get("lowercase")),
        strips_accents=_strips_accents(state),
        declares_lower_case="tokenizer.json" in present or lower is not None or built is not None,
        separator=separator,
        stock_differences=tuple(
            sentencepiece_differences(built)
            if built
            else stock_differences(backend, declared, state, present)
        ),
    )


@contextmanager
def _faults_told(folder: Path) -> Iterator[None]:
    """Whatever goes wrong with a vocabulary is a NoTokenizer."""
    try:
        yield
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


def _of_pieces(
    folder: Path, present: set[str], declared: Declared, do_lower_case: bool | None
) -> Built | None:
    """The tokenizer of a sentencepiece model, where it is what the folder's vocabulary is in.

    Raises:
        NoTokenizer: it cannot be built, or vocab.txt holds the pieces of a model that is not there.
    """
    model = next(files_like(folder, SENTENCEPIECE), None)
    if "tokenizer.json" in present or {"vocab.json", "merges.txt"} <= present:
        return None
    listed = read_pieces(folder / "vocab.txt") if "vocab.txt" in present else None
    if model is not None and (
        "vocab.txt" not in present or listed or declared.stock_class in SENTENCEPIECE_CLASSES
    ):
        return build_sentencepiece(model, listed, declared, do_lower_case)
    if listed:
        raise NoTokenizer(
            folder,
            Text(
                "`vocab.txt` lists the pieces of a sentencepiece model, and the model itself is missing",
                "`vocab.txt`에는 sentencepiece 모델의 조각이 적혀 있는데, 모델 파일이 없습니다",
            ),
        )
    return None


def _backend(folder: Path, present: set[str], declared: Declared) -> "Tokenizer":
    from tokenizers import Tokenizer

    if "tokenizer.json" in present:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    if "vocab.txt" in present:
        return _wordpiece(folder / "vocab.txt", declared)
    if {"vocab.json", "merges.txt"} <= present:
        return _byte_level_bpe(folder, declared)
    raise NoTokenizer(
        folder,
        Text(
            "no tokenizer.json, vocab.txt, vocab.json with merges.txt, or sentencepiece model",
            "tokenizer.json, vocab.txt, merges.txt가 딸린 vocab.json, sentencepiece 모델이 모두 없습니다",
        ),
    )


def _require_unknown(folder: Path, backend: "Tokenizer") -> None:
    unk = getattr(backend.model, "unk_token", None)
    if unk is not None and backend.token_to_id(unk) is None:
        raise NoTokenizer(
            folder,
            Text(
                f"its unknown token `{unk}` is not in the vocabulary",
                f"미등록 토큰 `{unk}`이(가) 어휘에 없습니다",
            ),
        )


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


def _separate_pairs(backend: "Tokenizer", tokens: dict[str, str]) -> str | None:
    """Put a causal model's end of text behind each text of a pair; None where the files have a template.

    Nothing else would tell it where the second text begins, and the last one has seen both.

    Source: Radford et al. 2018, section 3.3, which has a delimiter and an end there
    """
    from tokenizers import processors

    end = tokens.get("eos", "")
    index = backend.token_to_id(end)
    if index is None or backend.num_special_tokens_to_add(is_pair=True):
        return None
    template = processors.TemplateProcessing(
        single=["$A:0"], pair=["$A:0", f"{end}:0", "$B:0", f"{end}:0"], special_tokens=[(end, index)]
    )
    own = backend.post_processor  # trims offsets, where there is one
    backend.post_processor = template if own is None else processors.Sequence([own, template])
    return end


def _named_tokens(backend: "Tokenizer", declared: Declared) -> dict[str, str]:
    """Special tokens by role, as the files name them.

    Of a causal model no file has to name any: Korean ones leave that to the program, and then the model of
    tokenizer.json and config.json tell. GPT-2's own files call the end of text the unknown token too, which
    nothing ever becomes, since its pieces are bytes; counted, every end would be an unknown word.
    """
    tokens = dict(declared.tokens)
    if not declared.is_causal:
        return tokens
    by_class = DEFAULT_TOKENS.get(declared.stock_class, {})
    found = {role: backend.id_to_token(index) for role, index in declared.ids.items()}
    found["unk"] = getattr(backend.model, "unk_token", None)
    for role, token in found.items():
        # A name of the files' own that the vocabulary lacks is a mistake, which a rule tells.
        is_open = role not in tokens or tokens[role] == by_class.get(role)
        if token is not None and is_open and backend.token_to_id(tokens.get(role, "")) is None:
            tokens[role] = token
    others = {token for role, token in tokens.items() if role != "unk"}
    if tokens.get("unk") in others and found["unk"] is None:
        del tokens["unk"]
    return tokens
