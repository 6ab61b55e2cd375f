"""The n-best decoding of spans, by hand and against every pair there is."""

from array import array

import numpy as np
import pytest

from haechi.data.answers import decode_answers
from haechi.data.input_format import AnswerSearch
from haechi.data.split import ContextTokens, EncodedSplit
from haechi.rows.examples import QuestionExample

TEXT = "해치는 불을 먹는 짐승이다"
# 해치는, 불을, 먹는, 짐승이다: the second with the space before it, as SentencePiece may have it.
STARTS, ENDS = [0, 3, 7, 10], [3, 6, 9, 14]


def question(text: str = TEXT) -> QuestionExample:
    return QuestionExample(1, "무엇을?", text, None, id="1", answers=(), is_impossible=True)


def split_of(windows: list[tuple[int, list[int], list[int]]], *texts: str) -> EncodedSplit:
    """Windows as (row, starts, ends); each has [CLS], a question of one token and [SEP] before."""
    contexts = [ContextTokens(3, 0, array("i", starts), array("i", ends)) for _, starts, ends in windows]
    ids = [[2] * (len(starts) + 4) for _, starts, _ in windows]
    return EncodedSplit(
        list(ids), contexts=contexts, rows=[row for row, _, _ in windows],
        examples=[question(text) for text in texts or (TEXT,)],
    )  # fmt: skip


def logits(null: float, starts: list[float], ends: list[float], length: int = 12) -> np.ndarray:
    """Padding and question tokens have the highest logits: they must not be read."""
    found = np.full((length, 2), 50.0, np.float32)
    found[0] = null / 2
    found[3 : 3 + len(starts), 0], found[3 : 3 + len(ends), 1] = starts, ends
    return found


def test_the_best_pair_is_a_piece_of_the_text_without_the_spaces_around_it() -> None:
    split = split_of([(0, STARTS, ENDS)])
    (answer,) = decode_answers(split, logits(0, [0, 5, 1, 0], [0, 1, 4, 0])[None])
    assert (answer.text, answer.start) == ("불을 먹는", 4)
    assert 0.9 < answer.score < 1


def test_an_end_before_its_start_is_no_answer() -> None:
    split = split_of([(0, STARTS, ENDS)])
    (answer,) = decode_answers(split, logits(0, [0, 0, 9, 0], [9, 0, 0, 2])[None])
    assert answer.text == "먹는 짐승이다"


@pytest.mark.parametrize(("null", "text"), [(8.9, "불을"), (9.0, "불을"), (9.1, "")])
def test_no_answer_wins_only_where_it_scores_higher(null: float, text: str) -> None:
    split = split_of([(0, STARTS, ENDS)])
    (answer,) = decode_answers(split, logits(null, [0, 5, 0, 0], [0, 4, 0, 0])[None])
    assert answer.text == text
    assert (answer.start < 0) is (text == "")


def test_windows_of_a_question_are_read_together() -> None:
    """The best span of any window, against the lowest score of `no answer`."""
    split = split_of([(1, STARTS, ENDS), (0, STARTS[:2], ENDS[:2]), (0, STARTS[2:], ENDS[2:])], TEXT, TEXT)
    outputs = np.stack([
        logits(9, [0, 0, 0, 0], [0, 0, 0, 0]),
        logits(20, [3, 0], [3, 0]),
        logits(1, [0, 4], [0, 4]),
    ])  # fmt: skip
    first, second = decode_answers(split, outputs)
    assert first.text == "짐승이다"
    assert second.text == ""


def test_the_same_span_in_two_windows_counts_once() -> None:
    once = decode_answers(split_of([(0, STARTS[:1], ENDS[:1])]), logits(0, [1], [1])[None])[0]
    both = split_of([(0, STARTS[:1], ENDS[:1]), (0, STARTS[:1], ENDS[:1])])
    twice = decode_answers(both, np.stack([logits(0, [1], [1]), logits(0, [0.5], [0.5])]))[0]
    assert twice == once
    assert once.score == pytest.approx(np.exp(2) / (np.exp(2) + 1))


def test_a_context_without_tokens_has_no_answer() -> None:
    split = split_of([(0, [], [])], "")
    assert decode_answers(split, logits(0, [], [])[None])[0].text == ""


def test_the_best_of_many_tokens_is_the_one_that_trying_every_pair_finds() -> None:
    draw = np.random.Generator(np.random.PCG64(1))
    count = 60
    text = "가나다라마바사아자차" * 6
    split = split_of([(0, list(range(count)), list(range(1, count + 1)))], text)
    for _ in range(20):
        # Few high ends: the best pair is among the 20 best starts and ends.
        starts, ends = draw.normal(size=count) * 3, draw.normal(size=count) * 3
        given = logits(-99, starts.tolist(), ends.tolist(), length=count + 4)
        (answer,) = decode_answers(split, given[None])
        pairs = [
            (float(given[3 + start, 0] + given[3 + end, 1]), start, end)
            for start in np.argsort(-starts)[:20]
            for end in np.argsort(-ends)[:20]
            if 0 <= end - start < AnswerSearch().max_answer_tokens
        ]
        _, start, end = max(pairs)
        assert (answer.start, answer.text) == (start, text[start : end + 1])


def test_what_was_weighed_is_told_the_likeliest_first() -> None:
    split = split_of([(0, STARTS, ENDS)])
    (answer,) = decode_answers(split, logits(3, [0, 5, 1, 0], [0, 1, 4, 0])[None])
    assert [item.text for item in answer.candidates[:2]] == ["불을 먹는", "불을"]
    shares = [item.score for item in answer.candidates]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == answer.score
    assert sum(shares) <= 1 + 1e-6


def test_an_answer_may_be_as_long_as_the_settings_say() -> None:
    split = split_of([(0, STARTS, ENDS)])
    split.search = AnswerSearch(max_answer_tokens=1)
    (answer,) = decode_answers(split, logits(0, [0, 5, 1, 0], [0, 1, 4, 0])[None])
    assert answer.text == "불을"


@pytest.mark.parametrize(("threshold", "text"), [(0.0, ""), (1.5, ""), (2.0, "불을"), (-1.0, "")])
def test_no_answer_must_win_by_the_threshold(threshold: float, text: str) -> None:
    split = split_of([(0, STARTS, ENDS)])
    split.search = AnswerSearch(null_threshold=threshold)
    assert decode_answers(split, logits(10.9, [0, 5, 0, 0], [0, 4, 0, 0])[None])[0].text == text


def test_few_starts_and_ends_are_combined_where_few_are_wanted() -> None:
    split = split_of([(0, STARTS, ENDS)])
    split.search = AnswerSearch(n_best=1)
    # The best start lies behind the best end, and no other is tried.
    (answer,) = decode_answers(split, logits(0, [0, 0, 9, 8], [9, 0, 0, 2])[None])
    assert answer.text == ""
