"""What windows and tokens make of train answers: which are out of reach, too long or never exact."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from haechi.preflight.token_counts import (
    BLURRED_ANSWER,
    CUT_QUESTION,
    LONG_ANSWER,
    LOST_ANSWER,
    TokenCounts,
    unknown_id,
)
from haechi.rows.examples import Answer, Example, QuestionExample
from haechi.rows.normal_form import core, normalize
from haechi.rows.questions import stands_there
from haechi.rows.tally import printable
from haechi.schema.task import TaskConfig
from haechi.text import Text
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import (
    QUESTION_TOKENS,
    answer_span,
    answer_tokens,
    covered_span,
    cut_questions,
    room_for_context,
    window_ranges,
)

if TYPE_CHECKING:
    from tokenizers import Encoding


class _Context(NamedTuple):
    """A context with its tokens."""

    text: str
    encoding: "Encoding"
    offsets: list[tuple[int, int]]


class _Place(NamedTuple):
    """Where an answer stands among the tokens of its context."""

    answer: Answer
    first: int
    """The first token, and the last one; of a character of several tokens the first of them."""
    last: int
    last_of_start: int
    """The last token of the answer's first character."""
    given: str
    """What the tokens read."""

    @property
    def tokens(self) -> int:
        return self.last - self.first + 1

    def is_whole_in(self, low: int, high: int) -> bool:
        """Whether a window from one token up to another has some token of both of the answer's ends."""
        return low <= self.last_of_start and self.last < high


def count_questions(
    counts: TokenCounts,
    chunk: Sequence[Example],
    tokenizer: RuntimeTokenizer,
    task: TaskConfig,
    max_length: int,
) -> None:
    """Contexts are encoded once, however many questions are asked about them."""
    asked = [example for example in chunk if isinstance(example, QuestionExample)]
    texts = list(dict.fromkeys(example.text_pair or "" for example in asked))
    encoded = tokenizer.encode_whole_with_offsets(texts, special_tokens=False)
    contexts = dict(zip(texts, encoded, strict=True))
    questions = tokenizer.encode_whole_with_offsets(
        [example.text or "" for example in asked], special_tokens=False
    )
    unk, special = unknown_id(tokenizer), tokenizer.special_tokens_of_pair
    for text, encoding in contexts.items():
        counts.add(text, encoding.ids, 0, unk)
    for example, question in zip(asked, questions, strict=True):
        context, tokens = contexts[example.text_pair or ""], len(question)
        counts.add(example.text or "", question.ids, 0, unk)
        counts.lengths[tokens + len(context) + special] += 1
        if tokens > QUESTION_TOKENS:
            shown = Text(f"the question has {tokens} tokens", f"질문이 {tokens}토큰입니다")
            counts.tallies[CUT_QUESTION].add(example.row, shown)
            tokens = _tokens_of_cut(tokenizer, example.text or "")
        if room_for_context(tokenizer, max_length) > task.doc_stride:  # refused by a rule otherwise
            room = max_length - special - tokens
            ranges = list(window_ranges(len(context), room, task.doc_stride))
            counts.windows += len(ranges)
            _count_answers(counts, example, context, ranges, task, unk)


def _tokens_of_cut(tokenizer: RuntimeTokenizer, question: str) -> int:
    """A question that is cut within a word may end up shorter than it could be."""
    (encoding,) = tokenizer.encode_whole_with_offsets(
        cut_questions(tokenizer, [question]), special_tokens=False
    )
    return len(encoding)


def _count_answers(
    counts: TokenCounts,
    example: QuestionExample,
    encoding: "Encoding",
    ranges: Sequence[tuple[int, int]],
    task: TaskConfig,
    unk: int,
) -> None:
    """A question is at fault where each of its answers is."""
    text = example.text_pair or ""
    answers = [answer for answer in example.answers if answer.text.strip() and not example.is_impossible]
    # An answer that is not where the row says it is has a rule of its own.
    if not answers or not all(stands_there(answer, text) for answer in answers):
        return
    # Made anew each time that it is asked for; kept for all contexts it would take much memory.
    context = _Context(text, encoding, encoding.offsets)
    counts.answered += 1
    found = [place for answer in answers if (place := _place(answer, answer_span(answer), context))]
    shortest = min(found, key=lambda place: place.tokens, default=None)
    if not any(place.is_whole_in(*window) for place in found for window in ranges):
        if shortest is not None:
            counts.longest_lost = max(counts.longest_lost or 0, shortest.tokens)
        lost = printable(answers[0].text, 40)
        counts.tallies[LOST_ANSWER].add(example.row, Text(f"the answer `{lost}`", f"답 `{lost}`"))
    if shortest is None:
        return
    counts.longest_answer = max(counts.longest_answer, shortest.tokens)
    if shortest.tokens > task.max_answer_tokens:
        long = printable(shortest.answer.text, 40)
        shown = Text(f"`{long}`, {shortest.tokens} tokens", f"`{long}`, {shortest.tokens}토큰")
        counts.tallies[LONG_ANSWER].add(example.row, shown)
    if not any(_can_be_given(place, context) for place in found):
        _count_blurred(counts, example, found[0], context, unk)


def _count_blurred(
    counts: TokenCounts, example: QuestionExample, place: _Place, context: _Context, unk: int
) -> None:
    wanted, best = printable(place.answer.text, 30), printable(place.given, 30)
    shown = Text(f"`{best}` at best, not `{wanted}`", f"`{wanted}` 대신 잘해야 `{best}`")
    # An example of each: a word that is not known, something before the answer, a particle behind it.
    ids, start = context.encoding.ids, answer_span(place.answer)[0]
    begins_before = context.text[context.offsets[place.first][0] : start].strip()
    kind = (
        "unknown" if unk in (ids[place.first], ids[place.last]) else "before" if begins_before else "behind"
    )
    tally = counts.tallies[BLURRED_ANSWER]
    tally.add(example.row, shown)
    if (of_kind := tally.of_kind(kind)) is not None:
        of_kind.add(example.row, shown)


def _place(answer: Answer, span: tuple[int, int], context: _Context) -> _Place | None:
    """Where a span of the context stands among its tokens, for an answer; None where no token covers it."""
    start, end = covered_span([context.encoding], *span, sequence=0)
    tokens = answer_tokens(context.encoding, start, end, sequence=0)
    if tokens is None:
        return None
    first, last = tokens
    last_of_start = first
    while _covers(context.offsets[last_of_start + 1 : last_of_start + 2], start):
        last_of_start += 1
    given = context.text[context.offsets[first][0] : context.offsets[last][1]].strip()
    return _Place(answer, first, last, last_of_start, given)


def _covers(offsets: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in offsets)


def _can_be_given(place: _Place, context: _Context) -> bool:
    """Whether some tokens at its place read as the answer does, for exact match."""
    answer, wanted = place.answer, normalize(place.answer.text)
    if normalize(place.given) == wanted:
        return True
    # A bracket or quotation mark at its edge may share a token with what is not of the answer.
    start, end = (answer.start + offset for offset in core(answer.text))
    inner = _place(answer, (start, end), context)
    return inner is not None and normalize(inner.given) == wanted
