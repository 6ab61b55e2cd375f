"""DATA012."""

from collections.abc import Iterator

from haechi.preflight.counting import accept, at_indices, is_constant
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text

DOUBTFUL_SHARE = 0.01
# So few rows say nothing in a small file.
FEW = 3


@rule("DATA012", Severity.warning, essential=False)
def contradictory_labels(evidence: Evidence) -> Iterator[Problem]:
    """The same text has different labels.

    ## What
    A train row has the text (and second text, and mentions) of a row before it and another label. Up to
    one in a hundred is a note, and so are scores, which people give differently.

    ## Why
    No model can be right on both, so the best score is below 1, and the loss pulls both ways. Merged data
    sets with different guidelines have such rows.

    ## Example
    `python src/train.py task=files task.files.train=merged.csv`

    ## What to do
    Look at the rows that the message names and decide on one label, or remove them.

    ## References
    - Northcutt et al. 2021, https://arxiv.org/abs/2103.14749

    # 같은 글에 서로 다른 레이블이 있습니다
    ## 무엇
    앞의 행과 글(과 둘째 글, 멘션)이 같은데 레이블이 다른 train 행이 있습니다. 백 행에 한 행까지는
    참고이며, 사람마다 다르게 매기는 점수도 참고입니다.

    ## 왜
    어떤 모델도 두 행을 함께 맞힐 수 없으므로 최고 점수가 1보다 낮아지고 손실이 양쪽으로 당깁니다. 지침이
    다른 데이터를 합치면 이런 행이 생깁니다.

    ## 할 일
    메시지가 알려 주는 행을 보고 한 레이블로 정하거나 지웁니다.
    """
    train, objective = evidence.train, evidence.config.task.objective
    if train is None or is_constant(train) or objective is Objective.span:
        return  # a question may have several answers
    found = train.texts.conflicting(train.labelled)
    if not found:
        return
    few = len(found) / train.rows < DOUBTFUL_SHARE or len(found) < FEW
    minor = few or objective is Objective.regression
    yield Problem(
        Text(
            f"{len(found):,} of {train.rows:,} {train.seen} have the text of a row before and another label",
            f"{train.seen.ko} {train.rows:,}행 가운데 {len(found):,}행은 앞 행과 글이 같고 레이블이 다릅니다",
        ),
        keys=["task.files.train", "task.columns.label"],
        notes=[at_indices(train, found)],
        fixes=[] if minor else [[accept(evidence, "DATA012")]],
        severity=Severity.note if minor else None,
    )
