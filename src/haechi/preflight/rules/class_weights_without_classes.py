"""TRAIN015."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.schema.trainer import ClassWeights
from haechi.text import Text


@rule("TRAIN015", Severity.error)
def class_weights_without_classes(evidence: Evidence) -> Iterator[Problem]:
    """Classes are to be weighed, and the rows have none.

    ## What
    `trainer.class_weights=balanced` with scores, tags or answers.

    ## Why
    The weights are counted over the classes of rows. A score and an answer have no class; tags have, but
    nine tokens of ten are O, and weights by their inverse share would have the model find entities
    everywhere.

    ## Example
    `python src/train.py task=sample_sts trainer.class_weights=balanced`

    ## What to do
    Leave it at `none`.

    ## References
    - https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_class_weight.html

    # 클래스가 없는 과제에 클래스 가중치를 주려 합니다

    ## 무엇
    점수, 태그, 답을 맞히는 과제에 `trainer.class_weights=balanced`를 썼습니다.

    ## 왜
    가중치는 행의 클래스를 세어 정합니다. 점수와 답에는 클래스가 없습니다. 태그에는 있지만 토큰 열에 아홉이
    O라서, 비율의 역수로 가중하면 모델이 어디에서나 개체를 찾습니다.

    ## 할 일
    `none`으로 둡니다.
    """
    config = evidence.config
    without = {Objective.regression, Objective.token_classification, Objective.span}
    if config.trainer.class_weights is ClassWeights.none or config.task.objective not in without:
        return
    objective = config.task.objective.value
    yield Problem(
        Text(
            f"`trainer.class_weights` weighs the classes of rows, and a task of {objective} has none",
            f"`trainer.class_weights`는 행의 클래스를 가중하는데, {objective} 과제에는 클래스가 없습니다",
        ),
        keys=["trainer.class_weights", "task.objective"],
        fixes=[["trainer.class_weights=none"]],
    )
