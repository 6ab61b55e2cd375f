"""TRAIN007."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.steps import planned_rows
from haechi.text import Text


@rule("TRAIN007", Severity.warning, essential=False)
def accumulation_beyond_epoch(evidence: Evidence) -> Iterator[Problem]:
    """More batches are to be summed than an epoch has.

    ## What
    `trainer.gradient_accumulation_steps` is larger than the number of batches in an epoch.

    ## Why
    Trainer ends a step with the epoch: every epoch is one optimizer step of all its rows, whatever larger
    number is asked for. Four epochs are four steps, which train next to nothing. The loss is right all the
    same, since Haechi divides it by the rows of the step.

    ## Example
    `python src/train.py trainer.gradient_accumulation_steps=1000`

    ## What to do
    Accumulate fewer batches. The rows of a step are batch size times accumulation; 16 to 128 are usual.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 한 에폭에 있는 것보다 많은 배치를 모으려 합니다

    ## 무엇
    `trainer.gradient_accumulation_steps`가 한 에폭의 배치 수보다 큽니다.

    ## 왜
    Trainer는 에폭이 끝나면 스텝도 끝냅니다. 더 큰 수를 적어도 에폭마다 모든 행을 모은 옵티마이저 스텝
    하나입니다. 네 에폭이면 네 스텝이어서 거의 배우지 못합니다. 손실은 그래도 맞습니다. Haechi가 스텝의
    행 수로 나누기 때문입니다.

    ## 할 일
    더 적은 배치를 모읍니다. 한 스텝의 행은 배치 크기 곱하기 모으는 수이며, 보통 16에서 128입니다.
    """
    trainer = evidence.config.trainer
    if trainer.gradient_accumulation_steps < 2:
        return
    rows = planned_rows(evidence)
    if rows is None or rows < 1:
        return
    batches = math.ceil(rows / max(trainer.per_device_train_batch_size, 1))
    if trainer.gradient_accumulation_steps <= batches:
        return
    yield Problem(
        Text(
            f"{trainer.gradient_accumulation_steps:,} batches are to be summed, and an epoch has {batches:,}",
            f"배치 {trainer.gradient_accumulation_steps:,}개를 모으려 하는데, 한 에폭에 {batches:,}개입니다",
        ),
        keys=["trainer.gradient_accumulation_steps", "trainer.per_device_train_batch_size"],
        notes=[Text("every epoch would be one optimizer step", "에폭마다 옵티마이저 스텝이 하나뿐입니다")],
        fixes=[["trainer.gradient_accumulation_steps=1"]],
    )
