"""CFG008."""

from collections.abc import Iterator

from haechi import places
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.text import Text

# Groups whose `kind` says which class is built; every option is named after its kind.
GROUPS = ("pooling", "trainer", "tracking", "notify")


@rule("CFG008")
def unknown_kind(evidence: Evidence) -> Iterator[Problem]:
    """A group has no such kind, or was given several options.

    ## What
    `pooling.kind`, `trainer.kind`, `tracking.kind` or `notify.kind` names nothing that can be built, or
    a list of options was given to a group of which a run has one.

    ## Why
    The kind is looked up when the model is built, after everything was read; of several options Hydra
    merges all, and the last one wins unseen.

    ## Example
    `python src/train.py pooling.kind=average`

    ## What to do
    Choose an option of the group, `pooling=mean`, which sets the kind. Several are a sweep:
    `-m pooling=cls,mean`.

    ## References
    - https://hydra.cc/docs/1.3/advanced/defaults_list/

    # 그룹에 그런 종류가 없거나, 옵션을 여럿 주었습니다

    ## 무엇
    `pooling.kind`, `trainer.kind`, `tracking.kind`, `notify.kind`가 만들 수 없는 것을 가리키거나, 실행마다
    하나뿐인 그룹에 옵션을 목록으로 주었습니다.

    ## 왜
    종류는 모든 것을 읽고 모델을 만들 때에야 찾습니다. 옵션이 여럿이면 Hydra는 모두 합치고, 마지막 것이
    소리 없이 이깁니다.

    ## 할 일
    그룹의 옵션을 고르면 종류도 정해집니다(`pooling=mean`). 여럿을 견주려면 스윕입니다:
    `-m pooling=cls,mean`.
    """
    origins = evidence.run.origins
    for group in GROUPS:
        kinds = sorted(path.stem for path in (places.CONF / group).glob("*.yaml"))
        kind = getattr(evidence.config, group).kind
        if kind not in kinds:
            close = nearest(kind, kinds) or kinds
            yield Problem(
                Text(
                    f"the group `{group}` has no kind `{kind}`",
                    f"그룹 `{group}`에 종류 `{kind}`이(가) 없습니다",
                ),
                keys=[f"{group}.kind"],
                fixes=[[f"{group}={name}", f"~{group}.kind"] for name in close[:2]]
                if origins.is_typed(f"{group}.kind")
                else [[f"{group}.kind={name}"] for name in close[:2]],
                notes=[Text(f"it has {' '.join(kinds)}", f"있는 종류: {' '.join(kinds)}")],
            )
    for group in (*GROUPS, "model", "tokenizer", "task"):
        if group not in origins.choices and origins.is_typed(group):
            yield Problem(
                Text(
                    f"the group `{group}` was given several options, and a run has one",
                    f"그룹 `{group}`에 옵션을 여럿 주었는데 실행에는 하나만 있습니다",
                ),
                keys=[group],
                fixes=[[f"~{group}"]],
                notes=[
                    Text(
                        f"a sweep over several is written -m {group}=a,b",
                        f"여럿을 훑는 스윕은 -m {group}=a,b로 적습니다",
                    )
                ],
            )
