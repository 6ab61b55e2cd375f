"""DATA008."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


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

    # 학습할 행을 지정하지 않았습니다
    ## 무엇
    `task.files.train`도 `task.dataset.path`도 없거나, 다른 분할의 파일만 있습니다. 또는 train 행이
    하나뿐이고 validation 파일이 없어 떼어 낼 행이 남지 않습니다.

    ## 왜
    허브의 train 행과 가진 validation 파일을 섞으면 서로 다른 판의 데이터를 비교하게 됩니다.

    ## 할 일
    train 파일을 지정하거나, 허브 데이터셋이 있는 태스크라면 파일을 하나도 지정하지 않습니다.
    """
    task = evidence.config.task
    others = [name for name in ("validation", "test") if getattr(task.files, name)]
    if task.files.train or (task.dataset.path and not others):
        train = evidence.train
        if train is not None and train.rows == 1 and "validation" not in evidence.surveys:
            yield Problem(
                Text(
                    "there is one train row, and none is left for validation",
                    "train 행이 하나뿐이어서 validation에 쓸 행이 없습니다",
                ),
                keys=["task.files.train", "task.files.validation"],
                fixes=[evidence.run.origins.instead("task=sample_topic")],
            )
        return
    also = " and ".join(others)
    yield Problem(
        Text(
            "the task names no train file"
            + (f", but files for {also}" if others else " and no hub data set"),
            f"태스크에 train 파일 없이 {'와 '.join(others)} 파일만 있습니다"
            if others
            else "태스크에 train 파일도 허브 데이터셋도 없습니다",
        ),
        keys=["task.files.train", "task.dataset.path", *(f"task.files.{name}" for name in others)],
        fixes=[
            *([[f"task.files.{name}=null" for name in others]] if task.dataset.path else []),
            evidence.run.origins.instead("task=sample_topic"),
        ],
    )
