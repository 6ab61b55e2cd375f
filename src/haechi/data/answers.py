"""Start and end scores of windows -> one answer for each question, as a piece of its context.

Source: Devlin et al. 2019, section 4.3, and the evaluation of its SQuAD 2.0 script, which KLUE's uses:
the best of the pairs of likely starts and ends of all windows, unless `no answer` scores higher.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from haechi.data.input_format import AnswerSearch
from haechi.data.split import ContextTokens, EncodedSplit

# So many answers are told besides the one that is given.
TOLD = 5


class ScoredAnswer(NamedTuple):
    """One of the answers that were weighed."""

    text: str
    """A piece of the context; empty for `no answer`."""
    score: float
    """Its share among the best candidates and `no answer`, from 0 to 1."""


class PredictedAnswer(NamedTuple):
    """What is answered."""

    text: str
    """A piece of the context; empty for `no answer`."""
    start: int
    """Offset of its first character; negative for `no answer`."""
    score: float
    """Its share among the best candidates and `no answer`, from 0 to 1."""
    candidates: tuple[ScoredAnswer, ...] = ()
    """The best answers with their shares, `no answer` among them, the likeliest first."""


class _Candidate(NamedTuple):
    score: float
    start: int
    end: int


def decode_answers(split: EncodedSplit, outputs: np.ndarray) -> list[PredictedAnswer]:
    """One answer for each example, in the order of the examples.

    Args:
        split: what was encoded.
        outputs: start and end logits (windows, tokens, 2); what lies behind a window's tokens is not read.
    """
    assert split.contexts is not None
    assert split.rows is not None
    texts = [example.text_pair or "" for example in split.examples]
    candidates: list[list[_Candidate]] = [[] for _ in texts]
    # `No answer` is as likely as in the window that speaks most against it.
    nulls = [np.inf] * len(texts)
    for row, context, logits in zip(split.rows, split.contexts, outputs, strict=True):
        nulls[row] = min(nulls[row], float(logits[context.null].sum()))
        candidates[row] += _candidates(context, logits, texts[row], split.search)
    return [_best(*item, split.search) for item in zip(texts, candidates, nulls, strict=True)]


def _candidates(
    context: ContextTokens, logits_T2: np.ndarray, text: str, search: AnswerSearch
) -> list[_Candidate]:
    """The best spans of one window."""
    window = logits_T2[context.first : context.first + len(context.starts)]
    starts, ends = (np.argsort(-window[:, side], kind="stable")[: search.n_best] for side in (0, 1))
    lengths = ends[None, :] - starts[:, None] + 1
    scores = window[starts, 0][:, None] + window[ends, 1][None, :]
    scores = np.where((lengths >= 1) & (lengths <= search.max_answer_tokens), scores, -np.inf)
    found: list[_Candidate] = []
    for place in np.argsort(-scores, axis=None, kind="stable")[: search.n_best]:
        row, column = np.unravel_index(place, scores.shape)
        if np.isneginf(scores[row, column]):
            break
        start, end = context.starts[starts[row]], context.ends[ends[column]]
        # Offsets of some tokenizers hold the space before a word.
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        if start < end:
            found.append(_Candidate(float(scores[row, column]), start, end))
    return found


def _best(text: str, candidates: Sequence[_Candidate], null: float, search: AnswerSearch) -> PredictedAnswer:
    # Windows share tokens: the same span counts once, with its better score.
    unique: dict[tuple[int, int], _Candidate] = {}
    for item in sorted(candidates, key=lambda item: -item.score):
        unique.setdefault((item.start, item.end), item)
    best = list(unique.values())[: search.n_best]
    scores = np.array([null, *(item.score for item in best)])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    told = [ScoredAnswer("", float(shares[0]))]
    told += [
        ScoredAnswer(text[item.start : item.end], float(share))
        for item, share in zip(best, shares[1:], strict=True)
    ]
    others = tuple(sorted(told, key=lambda item: -item.score)[:TOLD])
    if not best or null - best[0].score > search.null_threshold:
        return PredictedAnswer("", -1, told[0].score, others)
    return PredictedAnswer(told[1].text, best[0].start, told[1].score, others)
