"""LEN004."""

from collections.abc import Iterator

from haechi.preflight.counting import accept, counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import LOST_ANSWER
from haechi.text import Text
from haechi.tokenization.windows import room_for_context

DOUBTFUL_SHARE = 0.01


@rule("LEN004", Severity.warning, essential=False)
def lost_answer(evidence: Evidence) -> Iterator[Problem]:
    """An answer is whole in no window.

    ## What
    A context is read in windows of `tokenizer.max_length` tokens that share `task.doc_stride` of them. In
    more than one train question in a hundred no window holds the whole answer; in fewer it is a note.

    ## Why
    Such a question is learned as one without an answer. An answer that is no longer than
    `task.doc_stride` is always whole in a window.

    ## Example
    `python src/train.py task=files task.objective=span task.files.train=squad.json task.doc_stride=0`

    ## What to do
    Let windows share as many tokens as the longest answer has: `task.doc_stride=...`, and raise
    `tokenizer.max_length` where that leaves no room.

    ## References
    - Devlin et al. 2019, section 4.2, https://arxiv.org/abs/1810.04805
    - src/haechi/tokenization/windows.py

    # 답 전체가 든 창이 없습니다
    ## 무엇
    지문은 `tokenizer.max_length` 토큰의 창으로 나누어 읽고 이웃한 창은 `task.doc_stride` 토큰을 함께
    가집니다. train 질문 백 개에 하나 넘게 답 전체가 든 창이 없습니다. 그보다 적으면 참고로 알립니다.

    ## 왜
    그런 질문은 답이 없는 질문으로 배웁니다. `task.doc_stride`보다 길지 않은 답은 언제나 한 창에 통째로
    듭니다.

    ## 할 일
    창이 가장 긴 답만큼 토큰을 함께 가지게 합니다: `task.doc_stride=...`. 그러면 자리가 없을 때는
    `tokenizer.max_length`도 올립니다.
    """
    found = counted(evidence, LOST_ANSWER)
    if found is None:
        return
    counts, rows, seen, place = found
    yield Problem(
        Text(
            f"no window holds the whole answer of {rows:,} of {counts.answered:,} questions in the {seen}",
            f"{seen.ko} 행에서 답이 있는 질문 {counts.answered:,}개 가운데 {rows:,}개는 "
            "답 전체가 든 창이 없습니다",
        ),
        keys=["task.doc_stride", "tokenizer.max_length"],
        notes=[place],
        fixes=[_fix(evidence, counts.longest_lost)],
        severity=Severity.note if rows / counts.answered < DOUBTFUL_SHARE else None,
    )


def _fix(evidence: Evidence, tokens: int | None) -> list[str]:
    """Windows that share as many tokens as the longest lost answer has, where the model is long enough."""
    limit, tokenizer = evidence.config.tokenizer.max_length, evidence.tokenizer
    if tokens is None or tokenizer is None:
        return [accept(evidence, "LEN004")]
    usable = evidence.architecture.usable_positions if evidence.architecture else None
    wanted = max(limit, tokens + 1 + limit - room_for_context(tokenizer, limit))
    if usable is not None and wanted > usable:
        return [accept(evidence, "LEN004")]
    longer = [f"tokenizer.max_length={wanted}"] if wanted > limit else []
    return [f"task.doc_stride={tokens}", *longer]
