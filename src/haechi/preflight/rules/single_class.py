"""LABEL003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified
from haechi.preflight.rule import rule
from haechi.rows.tally import visible
from haechi.text import Text


@rule("LABEL003")
def single_class(evidence: Evidence) -> Iterator[Problem]:
    """All train rows have the same label.

    ## What
    There is one class, so there is nothing to tell apart.

    ## Why
    The loss falls to zero at once and the score is perfect. Usually the label column is another one.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.label=source`

    ## What to do
    Name the label column: `task.columns.label=...`. Scores need `task.objective=regression`.

    ## References
    - src/haechi/preflight/labels.py

    # 모든 train 행의 레이블이 같습니다
    ## 무엇
    클래스가 하나뿐이라 구별할 것이 없습니다.

    ## 왜
    손실이 곧바로 0이 되고 점수는 만점이 됩니다. 대개 레이블 열을 잘못 골랐습니다.

    ## 할 일
    `task.columns.label=...`로 레이블 열을 지정합니다. 점수라면 `task.objective=regression`이 필요합니다.
    """
    train = evidence.train
    if not is_classified(evidence) or train is None or not train.complete or len(train.labels) != 1:
        return
    label = visible(next(iter(train.labels)))
    yield Problem(
        Text(
            f"all {train.rows:,} train rows have the label `{label}`",
            f"train {train.rows:,}행의 레이블이 모두 `{label}`입니다",
        ),
        keys=["task.columns.label", "task.files.train"],
    )
