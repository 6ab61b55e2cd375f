"""LABEL011."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified
from haechi.preflight.rule import rule
from haechi.rows.survey import FRACTION
from haechi.rows.tally import visible
from haechi.text import Text

FEWEST = 20


@rule("LABEL011", essential=False)
def too_many_classes(evidence: Evidence) -> Iterator[Problem]:
    """Nearly every row has a label of its own.

    ## What
    More than half as many different labels as train rows, and at least twenty.

    ## Why
    Such a column holds ids, texts or scores: no class can be learned from one row. The head would have an
    output for each, and the rows that are split off for validation would have labels that the others
    lack.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.label=guid`

    ## What to do
    Name the column of the labels: `task.columns.label=...`. Scores need `task.objective=regression`.

    ## References
    - src/haechi/preflight/labels.py

    # 거의 모든 행의 레이블이 서로 다릅니다
    ## 무엇
    서로 다른 레이블이 train 행 수의 절반을 넘고 스무 개 이상입니다.

    ## 왜
    이런 열에는 id나 글이나 점수가 있습니다. 한 행으로는 클래스를 배울 수 없습니다. 헤드에는 출력이 그만큼
    생기고, validation으로 떼어 낸 행에는 나머지에 없는 레이블이 남습니다.

    ## 할 일
    레이블이 있는 열을 지정합니다: `task.columns.label=...`. 점수라면 `task.objective=regression`이
    필요합니다.
    """
    train = evidence.train
    if not is_classified(evidence) or train is None or evidence.config.task.labels is not None:
        return
    different, rows = len(train.labels), train.labels.total()
    if different < FEWEST or different * 2 <= rows:
        return
    scores = train.numbers == rows
    if scores and train.count(FRACTION) * 2 >= rows:
        return  # LABEL004 says that these are scores
    shown = visible(next(iter(train.labels)))
    yield Problem(
        Text(
            f"{rows:,} {train.seen} have {different:,} different labels such as `{shown}`",
            f"{train.seen.ko} {rows:,}행에 `{shown}` 같은 서로 다른 레이블이 {different:,}개 있습니다",
        ),
        keys=["task.columns.label", "task.objective"],
        fixes=[["task.objective=regression"]] if scores and not evidence.has_pairs else [],
    )
