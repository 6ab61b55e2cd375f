"""TRAIN003."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.steps import planned_steps
from haechi.text import Text


@rule("TRAIN003", essential=False)
def warmup_beyond_training(evidence: Evidence) -> Iterator[Problem]:
    """The warm-up is as long as the training.

    ## What
    `trainer.warmup_steps` reaches or passes the number of optimizer steps.

    ## Why
    The learning rate never leaves the ramp, so the run trains at a fraction of what was asked for.

    ## Example
    `python src/train.py trainer.warmup_steps=100000`

    ## What to do
    A number below 1 is a share of all steps: `trainer.warmup_steps=0.1`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/optimizer_schedules

    # 워밍업이 학습만큼 깁니다

    ## 무엇
    `trainer.warmup_steps`가 옵티마이저 스텝의 수와 같거나 그보다 큽니다.

    ## 왜
    학습률이 오르막을 벗어나지 못해, 바란 값의 일부로만 학습합니다.

    ## 할 일
    1보다 작은 수는 전체 스텝에 대한 비율입니다: `trainer.warmup_steps=0.1`.
    """
    trainer, train = evidence.config.trainer, evidence.train
    if trainer.warmup_steps < 1 or train is None or not train.complete:
        return
    if not (math.isfinite(trainer.warmup_steps) and math.isfinite(trainer.num_train_epochs)):
        return
    steps = planned_steps(evidence)
    if steps is not None and trainer.warmup_steps >= steps:
        yield Problem(
            Text(
                f"the warm-up takes {trainer.warmup_steps:,.0f} steps, and the training has {steps:,}",
                f"워밍업이 {trainer.warmup_steps:,.0f}스텝인데 학습은 {steps:,}스텝입니다",
            ),
            keys=["trainer.warmup_steps", "trainer.num_train_epochs", "trainer.max_steps"],
            fixes=[["trainer.warmup_steps=0.1"]],
            severity=Severity.error,
        )
