"""POOL004."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.schema.task import Objective
from haechi.text import Text


@rule("POOL004")
def entity_start_without_entities(evidence: Evidence) -> Iterator[Problem]:
    """The pooling reads entity markers, and the task has none.

    ## What
    `pooling=entity_start` puts the vectors at the two start markers side by side, and the task is not one
    of relations between two mentions.

    ## Why
    Only a relation task marks mentions, so that there is nothing to read: the first batch would fail.

    ## Example
    `python src/train.py pooling=entity_start`

    ## What to do
    Take `pooling=mean`, or say where the mentions are: `task.objective=relation` with the columns
    `sentence`, `subject_entity` and `object_entity`.

    ## References
    - https://arxiv.org/abs/1906.03158

    # 개체 마커가 없는 과제의 entity_start 풀링

    ## 무엇
    `pooling=entity_start`는 두 시작 마커의 벡터를 나란히 붙이는데, 두 멘션의 관계를 묻는 과제가 아닙니다.

    ## 왜
    관계 과제만이 멘션에 마커를 붙이므로 읽을 것이 없습니다. 첫 배치에서 실패합니다.

    ## 할 일
    `pooling=mean`을 쓰십시오. 멘션이 있는 데이터라면 그 위치를 알려 주십시오: `task.objective=relation`과
    `sentence`, `subject_entity`, `object_entity` 열입니다.
    """
    objective = evidence.config.task.objective
    if evidence.config.pooling.kind != "entity_start":
        return
    if objective is Objective.relation or objective in WITHOUT_POOLING:
        return
    yield Problem(
        Text(
            f"`pooling=entity_start` needs marked mentions, and a task of {objective.value} has none",
            f"`pooling=entity_start`는 멘션의 마커를 읽는데, {objective.value} 과제에는 멘션이 없습니다",
        ),
        keys=["pooling.kind", "task.objective"],
        fixes=[["pooling=mean"]],
    )
