"""Questions and the windows of their contexts."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from haechi.data.input_format import InputFormat
from haechi.data.split import ContextTokens
from haechi.rows.examples import Example, QuestionExample
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import answer_span, answer_tokens, covered_span, encode_windows

if TYPE_CHECKING:
    from tokenizers import Encoding


def span_columns(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat
) -> dict[str, list[Any]]:
    """Columns of an `EncodedSplit`: one item a window.

    Its label is the first and the last token of the answer; twice the position of the token that stands for
    `no answer` where the question has none, or the window holds none whole. That is the classification
    token or, where a tokenizer has none, the last token that the template adds: in a causal model it is one
    that has seen the context.

    Source: Devlin et al. 2019, sections 4.2 and 4.3, https://arxiv.org/abs/1810.04805
    """
    questions = [example.text or "" for example in examples]
    contexts = [example.text_pair or "" for example in examples]
    found = encode_windows(tokenizer, questions, contexts, form.max_length, form.doc_stride)
    # Numbers of long contexts are many: an array takes a ninth of what a list does.
    columns: dict[str, list[Any]] = {"input_ids": [], "labels": [], "contexts": [], "rows": []}
    if form.token_type_ids:
        columns["token_type_ids"] = []
    for row, (example, windows) in enumerate(zip(examples, found, strict=True)):
        spans = _spans(example, windows)
        for window in windows:
            context = _context_tokens(window, tokenizer)
            columns["input_ids"].append(array("i", window.ids))
            columns["labels"].append(_label(spans, window, context.null))
            columns["contexts"].append(context)
            columns["rows"].append(row)
            if form.token_type_ids:
                columns["token_type_ids"].append(array("b", window.type_ids))
    return columns


def _spans(example: Example, windows: "Sequence[Encoding]") -> list[tuple[int, int]]:
    """Where the answers stand, as far as tokens cover them; none where there is no answer."""
    assert isinstance(example, QuestionExample)
    answers = () if example.is_impossible else example.answers
    return [covered_span(windows, *answer_span(answer)) for answer in answers]


def _label(spans: Sequence[tuple[int, int]], window: "Encoding", null: int) -> tuple[int, int]:
    for start, end in spans:
        found = answer_tokens(window, start, end)
        if found is not None:
            return found
    return null, null


def _context_tokens(window: "Encoding", tokenizer: RuntimeTokenizer) -> ContextTokens:
    sequences = window.sequence_ids
    inside = [position for position, sequence in enumerate(sequences) if sequence == 1]
    first, count = (inside[0], len(inside)) if inside else (0, 0)
    offsets = window.offsets[first : first + count]
    cls = tokenizer.id("cls")
    # A text may spell the token out; the template's own has no sequence. XLNet has it at the end.
    added = [position for position, sequence in enumerate(sequences) if sequence is None]
    null = next((position for position in added if window.ids[position] == cls), added[-1] if added else 0)
    return ContextTokens(
        first, null, array("i", [start for start, _ in offsets]), array("i", [end for _, end in offsets])
    )
