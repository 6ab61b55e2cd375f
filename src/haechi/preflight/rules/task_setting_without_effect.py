"""CFG014."""

from collections.abc import Iterator
from operator import attrgetter

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective, PairEncoder
from haechi.text import Text

# The objective that reads each setting.
READ_BY = {
    "highest_score": Objective.regression,
    "positive_from": Objective.regression,
    "scale.lowest": Objective.regression,
    "scale.highest": Objective.regression,
    "markers": Objective.relation,
    "doc_stride": Objective.span,
    "n_best": Objective.span,
    "max_answer_tokens": Objective.span,
    "null_threshold": Objective.span,
}
# Those that the encoder of pairs decides besides.
READ_WITH = {"highest_score": PairEncoder.bi}


@rule("CFG014", Severity.note, essential=False)
def task_setting_without_effect(evidence: Evidence) -> Iterator[Problem]:
    """A setting of the task has no effect on its objective.

    ## What
    A key of the task that only another objective reads was typed or is set by an experiment:
    `task.doc_stride`, `task.n_best`, `task.max_answer_tokens` and `task.null_threshold` are of spans,
    `task.markers` of relations, `task.positive_from` and the keys of `task.scale` of regressions, and
    `task.highest_score` of regressions with `task.encoder=bi`.

    ## Why
    It changes nothing, and the run is reported as if it had: a sweep over it is one run several times.

    ## Example
    `python src/train.py task.n_best=5`

    ## What to do
    Leave the key out, or choose the objective or the encoder that it is meant for.

    ## References
    - docs/settings.md

    # 과제의 목적이 쓰지 않는 설정입니다

    ## 무엇
    다른 목적만 읽는 과제의 키를 적었거나 experiment가 정했습니다. `task.doc_stride`, `task.n_best`,
    `task.max_answer_tokens`, `task.null_threshold`는 span에, `task.markers`는 relation에,
    `task.positive_from`과 `task.scale`의 키는 regression에, `task.highest_score`는 `task.encoder=bi`인
    regression에 쓰입니다.

    ## 왜
    아무것도 바뀌지 않는데, 실행은 바꾼 것처럼 기록됩니다. 그 값을 바꿔 가며 돌리면 한 실행을 여러 번 하는
    셈입니다.

    ## 할 일
    키를 빼거나, 그 키가 쓰이는 목적이나 인코더를 고릅니다.
    """
    task, origins = evidence.config.task, evidence.run.origins
    for name, objective in READ_BY.items():
        key, encoder = f"task.{name}", READ_WITH.get(name)
        if attrgetter(name)(task) is None or not origins.is_asked_for(key):
            continue
        wanted: list[str] = []
        if task.objective is not objective:
            wanted.append(f"task.objective={objective.value}")
        if encoder not in {None, task.encoder}:
            wanted.append(f"task.encoder={PairEncoder.bi.value}")
        if not wanted:
            continue
        readers = " ".join(wanted)
        yield Problem(
            Text(
                f"`{key}` has no effect: it is read with `{readers}`",
                f"`{key}`은(는) 효과가 없습니다. `{readers}`일 때만 쓰입니다",
            ),
            keys=[key, *(item.partition("=")[0] for item in wanted)],
            fixes=[[f"~{key}"]] if origins.is_typed(key) else [],
        )
