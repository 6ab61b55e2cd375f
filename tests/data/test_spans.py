"""Windows of a context: every answer is whole in one, and its offsets are right."""

from itertools import pairwise
from pathlib import Path

import pytest

from checkpoints import tiny_copy
from families import write_tokenizer
from haechi.compose import compose
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import ContextTokens, EncodedSplit
from haechi.rows.examples import Answer, QuestionExample
from haechi.schema.task import Objective
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

SENTENCES = [
    f"{year}년에 해치는 광화문 앞 {year % 97}번째 돌계단에 앉아 불을 막았다. " for year in range(1900, 1960)
]
CONTEXT = "".join(SENTENCES)


@pytest.fixture
def tokenizer(tmp_path: Path) -> RuntimeTokenizer:
    return build_tokenizer(tiny_copy(tmp_path / "checkpoint"))


def question(context: str = CONTEXT, *answers: str, is_impossible: bool = False) -> QuestionExample:
    found = tuple(Answer(context.index(text), text) for text in answers)
    return QuestionExample(
        1, "해치는 언제 불을 막았나?", context, None, id="q1", answers=found, is_impossible=is_impossible
    )  # fmt: skip


def split_of(tokenizer: RuntimeTokenizer, *examples: QuestionExample, types: bool = False) -> EncodedSplit:
    form = InputFormat(Objective.span, 128, token_type_ids=types, doc_stride=24)
    return encode(examples, tokenizer, form)


def labelled(split: EncodedSplit) -> list[tuple[ContextTokens, tuple[int, int]]]:
    assert split.contexts is not None
    assert split.labels is not None
    return list(zip(split.contexts, split.labels, strict=True))  # type: ignore[arg-type]


def text_of(context: ContextTokens, label: tuple[int, int], text: str) -> str:
    start, end = (position - context.first for position in label)
    return text[context.starts[start] : context.ends[end]]


@pytest.mark.parametrize("answer", ["1931년", "광화문 앞 92번째", "1959년", "해치"])
def test_the_label_reads_the_answer_in_every_window_that_holds_it_whole(
    tokenizer: RuntimeTokenizer, answer: str
) -> None:
    split = split_of(tokenizer, question(CONTEXT, answer))
    holding = [(context, label) for context, label in labelled(split) if label != (0, 0)]
    assert holding
    for context, label in holding:
        # A token may reach beyond the answer, never start behind its start.
        assert answer in text_of(context, label, CONTEXT)
        assert len(text_of(context, label, CONTEXT)) <= len(answer) + 3
    for context, label in labelled(split):
        start = CONTEXT.index(answer)
        whole = context.starts[0] <= start and start + len(answer) <= context.ends[-1]
        assert (label != (0, 0)) is whole


@pytest.mark.parametrize("around", [" {}", "{} ", "\u200b{}", " {}\u200b "])
@pytest.mark.parametrize("kind", ["wordpiece", "bytes", "unigram"])
def test_an_answer_with_spaces_around_it_is_learned(kind: str, around: str, tmp_path: Path) -> None:
    """The rows say so in KorQuAD too; a token never covers a space at its edge in a WordPiece vocabulary."""
    folder = write_tokenizer(kind, tmp_path / kind, "PreTrainedTokenizerFast")
    (folder / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    answer = around.format("광화문 앞")
    context = f"해치는 언제나{answer}에 앉아 불을 막았다."
    found = labelled(split_of(build_tokenizer(folder), question(context, answer)))
    assert [label != (context_tokens.null,) * 2 for context_tokens, label in found] == [True]
    assert "광화문 앞" in text_of(*found[0], context)


def test_the_windows_cover_the_context_and_share_tokens(tokenizer: RuntimeTokenizer) -> None:
    split = split_of(tokenizer, question())
    assert split.contexts is not None
    assert len(split) > 3
    assert max(split.lengths) <= 128
    reached = 0
    for context in split.contexts:
        assert context.starts[0] <= reached
        reached = context.ends[-1]
    assert reached == len(CONTEXT.rstrip())


@pytest.mark.parametrize("words", [1, 20, 61, 64, 65, 300])
def test_windows_of_the_klue_preset_move_on_whatever_the_length_of_the_question(
    tokenizer: RuntimeTokenizer, words: int
) -> None:
    """Longer ones are cut to 64 tokens; beside one of 20 tokens windows move as far as KLUE's, by 128."""
    composed = compose(["experiment=klue_mrc"])
    length, stride = composed.tokenizer.max_length, composed.task.doc_stride
    context = CONTEXT * 3
    answer = Answer(context.rindex("1959년"), "1959년")
    asked = QuestionExample(
        1, "? " * words, context, None, id="q", answers=(answer,), is_impossible=False
    )  # fmt: skip
    split = encode([asked], tokenizer, InputFormat(Objective.span, length, doc_stride=stride))
    (whole,) = tokenizer.encode_whole_with_offsets([context], special_tokens=False)
    starts = [context.starts[0] for context in split.contexts or []]
    places = [whole.char_to_token(start) for start in starts]
    moves = {after - before for before, after in pairwise(places) if None not in (before, after)}
    assert len(starts) > 3
    assert moves == {148 - min(words, 64)}
    assert max(split.lengths) <= length
    assert (split.contexts or [])[-1].ends[-1] == len(context.rstrip())
    assert split.labels is not None
    assert tuple(split.labels[-1]) != (0, 0)


def test_no_answer_is_the_position_of_the_classification_token(tokenizer: RuntimeTokenizer) -> None:
    impossible = question(CONTEXT, "1931년", is_impossible=True)
    split = split_of(tokenizer, impossible, question("짧은 글이다."))
    assert split.labels == [(0, 0)] * len(split)
    assert split.rows == [0] * (len(split) - 1) + [1]


def test_a_window_without_the_first_answer_may_hold_another(tokenizer: RuntimeTokenizer) -> None:
    split = split_of(tokenizer, question(CONTEXT, "1900년", "1959년"))
    texts = [text_of(context, label, CONTEXT) for context, label in labelled(split) if label != (0, 0)]
    assert {text[:5] for text in texts} == {"1900년", "1959년"}


def test_segment_ids_say_which_tokens_are_of_the_context(tokenizer: RuntimeTokenizer) -> None:
    split = split_of(tokenizer, question(), types=True)
    item = split[0]
    context = (split.contexts or [])[0]
    assert list(item["token_type_ids"]).index(1) == context.first


def test_a_token_spelt_out_in_the_text_does_not_stand_for_no_answer(tmp_path: Path) -> None:
    """XLNet's own one ends the input."""
    folder = write_tokenizer("cls last", tmp_path / "xlnet", "XLNetTokenizer")
    tokenizer = build_tokenizer(folder)
    split = split_of(tokenizer, question("<cls> 해치는 광화문에 있다", "광화문"))
    (context,) = split.contexts or []
    assert context.null == len(split.input_ids[0]) - 1
    assert split.input_ids[0][context.null] == tokenizer.id("cls")
