"""Windows: every token of a context is in one, neighbours share what they should, answers are found."""

import random
from itertools import pairwise

import pytest

from haechi.rows.examples import Answer
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import (
    QUESTION_TOKENS,
    answer_span,
    answer_tokens,
    covered_span,
    cut_questions,
    encode_windows,
    room_for_context,
    window_ranges,
)

WORDS = [
    "한국은행",
    "기준금리",
    "동결",
    "코스피",
    "하락",
    "마감",
    "프로야구",
    "개막전",
    "매진",
    "국회",
    "예산안",
    "처리",
]


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def test_ranges_are_the_windows(tokenizer: RuntimeTokenizer) -> None:
    chance = random.Random(1)
    for _ in range(60):
        question, context = words(chance, chance.randrange(12)), words(chance, chance.randrange(200))
        max_length, stride = chance.randrange(90, 128), chance.randrange(20)
        (found,) = encode_windows(tokenizer, [question], [context], max_length, stride)
        asked = len(tokenizer.encode_whole([question])[0].ids) - tokenizer.special_tokens_of_one
        whole = tokenizer.encode_whole_with_offsets([context], special_tokens=False)[0]
        room = max_length - tokenizer.special_tokens_of_pair - asked
        ranges = list(window_ranges(len(whole.ids), room, stride))
        assert len(found) == len(ranges)
        for window, (start, end) in zip(found, ranges, strict=True):
            assert len(window.ids) <= max_length
            inside = [at for at, number in enumerate(window.sequence_ids) if number == 1]
            assert [window.ids[at] for at in inside] == whole.ids[start:end]
            assert [window.offsets[at] for at in inside] == whole.offsets[start:end]
        assert {at for start, end in ranges for at in range(start, end)} == set(range(len(whole.ids)))
        assert all(one[1] - other[0] == stride for one, other in pairwise(ranges))


def test_every_word_is_found_where_it_is_whole(tokenizer: RuntimeTokenizer) -> None:
    context = words(random.Random(2), 150)
    (found,) = encode_windows(tokenizer, ["무엇"], [context], 96, 16)
    assert len(found) > 2
    start = 0
    for word in context.split():
        end = start + len(word)
        places = [(window, answer_tokens(window, start, end)) for window in found]
        assert any(place for _, place in places)
        for window, place in places:
            if place is not None:
                assert window.offsets[place[0]][0] == start
                assert window.offsets[place[1]][1] == end
        start = end + 1


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (5, 2), (90, 99), (2, 3)])
def test_what_is_no_answer_is_in_no_window(tokenizer: RuntimeTokenizer, start: int, end: int) -> None:
    (found,) = encode_windows(tokenizer, ["무엇"], ["동결 마감"], 96, 16)
    assert answer_tokens(found[0], start, end) is None


def test_spaces_around_an_answer_are_no_part_of_it() -> None:
    for text in ("동결", " 동결", "동결 \n", "  동결  ", "\u3000동결\u00a0"):
        start, end = answer_span(Answer(7, text))
        assert text[start - 7 : end - 7] == "동결"


@pytest.mark.parametrize(
    "around", ["\u200b{}", " \u200b {}\u00ad", "{}\u200d\ufeff", "\ufffd{} \u200b", "{}"]
)
def test_characters_at_the_edges_that_no_token_covers_are_left_out(
    tokenizer: RuntimeTokenizer, around: str
) -> None:
    answer = around.format("동결 마감")
    context = f"{words(random.Random(6), 90)} {answer} {words(random.Random(7), 90)}"
    (found,) = encode_windows(tokenizer, ["무엇"], [context], 96, 16)
    assert len(found) > 2
    start, end = covered_span(found, *answer_span(Answer(context.index(answer), answer)))
    assert context[start:end] == "동결 마감"
    # Its edges are those of the answer in every window, though one that ends within it lacks them as well.
    holding = [window for window in found if answer_tokens(window, start, end)]
    assert 0 < len(holding) < len(found)


def test_a_span_that_no_token_covers_is_empty(tokenizer: RuntimeTokenizer) -> None:
    (found,) = encode_windows(tokenizer, ["무엇"], ["동결 \u200b\u200b 마감"], 96, 16)
    start, end = covered_span(found, 3, 5)
    assert start == end
    assert answer_tokens(found[0], start, end) is None


def test_long_questions_are_cut(tokenizer: RuntimeTokenizer) -> None:
    chance = random.Random(3)
    questions = [words(chance, count) for count in (0, 5, 30, 80)]
    questions += ["ㄱ" * 300, "가" * 300, "한국은행기준금리" * 40, "!" * 65]
    for question, cut in zip(questions, cut_questions(tokenizer, questions), strict=True):
        assert question.startswith(cut)
        (short,) = tokenizer.encode_whole_with_offsets([cut], special_tokens=False)
        (whole,) = tokenizer.encode_whole_with_offsets([question], special_tokens=False)
        assert len(short.ids) <= QUESTION_TOKENS
        if len(whole.ids) <= QUESTION_TOKENS:
            assert cut == question
        else:
            assert short.ids == whole.ids[: len(short.ids)]


def test_a_stride_without_room_is_an_error(tokenizer: RuntimeTokenizer) -> None:
    room = room_for_context(tokenizer, 100)
    assert room == 100 - 3 - 64
    assert encode_windows(
        tokenizer, [words(random.Random(4), 80)], [words(random.Random(5), 300)], 100, room - 1
    )
    with pytest.raises(ValueError, match="windows of 100 tokens cannot share 33"):
        encode_windows(tokenizer, ["무엇"], ["동결"], 100, room)
