"""LABEL008."""

import math
from collections.abc import Iterator

from haechi.preflight.counting import accept
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text

KLUE_STS = (0.0, 5.0)
BEYOND = 0.25


@rule("LABEL008", Severity.warning, essential=False)
def score_beyond_scale(evidence: Evidence) -> Iterator[Problem]:
    """Scores lie beyond the scale.

    ## What
    Validation or test scores lie beyond those of the train rows by more than a quarter of their range, or
    scores of KLUE-STS are not from 0 to 5.

    ## Why
    Two files with different scales (0 to 1 in one, 0 to 5 in the other), or a column of another kind: the
    model cannot give what it has never seen. Pearson's correlation hides it, the squared error does not.

    ## Example
    `python src/train.py task=klue_sts task.files.train=a.csv task.files.validation=b.csv`

    ## What to do
    Bring both files to one scale, or name the column of the scores: `task.columns.label=...`.

    ## References
    - https://github.com/KLUE-benchmark/KLUE, klue-sts-v1.1

    # 점수가 척도를 벗어납니다
    ## 무엇
    validation이나 test의 점수가 train 점수의 범위를 그 폭의 4분의 1 넘게 벗어나거나, KLUE-STS의 점수가
    0에서 5 사이가 아닙니다.

    ## 왜
    두 파일의 척도가 다르거나(한쪽은 0에서 1, 다른 쪽은 0에서 5) 다른 종류의 열입니다. 모델은 본 적 없는
    값을 낼 수 없습니다. 피어슨 상관은 이를 가리고 제곱 오차는 드러냅니다.

    ## 할 일
    두 파일을 한 척도로 맞추거나, 점수가 있는 열을 지정합니다: `task.columns.label=...`.
    """
    if evidence.config.task.objective is not Objective.regression:
        return
    low, high, seen = -math.inf, math.inf, Text("", "")
    train = evidence.train
    if evidence.config.task.name == "klue_sts":
        low, high, seen = *KLUE_STS, Text("KLUE-STS has", "KLUE-STS의 범위는")
    elif train is not None and train.complete and train.numbers and train.highest > train.lowest:
        beyond = (train.highest - train.lowest) * BEYOND
        low, high = train.lowest - beyond, train.highest + beyond
        seen = Text("train has", "train의 범위는")
    for split in evidence.readable:
        if split.numbers and (split.lowest < low or split.highest > high):
            scale = (
                KLUE_STS
                if evidence.config.task.name == "klue_sts" or train is None
                else (train.lowest, train.highest)
            )
            yield Problem(
                Text(
                    f"the {split.name} scores are from {split.lowest:g} to {split.highest:g}, "
                    f"and {seen} {scale[0]:g} to {scale[1]:g}",
                    f"{split.name} 점수는 {split.lowest:g}에서 {split.highest:g}까지인데, "
                    f"{seen.ko} {scale[0]:g}에서 {scale[1]:g}까지입니다",
                ),
                keys=["task.columns.label", f"task.files.{split.name}"],
                fixes=[[accept(evidence, "LABEL008")]],
            )
