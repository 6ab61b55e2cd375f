"""How well an answer answers: scores of one answer against the right ones, as KLUE codes them."""

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from haechi.rows.examples import QuestionExample
from haechi.rows.normal_form import normalize


def score_of(metric: str, answer: str, golds: Sequence[str]) -> float:
    """The best score, from 0 to 1, of an answer over the texts that count as right.

    Args:
        metric: a name of `SCORES`.
        answer: what was predicted; empty for `no answer`.
        golds: as `accepted_answers` gives them.
    """
    given = normalize(answer)
    return max(SCORES[metric](given, normalize(gold)) for gold in golds)


def accepted_answers(example: QuestionExample) -> list[str]:
    """The texts that count as right; the empty one alone where there is no answer."""
    answers = [] if example.is_impossible else [answer.text for answer in example.answers]
    return answers or [""]


def rouge_w(answer: str, gold: str) -> float:
    """What KLUE calls ROUGE-W: F1 of the longest run of characters that both have (difflib's)."""
    if not gold:
        return float(not answer)
    return _longest_run_f1(SequenceMatcher(None, answer, gold), answer, gold)


def rouge_w_exact(answer: str, gold: str) -> float:
    """The same without a habit of difflib's: in answers of 200 characters and more it passes over those that
    are frequent, and may miss the longest run."""
    if not gold:
        return float(not answer)
    return _longest_run_f1(SequenceMatcher(None, answer, gold, autojunk=False), answer, gold)


def _longest_run_f1(matcher: "SequenceMatcher[str]", answer: str, gold: str) -> float:
    common = matcher.find_longest_match(0, len(answer), 0, len(gold)).size
    return _f1(common, len(answer), len(gold))


def char_f1(answer: str, gold: str) -> float:
    """F1 of the characters that both have, whatever their order; spaces do not count.

    Source: the evaluation of KorQuAD 1.0, https://korquad.github.io
    """
    ours, theirs = (Counter(text.replace(" ", "")) for text in (answer, gold))
    if not ours or not theirs:
        return float(ours == theirs)
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def _f1(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if common else 0.0


SCORES: dict[str, Callable[[str, str], float]] = {
    "exact_match": lambda answer, gold: float(answer == gold),
    "rouge_w": rouge_w,
    "rouge_w_exact": rouge_w_exact,
    "char_f1": char_f1,
}
"""Scores by the names of their metrics; of two texts in their normal form."""
