"""A question and its long context as windows that share tokens, so that every answer is whole in one.

Source: Devlin et al. 2019, section 4.2, and the preprocessing of its SQuAD script, which KLUE's code calls
too. There `doc_stride` says how far a window moves; here, as in later scripts, how many tokens two windows
share.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from haechi.rows.examples import Answer
from haechi.tokenization.offsets import whole_characters
from haechi.tokenization.runtime import RuntimeTokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding

# Longer questions are cut, as in KLUE's own script.
QUESTION_TOKENS = 64


def room_for_context(tokenizer: RuntimeTokenizer, max_length: int) -> int:
    """Tokens of a context that fit beside the longest question."""
    return max_length - tokenizer.special_tokens_of_pair - QUESTION_TOKENS


def encode_windows(
    tokenizer: RuntimeTokenizer,
    questions: Sequence[str],
    contexts: Sequence[str],
    max_length: int,
    doc_stride: int,
) -> "list[list[Encoding]]":
    """The windows of each question, in the order of the context; offsets are in characters.

    Raises:
        ValueError: windows of this length that share so many tokens would never move on.
    """
    if room_for_context(tokenizer, max_length) <= doc_stride:
        raise ValueError(f"windows of {max_length} tokens cannot share {doc_stride}")
    cut = cut_questions(tokenizer, questions)
    backend = tokenizer.backend
    backend.no_padding()
    backend.enable_truncation(max_length, stride=doc_stride, strategy="only_second")
    encodings = backend.encode_batch(list(zip(cut, contexts, strict=True)))
    backend.no_truncation()  # cutting the second text only is an error for whoever encodes one
    return [
        _whole_characters([encoding, *encoding.overflowing], texts)
        for encoding, *texts in zip(encodings, cut, contexts, strict=True)
    ]


def _whole_characters(windows: "list[Encoding]", texts: Sequence[str]) -> "list[Encoding]":
    if unicodedata.is_normalized("NFC", texts[-1]):
        return [whole_characters(window, texts) for window in windows]
    # The last token of a window may be followed by one of the next window.
    starts = {
        start
        for window in windows
        for (start, _), sequence in zip(window.offsets, window.sequence_ids, strict=True)
        if sequence == 1
    }
    return [whole_characters(window, texts, starts) for window in windows]


def window_ranges(tokens: int, room: int, doc_stride: int) -> Iterator[tuple[int, int]]:
    """Which tokens of a context each of its windows has: the first one, and the one behind the last.

    Args:
        tokens: length of the context.
        room: tokens of a context that fit beside its question; more than `doc_stride`.
        doc_stride: tokens that neighbouring windows share.
    """
    for start in range(0, max(tokens, 1), room - doc_stride):
        yield start, min(start + room, tokens)
        if start + room >= tokens:
            return


def cut_questions(tokenizer: RuntimeTokenizer, questions: Sequence[str]) -> list[str]:
    """Questions of at most `QUESTION_TOKENS` tokens."""
    cut = list(questions)
    pending = list(range(len(cut)))
    while pending:
        encodings = tokenizer.encode_whole_with_offsets([cut[at] for at in pending], special_tokens=False)
        # The end of a word that was cut off may change what its beginning is taken apart into.
        long = [
            (at, encoding.offsets[QUESTION_TOKENS][0])
            for at, encoding in zip(pending, encodings, strict=True)
            if len(encoding.ids) > QUESTION_TOKENS
        ]
        for at, offset in long:
            cut[at] = cut[at][: min(offset, len(cut[at]) - 1)]
        pending = [at for at, _ in long]
    return cut


def answer_span(answer: Answer) -> tuple[int, int]:
    """Offsets of an answer's first character and behind its last one, without the spaces around it."""
    text = answer.text
    start = answer.start + len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def covered_span(encodings: "Sequence[Encoding]", start: int, end: int, sequence: int = 1) -> tuple[int, int]:
    """A span without the characters at its edges that no token covers, which are those that the normalizer
    takes out: zero-width ones with BERT's, others with others. Empty where tokens cover none.

    Args:
        encodings: all windows of a context, or one encoding that has it whole.
        start: offset of the span's first character in the context.
        end: offset behind its last.
        sequence: which of the encoded texts is the context.
    """

    def is_covered(offset: int) -> bool:
        return any(item.char_to_token(offset, sequence) is not None for item in encodings)

    while 0 <= start < end and not is_covered(start):
        start += 1
    while 0 <= start < end and not is_covered(end - 1):
        end -= 1
    return start, end


def answer_tokens(encoding: "Encoding", start: int, end: int, sequence: int = 1) -> tuple[int, int] | None:
    """First and last token of an answer in a window; None where it is not whole in it.

    Args:
        encoding: the window.
        start: offset of the answer's first character in the context.
        end: offset behind its last.
        sequence: which of the encoded texts is the context.
    """
    if not 0 <= start < end:
        return None
    first, last = encoding.char_to_token(start, sequence), encoding.char_to_token(end - 1, sequence)
    if first is None or last is None:
        return None
    return first, last
