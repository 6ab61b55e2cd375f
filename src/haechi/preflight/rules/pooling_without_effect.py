"""POOL006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text


@rule("POOL006", Severity.note, essential=False)
def pooling_without_effect(evidence: Evidence) -> Iterator[Problem]:
    """A pooling was chosen for a task that pools nothing.

    ## What
    A pooling, or a key of it other than `pooling.layer`, was typed, and the task tags tokens or looks for
    spans.

    ## Why
    Such a task puts its head on the vector of every token of `pooling.layer`. Whatever else the pooling
    says, the run is the same; a sweep over poolings would be one run several times.

    ## Example
    `python src/train.py task=files task.files.train=a.jsonl task.objective=token_classification pooling=cls`

    ## What to do
    Leave the pooling out.

    ## References
    - src/haechi/modeling/assemble.py

    # 풀링이 쓰이지 않는 과제에 고른 풀링

    ## 무엇
    풀링이나 `pooling.layer` 아닌 그 키를 적었는데, 토큰에 태그를 붙이거나 구간을 찾는 과제입니다.

    ## 왜
    이런 과제의 헤드는 `pooling.layer` 층의 모든 토큰 벡터에 놓입니다. 풀링의 다른 키를 무엇으로 하든 같은
    실행이고, 풀링을 바꿔 가며 돌리면 한 실행을 여러 번 하는 셈입니다.

    ## 할 일
    풀링을 빼십시오.
    """
    objective = evidence.config.task.objective
    if objective not in WITHOUT_POOLING:
        return
    origins = evidence.run.origins
    typed = [*(["pooling"] if origins.is_typed("pooling") else []), *origins.typed_below("pooling")]
    typed = [key for key in typed if key != "pooling.layer"]
    if not typed:
        return
    yield Problem(
        Text(
            f"a task of {objective.value} uses the vector of every token, so that no pooling has an effect",
            f"{objective.value} 과제는 모든 토큰의 벡터를 쓰므로 풀링은 쓰이지 않습니다",
        ),
        keys=["pooling.kind", "task.objective"],
        fixes=[[f"~{key}" for key in typed]],
    )
