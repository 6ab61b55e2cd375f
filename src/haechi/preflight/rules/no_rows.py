"""DATA008."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.splits import Split


@rule("DATA008")
def no_rows(evidence: Evidence) -> Iterator[Problem]:
    """The task names no rows to train on.

    ## What
    Neither `task.files.train` nor `task.dataset.path` is set, or files are named for other splits only.
    Or there is a single train row and no validation file, so that no row is left to split off.

    ## Why
    A validation file beside the hub's train rows would compare two editions of the data.

    ## Example
    `python src/train.py task.files.train=null`

    ## What to do
    Name the train file, or none at all where the task has a hub data set.

    ## References
    - src/haechi/rows/splits.py
    """
    task = evidence.config.task
    others = [name for name in ("validation", "test") if getattr(task.files, name)]
    if task.files.train or (task.dataset.path and not others):
        train = evidence.splits.get("train")
        if isinstance(train, Split) and len(train.examples) == 1 and "validation" not in evidence.splits:
            yield Problem(
                "there is one train row, and none is left for validation",
                keys=["task.files.train", "task.files.validation"],
                fixes=[evidence.run.origins.instead("task=sample_topic")],
            )
        return
    yield Problem(
        "the task names no train file"
        + (f", but files for {' and '.join(others)}" if others else " and no hub data set"),
        keys=["task.files.train", "task.dataset.path", *(f"task.files.{name}" for name in others)],
        fixes=[
            *([[f"task.files.{name}=null" for name in others]] if task.dataset.path else []),
            evidence.run.origins.instead("task=sample_topic"),
        ],
    )
