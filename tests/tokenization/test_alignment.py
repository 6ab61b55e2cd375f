"""What of a tagged sentence reaches the model, against a count over offsets."""

import random
from pathlib import Path

import pytest

from checkpoints import english_bpe, tiny_copy
from haechi.rows.examples import TaggedExample
from haechi.tokenization.alignment import Alignment, align
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer


def aligned(tokenizer: RuntimeTokenizer, tokens: list[str], tags: list[str], between: str = "") -> Alignment:
    example = TaggedExample(0, between.join(tokens), None, None, tokens=tokens, tags=tags)
    (encoding,) = tokenizer.encode_whole_with_offsets([example.text or ""])
    return align(encoding, tokens, tags, example.text or "")


def test_characters_in_word_pieces(tokenizer: RuntimeTokenizer) -> None:
    tokens = list("한국은행 기준금리")
    found = aligned(tokenizer, tokens, ["B-OG", *["I-OG"] * 3, *["O"] * 5])
    (encoding,) = tokenizer.encode_whole_with_offsets(["한국은행 기준금리"])
    offsets = encoding.offsets[1:-1]
    assert len(offsets) < len(tokens), "some pieces have several characters"
    assert found.sources == [None, *(start for start, _ in offsets), None]
    assert found.ends == [None, *(end - 1 for _, end in offsets), None]
    assert (found.lost, found.blurred) == ([], [])


def test_a_piece_over_two_entities_blurs_the_second(tokenizer: RuntimeTokenizer) -> None:
    word = next(token for token in tokenizer.vocabulary if len(token) == 2 and token.isalpha())
    for tags, blurred in {
        ("B-LC", "I-LC"): [], ("B-LC", "O"): [1], ("O", "O"): [], ("O", "B-LC"): [1], ("I-LC", "B-LC"): [1],
        ("I-LC", "I-LC"): [], ("B-LC", "I-PS"): [1],
    }.items():  # fmt: skip
        assert aligned(tokenizer, list(word), list(tags)).blurred == blurred, tags


@pytest.mark.parametrize("lost", ["\u0000", "\u200b", "\ufffd", "\ufeff"])
def test_characters_that_the_normalizer_takes_out_are_lost(tokenizer: RuntimeTokenizer, lost: str) -> None:
    tokens = ["한", " ", lost, " ", "가"]
    assert aligned(tokenizer, tokens, ["O"] * 5).lost == [2]
    # Inside of a word it is a part of the token around it.
    assert aligned(tokenizer, ["한", lost, "국"], ["O"] * 3).lost == []


def test_spaces_are_not_lost(tokenizer: RuntimeTokenizer) -> None:
    assert aligned(tokenizer, ["가", " ", "나", "\u3000", "다"], ["O"] * 5).lost == []


def test_words_with_one_space_between(tokenizer: RuntimeTokenizer) -> None:
    tokens = ["한국은행", "", "기준금리", " ", "동결"]
    found = aligned(tokenizer, tokens, ["O"] * 5, between=" ")
    assert [item for item in dict.fromkeys(found.sources) if item is not None] == [0, 2, 4]
    assert found.lost == []


def test_bytes_of_one_character_are_one_character(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(english_bpe(tiny_copy(tmp_path / "bpe")))
    found = aligned(tokenizer, ["서", "울", " ", "시"], ["B-LC", "I-LC", "O", "O"])
    assert (found.lost, found.blurred) == ([], [])
    assert len(found.sources) > 6
    assert [item for item in dict.fromkeys(found.sources) if item is not None] == [0, 1, 3]


def test_against_a_count_over_offsets(tokenizer: RuntimeTokenizer) -> None:
    chance = random.Random(6)
    for _ in range(200):
        text = "".join(chance.choices("한국은행 기준금리동결\u200b가나다", k=20))
        tags = chance.choices(["O", "B-LC", "I-LC", "B-PS"], k=20)
        found = aligned(tokenizer, list(text), tags)
        (encoding,) = tokenizer.encode_whole_with_offsets([text])
        covered = {at for start, end in encoding.offsets for at in range(start, end)}
        assert found.lost == [
            at for at, letter in enumerate(text) if not letter.isspace() and at not in covered
        ]
        blurred = [
            at
            for start, end in encoding.offsets
            for at in range(start + 1, end)
            if not text[at].isspace() and tags[at] != tags[start].replace("B-", "I-")
        ]
        assert found.blurred == blurred
