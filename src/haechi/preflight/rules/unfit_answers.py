"""DATA021."""

from collections.abc import Iterator
from dataclasses import replace

from haechi.preflight.counting import row_faults
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.questions import ANSWER_EMPTY, ANSWER_MISMATCH, ANSWER_MISSING, ANSWER_UNWANTED
from haechi.schema.task import Objective
from haechi.text import Text

FAULTS = {
    ANSWER_MISMATCH: Text(
        "an answer that the context does not read there", "지문의 그 자리와 다른 답이 있습니다"
    ),
    ANSWER_EMPTY: Text("an empty answer", "빈 답이 있습니다"),
    ANSWER_MISSING: Text(
        "no answer and are not marked impossible", "답이 없고, 답할 수 없다는 표시도 없습니다"
    ),
    ANSWER_UNWANTED: Text(
        "an answer though they are marked impossible", "답할 수 없다는 표시와 답이 함께 있습니다"
    ),
}
REFUSED_SHARE = 0.01


@rule("DATA021")
def unfit_answers(evidence: Evidence) -> Iterator[Problem]:
    """Answers are not where the rows say.

    ## What
    The context does not read the answer at `answer_start` (in characters from 0), an answer is empty, a
    question that is not marked impossible has none, or one that is marked impossible has some. Or no
    train question has an answer at all.

    ## Why
    The span that is learned would be another one. Offsets go wrong when a context is cleaned after it was
    annotated, or when they count bytes. Faults in fewer than one row in a hundred are a warning, and so
    are answers to impossible questions; KLUE-MRC on the hub has those, as plausible answers.

    ## Example
    `python src/train.py task=files task.objective=span task.files.train=cleaned.json`

    ## What to do
    Correct the rows that the message names; it says where the answer really stands, if it stands
    anywhere.

    ## References
    - Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250
    - src/haechi/rows/questions.py

    # 답이 행에 적힌 자리에 없습니다
    ## 무엇
    지문의 `answer_start`(0부터 세는 글자 위치)에 그 답이 없거나, 답이 비어 있거나, 답할 수 없다는 표시
    없이 답이 없거나, 답할 수 없다고 표시되었는데 답이 있습니다. 또는 답이 있는 train 질문이 하나도
    없습니다.

    ## 왜
    다른 구간을 배우게 됩니다. 주석을 단 뒤에 지문을 다듬거나 위치를 바이트로 세면 이렇게 됩니다. 백 행에
    한 행 미만이면 경고이고, 답할 수 없는 질문의 답도 경고입니다. 허브의 KLUE-MRC에는 그런 그럴듯한 답이
    있습니다.

    ## 할 일
    메시지가 알려 주는 행을 바로잡습니다. 답이 지문의 다른 곳에 있으면 그 위치를 알려 줍니다.
    """
    if evidence.config.task.objective is not Objective.span:
        return
    for fault, share, problem in row_faults(evidence, FAULTS, "task.columns.answers"):
        yield replace(problem, severity=_severity(evidence, fault, share))
    train = evidence.train
    if train is not None and train.complete and not train.answered and not train.count(ANSWER_MISSING):
        yield Problem(
            Text(
                f"none of the {train.rows:,} train rows has an answer in `task.columns.answers`",
                f"train {train.rows:,}행 가운데 `task.columns.answers`에 답이 있는 행이 없습니다",
            ),
            keys=["task.columns.answers", "task.files.train"],
        )


def _severity(evidence: Evidence, fault: str, share: float) -> Severity | None:
    if fault == ANSWER_UNWANTED:
        return Severity.note if evidence.config.task.name == "klue_mrc" else Severity.warning
    return Severity.warning if share < REFUSED_SHARE else None
