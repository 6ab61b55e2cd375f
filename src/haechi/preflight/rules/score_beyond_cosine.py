"""LABEL016."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("LABEL016", Severity.warning, essential=False)
def score_beyond_cosine(evidence: Evidence) -> Iterator[Problem]:
    """Scores lie beyond what a bi-encoder can give.

    ## What
    `task.encoder=bi`, and train scores are above `task.highest_score`, or below its negative.

    ## Why
    The score of a bi-encoder is a cosine times `task.highest_score`, so it ends there on both sides. Rows
    beyond it pull the vectors together without end and are never reached.

    ## Example
    `python src/train.py task=klue_sts task.encoder=bi task.highest_score=1`

    ## What to do
    Name the upper end of the scale, or leave it to the train rows: `task.highest_score=null`.

    ## References
    - https://arxiv.org/abs/1908.10084 (Reimers and Gurevych 2019, section 3)

    # bi-encoder가 낼 수 없는 점수입니다

    ## 무엇
    `task.encoder=bi`인데, train 점수가 `task.highest_score`보다 크거나 그 음수보다 작습니다.

    ## 왜
    bi-encoder의 점수는 코사인에 `task.highest_score`를 곱한 값이라 양쪽이 거기서 끝납니다. 그 밖의 행은
    벡터를 끝없이 끌어당길 뿐 닿지 못합니다.

    ## 할 일
    척도의 위쪽 끝을 적거나, train 행에 맡깁니다: `task.highest_score=null`.
    """
    highest, train = evidence.highest_score, evidence.train
    if highest is None or not highest > 0 or train is None or not train.numbers:
        return  # TRAIN001 refuses an end that is not above 0
    if train.highest <= highest and train.lowest >= -highest:
        return
    named = evidence.config.task.highest_score is not None
    yield Problem(
        Text(
            f"a bi-encoder gives scores from {-highest:g} to {highest:g}, and the train scores are from "
            f"{train.lowest:g} to {train.highest:g}",
            f"bi-encoder의 점수는 {-highest:g}에서 {highest:g}까지인데, train 점수는 {train.lowest:g}에서 "
            f"{train.highest:g}까지입니다",
        ),
        keys=["task.highest_score" if named else "task.encoder", "task.files.train"],
        fixes=[["task.encoder=cross"]]
        if train.lowest < -train.highest
        else [["task.highest_score=null"], [f"task.highest_score={train.highest:g}"]],
    )
