"""TRAIN009."""

import os
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TRAIN009", Severity.warning, essential=False)
def more_workers_than_cores(evidence: Evidence) -> Iterator[Problem]:
    """More processes prepare batches than there are cores.

    ## What
    `trainer.dataloader_num_workers` exceeds the cores that this process may use.

    ## Why
    The workers take turns on the cores, with each other and with the training; torch says that this can
    slow down or even freeze a run. Rows are encoded before the training, so that a batch is little work
    and 0 is rarely the slower choice.

    ## Example
    `python src/train.py trainer.dataloader_num_workers=64`

    ## What to do
    `trainer.dataloader_num_workers=0`, or at most the number of cores.

    ## References
    - https://pytorch.org/docs/stable/data.html

    # 배치를 준비하는 프로세스가 코어보다 많습니다

    ## 무엇
    `trainer.dataloader_num_workers`가 이 프로세스가 쓸 수 있는 코어보다 많습니다.

    ## 왜
    워커가 서로, 그리고 학습과 코어를 번갈아 씁니다. torch는 이것이 실행을 느리게 하거나 멈추게 할 수
    있다고 합니다. 행은 학습 전에 인코딩해 두므로 배치 하나를 만드는 일은 적고, 0이 더 느린 일은 드뭅니다.

    ## 할 일
    `trainer.dataloader_num_workers=0`으로 하거나, 많아야 코어의 수로 합니다.
    """
    workers = evidence.config.trainer.dataloader_num_workers
    if workers < 2:
        return
    cores = _cores()
    if workers > cores:
        yield Problem(
            Text(
                f"{workers:,} processes would prepare batches on {cores:,} cores",
                f"코어 {cores:,}개에서 프로세스 {workers:,}개가 배치를 준비하게 됩니다",
            ),
            keys=["trainer.dataloader_num_workers"],
            fixes=[["trainer.dataloader_num_workers=0"]],
        )


def _cores() -> int:
    """Cores that this process may use: fewer than the machine has where a scheduler says so."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
