"""A folder's files -> the runtime tokenizer.

transformers 5 builds a BertTokenizer's normalizer, pre-tokenizer and pair template anew from
tokenizer_config.json and passes over those in tokenizer.json. Here tokenizer.json is what counts,
and tokenizer_config.json only where it says something; what transformers would do otherwise is
noted in `stock_differences`.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.checkpoint.files import SENTENCEPIECE, TOKENIZER_FILES, read_json
from haechi.checkpoint.header import BrokenFile
from haechi.text import Text
from haechi.tokenization.declared import BERT_TOKENS, WORDPIECE_CLASSES, Declared, read_declared
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer
from haechi.tokenization.stock import stock_differences

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
        (name, path.stat().st_mtime_ns)
        for name in (*TOKENIZER_FILES, "config.json")
        if (path := folder / name).is_file()
    )
    return _build(folder, do_lower_case, stamps)


@lru_cache(maxsize=32)
def _build(folder: Path, do_lower_case: bool | None, stamps: tuple[tuple[str, int], ...]) -> RuntimeTokenizer:
    present = {name for name, _ in stamps}
    try:
        declared = read_declared(folder)
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
        stock_differences=tuple(stock_differences(backend, declared, state, present)),
    )


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
