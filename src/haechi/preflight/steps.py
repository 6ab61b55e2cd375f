"""How long the training will be, as far as the verdict knows the rows."""

import math

from haechi.preflight.evidence import Evidence
from haechi.rows.splits import moved_rows


def rows_to_train_on(evidence: Evidence) -> int | None:
    """Train rows, those that validation takes off; None while not all rows are known."""
    train, task = evidence.train, evidence.config.task
    if train is None or not train.complete:
        return None
    if "validation" in evidence.surveys:
        return train.rows
    return train.rows - moved_rows(train.rows, task.validation_share)


def planned_rows(evidence: Evidence) -> int | None:
    """Train rows of an epoch; None while not all rows are known."""
    rows, wanted = rows_to_train_on(evidence), evidence.config.task.max_train_rows
    return rows if rows is None else min(rows, wanted or rows)


def planned_steps(evidence: Evidence) -> int | None:
    """Optimizer steps of the whole training; None while not all rows are known."""
    trainer, rows = evidence.config.trainer, planned_rows(evidence)
    if trainer.max_steps > 0:
        return trainer.max_steps
    # With a budget of tokens the number of batches follows from the lengths, which only the training knows.
    if rows is None or trainer.max_tokens_per_batch or not math.isfinite(trainer.num_train_epochs):
        return None
    batches = math.ceil(rows / max(trainer.per_device_train_batch_size, 1))
    accumulated = math.ceil(batches / max(trainer.gradient_accumulation_steps, 1))
    return math.ceil(accumulated * trainer.num_train_epochs)
