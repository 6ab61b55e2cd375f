"""CFG008."""

from collections.abc import Iterator

from haechi import places
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest

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
    """
    origins = evidence.run.origins
    for group in GROUPS:
        kinds = sorted(path.stem for path in (places.CONF / group).glob("*.yaml"))
        kind = getattr(evidence.config, group).kind
        if kind not in kinds:
            close = nearest(kind, kinds) or kinds
            yield Problem(
                f"the group `{group}` has no kind `{kind}`",
                keys=[f"{group}.kind"],
                fixes=[[f"{group}={name}", f"~{group}.kind"] for name in close[:2]]
                if origins.is_typed(f"{group}.kind")
                else [[f"{group}.kind={name}"] for name in close[:2]],
                notes=[f"it has {' '.join(kinds)}"],
            )
    for group in (*GROUPS, "model", "tokenizer", "task"):
        if group not in origins.choices and origins.is_typed(group):
            yield Problem(
                f"the group `{group}` was given several options, and a run has one",
                keys=[group],
                fixes=[[f"~{group}"]],
                notes=[f"a sweep over several is written -m {group}=a,b"],
            )
