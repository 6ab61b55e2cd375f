"""TRAIN003."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.splits import Split, moved_rows


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
    """
    trainer, train = evidence.config.trainer, evidence.splits.get("train")
    if trainer.warmup_steps < 1 or not isinstance(train, Split) or not train.complete:
        return
    if not (math.isfinite(trainer.warmup_steps) and math.isfinite(trainer.num_train_epochs)):
        return
    task = evidence.config.task
    rows = len(train.examples)
    if "validation" not in evidence.splits:
        rows -= moved_rows(rows, task.validation_share)
    rows = min(rows, task.max_train_rows or rows)
    batches = math.ceil(rows / max(trainer.per_device_train_batch_size, 1))
    steps = math.ceil(
        math.ceil(batches / max(trainer.gradient_accumulation_steps, 1)) * trainer.num_train_epochs
    )
    steps = trainer.max_steps if trainer.max_steps > 0 else steps
    if trainer.warmup_steps >= steps:
        yield Problem(
            f"the warm-up takes {trainer.warmup_steps:,.0f} steps, and the training has {steps:,}",
            keys=["trainer.warmup_steps", "trainer.num_train_epochs", "trainer.max_steps"],
            fixes=[["trainer.warmup_steps=0.1"]],
            severity=Severity.error,
        )
