"""A sentencepiece model without a tokenizer.json -> `tokenizers.Tokenizer`, without any code but this.

A text gets the pieces that the sentencepiece package gives it, after what the family's class does to
the text first; ids and template are those of the family. transformers 5 differs for Korean, which
`stock_differences` tells. Of two equally probable ways, as `0` `00` and `00` `0` are, here always the
same one wins; in sentencepiece the rounding of 32-bit sums decides, and so what stands before.

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
from haechi.tokenization.piece_model import Entries, Kind, Piece, build_bpe, build_unigram
from haechi.tokenization.piece_text import TextRules, build_decoder, build_normalizer, build_pre_tokenizer
from haechi.tokenization.runtime import NoTokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BERT = ("{cls}:0 $A:0 {sep}:0", "{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1")
ROBERTA = ("{cls}:0 $A:0 {sep}:0", "{cls}:0 $A:0 {sep}:0 {sep}:0 $B:0 {sep}:0")
XLNET = ("$A:0 {sep}:0 {cls}:2", "$A:0 {sep}:0 $B:1 {sep}:1 {cls}:2")


@dataclass(frozen=True)
class Family:
    """What a class of transformers adds to the model."""

    template: tuple[str, str] = BERT
    """What stands around one text, and around two."""
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
# Classes that read the sentencepiece model whatever else is in the folder.
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
    # A piece that normalization changes would never be found in a text.
    apart = [
        text
        for text in model.user_defined
        if (normalizer is None or normalizer.normalize_str(text) == text)
        and (len(text) == 1 or not model.is_bpe)
    ]
    entries = replace(entries, apart=apart)
    backend = Tokenizer(build_bpe(entries) if model.is_bpe else build_unigram(entries))
    if normalizer is not None:
        backend.normalizer = normalizer
    backend.pre_tokenizer = build_pre_tokenizer(rules, apart if model.is_bpe else ())
    backend.decoder = build_decoder(rules, byte_fallback=entries.byte_fallback)
    others = [AddedToken(text, normalized=False) for text in model.user_defined if text not in apart]
    backend.add_tokens(others)
    mask = declared.tokens.get("mask")
    if family.adds_mask and mask and not (path.parent / "added_tokens.json").is_file():
        backend.add_special_tokens([AddedToken(mask, normalized=False, special=True)])
    _frame(backend, family, declared)
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


def _frame(backend: "Tokenizer", family: Family, declared: Declared) -> None:
    """Put the family's special tokens around texts, where the model has them."""
    from tokenizers import processors

    tokens = {role: declared.tokens.get(role, "") for role in ("cls", "sep")}
    ids = {token: backend.token_to_id(token) for token in tokens.values()}
    if None in ids.values():
        return
    single, pair = (template.format(**tokens) for template in family.template)
    backend.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=list(ids.items())
    )
