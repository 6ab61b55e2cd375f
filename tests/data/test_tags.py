"""Tags of characters and words on the tokens of a model, and back again."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import IGNORED, EncodedSplit
from haechi.data.tags import decode_tags
from haechi.rows.examples import TaggedExample
from haechi.schema.task import Objective
from haechi.tokenization.runtime import RuntimeTokenizer

LABELS = ["O", "B-PS", "I-PS", "B-OG", "I-OG"]
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "김",
    "##해",
    "##해치",
    "##는",
    "광화문",
    "##연구",
    "##소",
    "에",
]


@pytest.fixture
def tokenizer() -> RuntimeTokenizer:
    """WordPiece over a handful of pieces, with control characters taken out as BERT does."""
    backend = Tokenizer(
        models.WordPiece({piece: index for index, piece in enumerate(PIECES)}, unk_token="[UNK]")
    )
    backend.normalizer = normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return RuntimeTokenizer(backend, Path(), {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]"})


def characters(text: str, tags: str) -> TaggedExample:
    """`tags` has a sign for each character: p and P for a person, g and G for an organization."""
    names = {"P": "B-PS", "p": "I-PS", "G": "B-OG", "g": "I-OG", ".": "O"}
    return TaggedExample(1, text, None, None, tokens=list(text), tags=[names[sign] for sign in tags])


def form(max_length: int = 32, labels: list[str] = LABELS) -> InputFormat:
    return InputFormat(Objective.token_classification, max_length, labels=labels)


def names_of(split: EncodedSplit, item: int = 0) -> list[str | None]:
    assert split.labels is not None
    row = split.labels[item]
    assert isinstance(row, list)
    return [None if label == IGNORED else LABELS[label] for label in row]


def decoded(split: EncodedSplit, *tags: str) -> list[str]:
    """Decode one row whose tokens, special ones included, were given these tags."""
    return decode_tags(split, np.array([[LABELS.index(tag) for tag in tags]]), LABELS)[0]


def test_a_token_has_the_tag_of_its_first_character(tokenizer: RuntimeTokenizer) -> None:
    """Also where a whole word is unknown: 에 is no piece within a word."""
    split = encode([characters("김해치는 광화문연구소에", "Ppp..Ggggg..")], tokenizer, form())
    assert [PIECES[index] for index in split.input_ids[0]] == [
        "[CLS]", "김", "##해치", "##는", "[UNK]", "[SEP]",
    ]  # fmt: skip
    assert names_of(split) == [None, "B-PS", "I-PS", "O", "B-OG", None]


def test_a_token_of_several_characters_gives_b_then_i(tokenizer: RuntimeTokenizer) -> None:
    split = encode([characters("김해치는 광화문연구소", "Ppp..Gggggg")], tokenizer, form())
    assert [PIECES[index] for index in split.input_ids[0]] == [
        "[CLS]", "김", "##해치", "##는", "광화문", "##연구", "##소", "[SEP]",
    ]  # fmt: skip
    found = decoded(split, "O", "B-PS", "I-PS", "O", "B-OG", "B-OG", "O", "O")
    assert found == [
        "B-PS", "I-PS", "I-PS", "O", "O", "B-OG", "I-OG", "I-OG", "B-OG", "I-OG", "O",
    ]  # fmt: skip


def test_what_was_learned_perfectly_comes_back_as_it_was(tokenizer: RuntimeTokenizer) -> None:
    examples = [
        characters("김해치는 광화문연구소", "Ppp..Gggggg"),
        characters("광화문 연구소 김", "Ggggggg.P"),
    ]
    split = encode(examples, tokenizer, form())
    longest = max(split.lengths)
    assert split.labels is not None
    ids = [[max(label, 0) for label in row] + [3] * (longest - len(row)) for row in split.labels]  # type: ignore[union-attr, arg-type]
    ordered, order = split.by_length()
    for given, rows in ((split, ids), (ordered, [ids[index] for index in order])):
        assert decode_tags(given, np.array(rows), LABELS) == [example.tags for example in examples]


def test_a_space_within_an_entity_belongs_to_it_and_no_other_does(tokenizer: RuntimeTokenizer) -> None:
    split = encode([characters("광화문 광화문 광화문", "Ggg.Gggpppp")], tokenizer, form())
    assert decoded(split, "O", "B-OG", "B-OG", "I-OG", "O") == [
        "B-OG", "I-OG", "I-OG", "O", "B-OG", "I-OG", "I-OG", "I-OG", "I-OG", "I-OG", "I-OG",
    ]  # fmt: skip


def test_what_is_cut_off_or_lost_is_outside(tokenizer: RuntimeTokenizer) -> None:
    lost = encode([characters("김\x01해", "PpP")], tokenizer, form())
    assert decoded(lost, "O", "B-PS", "B-PS", "O") == ["B-PS", "O", "B-PS"]
    cut = encode([characters("김해치는 광화문", "Ppp..Ggg")], tokenizer, form(max_length=4))
    assert names_of(cut) == [None, "B-PS", "I-PS", None]
    assert decoded(cut, "O", "B-PS", "I-PS", "B-OG") == ["B-PS", "I-PS", "I-PS", *["O"] * 5]


def test_a_word_of_several_tokens_goes_on_and_is_read_at_its_first(tokenizer: RuntimeTokenizer) -> None:
    words = TaggedExample(
        1, "김해치는 광화문", None, None, tokens=["김해치는", "광화문"], tags=["B-PS", "B-OG"]
    )
    split = encode([words], tokenizer, form())
    assert names_of(split) == [None, "B-PS", "I-PS", "I-PS", "B-OG", None]
    assert decoded(split, "O", "B-PS", "O", "B-OG", "I-OG", "O") == ["B-PS", "I-OG"]
    only_b = ["O", "B-PS", "B-OG"]
    assert encode([words], tokenizer, form(labels=only_b)).labels == [[-100, 1, 1, 1, 2, -100]]
