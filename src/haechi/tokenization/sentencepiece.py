"""A sentencepiece model without a tokenizer.json -> `tokenizers.Tokenizer`, without any code but this.

A text gets the pieces that the sentencepiece package gives it, after what the family's class does to
the text first; ids and template are those of the family. transformers 5 differs for Korean, which
`stock_differences` tells. Of two equally probable ways, as `0` `00` and `00` `0` are, here always the
same one wins; in sentencepiece the rounding of 32-bit sums decides, and so what stands before. A model
that keeps a user-defined piece from its own normalization (a line break, say) is refused.

Source: the classes of transformers 4 for XLNet, ALBERT, XLM-RoBERTa and DeBERTa-v2 (their `_tokenize`
and `build_inputs_with_special_tokens`); https://github.com/SKTBrain/KoBERT (kobert_hf) and
https://github.com/monologg/KoBERT-Transformers for KoBERT.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from haechi.text import Text
from haechi.tokenization.declared import (
    BERT_TOKENS,
    KOBERT_CLASSES,
    KOBERT_TOKENS,
    WORDPIECE_CLASSES,
    Declared,
)
from haechi.tokenization.piece_file import SentencePieceModel, read_model
from haechi.tokenization.piece_model import Entries, Kind, Piece, build_bpe, build_unigram, not_whole
from haechi.tokenization.piece_text import (
    TextRules,
    build_decoder,
    build_normalizer,
    build_pre_tokenizer,
    changes,
)
from haechi.tokenization.runtime import NoTokenizer
from haechi.tokenization.template import BERT, ROBERTA, XLNET, Template, frame

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True)
class Family:
    """What a class of transformers adds to the model."""

    template: Template = BERT
    cleans: bool = False
    """Whether quotes, accents, and digits before a comma are treated as XLNet treats them."""
    lower_case: bool | None = None
    """Where the files do not say; None: the family has no such switch."""
    shifts: bool = False
    """Whether fairseq's own four tokens come first, and `<mask>` last."""
    adds_mask: bool = False


PLAIN = Family()
KOBERT = Family(cleans=True, lower_case=False)
# Other classes number the pieces in ways of their own, or frame a text otherwise.
FAMILIES = {
    **dict.fromkeys(KOBERT_CLASSES, KOBERT),
    **dict.fromkeys((*WORDPIECE_CLASSES, "PreTrainedTokenizer", "TokenizersBackend"), PLAIN),
    "RobertaTokenizer": Family(ROBERTA),
    "XLMRobertaTokenizer": Family(ROBERTA, shifts=True),
    "XLNetTokenizer": Family(XLNET, cleans=True, lower_case=False),
    "AlbertTokenizer": Family(cleans=True, lower_case=True),
    "DebertaV2Tokenizer": Family(lower_case=False, adds_mask=True),
}
# Classes that read the sentencepiece model even where a vocab.txt of word pieces is beside it. Of a
# tokenizer.json, or a vocab.json with merges.txt, no class makes a difference: these come first.
SENTENCEPIECE_CLASSES = {
    name for name, family in FAMILIES.items() if family.shifts or family.lower_case is not None
}


@dataclass(frozen=True)
class Built:
    """A tokenizer made of a sentencepiece model."""

    backend: "Tokenizer"
    declared: Declared
    """With the special tokens that the model has where the files name none."""
    model: SentencePieceModel
    rules: TextRules
    family: Family
    listed: bool
    """Whether the ids are those of a vocab.txt."""

    @property
    def is_kobert(self) -> bool:
        """Whether the folder is KoBERT's."""
        return self.family == KOBERT


def build_sentencepiece(
    path: Path, listed: list[str] | None, declared: Declared, lower: bool | None
) -> Built:
    """The tokenizer of a folder that has a sentencepiece model and no tokenizer.json.

    Args:
        path: the model file.
        listed: the pieces in the order of their ids, where a vocab.txt beside the model lists them.
        declared: what the folder declares.
        lower: whether to lower-case; None leaves it to the family.

    Raises:
        NoTokenizer: the model cannot be read, or its family's numbering is not known here.
        Exception: tokenizers cannot make a model of it.
    """
    from tokenizers import AddedToken, Tokenizer

    if declared.stock_class not in FAMILIES:
        raise NoTokenizer(
            path.parent,
            Text(
                f"how `{declared.stock_class}` numbers the pieces of `{path.name}` is not known here "
                "(save it as tokenizer.json once with transformers)",
                f"`{declared.stock_class}`이(가) `{path.name}`의 조각에 번호를 매기는 방식을 알지 못합니다 "
                "(transformers로 한 번 열어 tokenizer.json으로 저장하면 됩니다)",
            ),
        )
    model = read_model(path)
    family, listed = _family(path, model, declared, listed)
    rules = _rules(model.rules, family, declared, lower)
    entries, declared = _entries(path, model, family, declared, listed)
    normalizer = build_normalizer(rules)
    entries = replace(entries, apart=_apart(path, model, rules))
    _require_whole(path, model, entries)
    backend = Tokenizer(build_bpe(entries) if model.is_bpe else build_unigram(entries))
    if normalizer is not None:
        backend.normalizer = normalizer
    backend.pre_tokenizer = build_pre_tokenizer(rules, entries.apart if model.is_bpe else ())
    backend.decoder = build_decoder(rules, byte_fallback=entries.byte_fallback)
    mask = declared.tokens.get("mask")
    if family.adds_mask and mask and not (path.parent / "added_tokens.json").is_file():
        backend.add_special_tokens([AddedToken(mask, normalized=False, special=True)])
    frame(backend, family.template, declared.tokens)
    return Built(backend, declared, model, rules, family, listed is not None)


def _family(
    path: Path, model: SentencePieceModel, declared: Declared, listed: list[str] | None
) -> tuple[Family, list[str] | None]:
    """The family, and the pieces in the order of their ids where these are not the model's own.

    KoBERT's folders may name another class: skt/kobert-base-v1 is an XLNetTokenizer to transformers, with
    BERT's tokens among its pieces; monologg/kobert lists its pieces in a vocab.txt as BERT does.
    """
    named, family = declared.stock_class, FAMILIES[declared.stock_class]
    texts = model.texts
    has_tokens = {BERT_TOKENS["cls"], BERT_TOKENS["sep"]} <= texts
    if named == "XLNetTokenizer" and has_tokens and "<cls>" not in texts:
        return KOBERT, None
    if named == "KoBERTTokenizer" and has_tokens:
        return KOBERT, None
    if named in KOBERT_CLASSES and not has_tokens and listed is None:
        raise NoTokenizer(
            path.parent,
            Text(
                f"`{named}` numbers the pieces of `{path.name}` by a vocab.txt, and there is none",
                f"`{named}`은(는) `{path.name}`의 조각에 vocab.txt 순서로 번호를 매기는데, "
                "그 파일이 없습니다",
            ),
        )
    if listed is not None and (named in KOBERT_CLASSES or family == PLAIN):
        return KOBERT, listed
    return family, None


def _rules(rules: TextRules, family: Family, declared: Declared, lower: bool | None) -> TextRules:
    settings = declared.settings
    lower = settings.get("do_lower_case", family.lower_case) if lower is None else lower
    return replace(
        rules,
        cleans=family.cleans,
        keeps_accents=not family.cleans or bool(settings.get("keep_accents", False)),
        lower_case=family.lower_case is not None and bool(lower),
        splits_punctuation=family.adds_mask and bool(settings.get("split_by_punct", False)),
    )


def _entries(
    path: Path, model: SentencePieceModel, family: Family, declared: Declared, listed: Sequence[str] | None
) -> tuple[Entries, Declared]:
    """The entries in the order of their ids, and the special tokens that are among them."""
    pieces = list(model.pieces)
    if family.cleans:
        # The classes find a piece such as `1,` first and then take it apart again, by itself. Here it is
        # never found, and the rest of the word may be divided otherwise. Vocabularies learned from news
        # and encyclopedia had no such piece; with 62 of them, learned from amounts alone, 5 tokens in
        # 100,000 of an encyclopedia differed, and 7 in 1,000 of texts that were full of amounts.
        pieces = [piece._replace(kind=Kind.unused) if piece.ends_in_number else piece for piece in pieces]
    unknown = model.unknown
    tokens = dict(declared.tokens)
    if family.shifts:
        first = [Piece(tokens[role], 0.0, Kind.control) for role in ("bos", "pad", "eos", "unk")]
        pieces = [*first, *pieces[3:], Piece(tokens["mask"], 0.0, Kind.control)]
        unknown = 3
    elif listed is not None:
        pieces, unknown = _as_listed(path, pieces, listed, tokens.get("unk", BERT_TOKENS["unk"]))
    ids = {piece.text: index for index, piece in enumerate(pieces)}
    for role, token in KOBERT_TOKENS.items():
        if tokens.get(role) not in ids and token in ids:
            tokens[role] = token
    tokens["unk"] = pieces[unknown].text
    return Entries(pieces, unknown, model.byte_fallback), replace(declared, tokens=tokens)


def _apart(path: Path, model: SentencePieceModel, rules: TextRules) -> list[str]:
    """User-defined pieces that a text can have once its family's class is done with it."""
    of_class = replace(rules, charsmap=b"", composes=False)
    changed = [text for text in model.user_defined if changes(rules, text)]
    kept = next((text for text in changed if not changes(of_class, text)), None)
    if kept is not None:
        raise NoTokenizer(
            path.parent,
            Text(
                f"`{path.name}` keeps its user-defined piece {kept!r} from its own normalization, "
                "and this cannot be built",
                f"`{path.name}`은(는) 사용자 정의 조각 {kept!r}을(를) 자체 정규화에서 제외하는데, "
                "이런 모델은 만들 수 없습니다",
            ),
        )
    return [text for text in model.user_defined if text not in changed]


def _require_whole(path: Path, model: SentencePieceModel, entries: Entries) -> None:
    """Refuse a BPE model that could not take its user-defined pieces whole and merge all others."""
    if not model.is_bpe or all(len(text) == 1 for text in entries.apart):
        return
    if others := not_whole(entries):
        raise NoTokenizer(
            path.parent,
            Text(
                f"`{path.name}` has user-defined pieces and {len(others):,} that merging never makes "
                f"(`{others[0]}` first), and this cannot be built",
                f"`{path.name}`에 사용자 정의 조각과 병합으로 만들어지지 않는 조각 {len(others):,}개"
                f"(`{others[0]}` 등)가 함께 있는데, 이런 모델은 만들 수 없습니다",
            ),
        )


def _as_listed(
    path: Path, pieces: Sequence[Piece], listed: Sequence[str], unk: str
) -> tuple[list[Piece], int]:
    """The pieces in the order of a vocab.txt; entries that are no pieces are special."""
    known = {
        piece.text: piece for piece in pieces if piece.kind in {Kind.normal, Kind.user_defined, Kind.byte}
    }
    while listed and not listed[-1]:
        listed = listed[:-1]
    found = sum(text in known for text in set(listed))
    if found < 0.9 * len(known) or unk not in listed:
        raise NoTokenizer(
            path.parent,
            Text(
                f"`vocab.txt` lists {found:,} of the {len(known):,} pieces of `{path.name}`, "
                "so it belongs to another model",
                f"`vocab.txt`에 `{path.name}`의 조각 {len(known):,}개 가운데 {found:,}개만 있습니다. "
                "다른 모델의 파일입니다",
            )
            if unk in listed
            else Text(f"`vocab.txt` has no `{unk}`", f"`vocab.txt`에 `{unk}`이(가) 없습니다"),
        )
    return [known.get(text, Piece(text, 0.0, Kind.control)) for text in listed], listed.index(unk)
