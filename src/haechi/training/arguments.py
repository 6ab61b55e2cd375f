"""The `trainer` group -> transformers' TrainingArguments."""

import logging
from pathlib import Path

import torch
from transformers import TrainingArguments

from haechi.modeling.build import runs_on_cpu
from haechi.schema.metric import LOWER_IS_BETTER
from haechi.schema.trainer import Precision, Strategy, TrainerConfig
from haechi.training.precision import resolve_precision

log = logging.getLogger(__name__)


def training_arguments(config: TrainerConfig, metric: str, seed: int, folder: Path) -> TrainingArguments:
    """Arguments of a run.

    Args:
        config: hyperparameters.
        metric: what chooses the best checkpoint, without the split's name.
        seed: seed of order and dropout.
        folder: where checkpoints go.
    """
    precision = resolve_precision(config.precision)
    evaluates = config.eval_strategy is not Strategy.no
    log.info("precision: %s", precision.value)
    return TrainingArguments(
        output_dir=str(folder),
        learning_rate=config.learning_rate,
        num_train_epochs=config.num_train_epochs,
        max_steps=config.max_steps,
        per_device_train_batch_size=config.per_device_train_batch_size,
        per_device_eval_batch_size=config.per_device_eval_batch_size,
        gradient_accumulation_steps=config.gradient_accumulation_steps,
        warmup_steps=config.warmup_steps,
        lr_scheduler_type=config.lr_scheduler_type.value,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        bf16=precision is Precision.bf16,
        fp16=precision is Precision.fp16,
        use_cpu=runs_on_cpu(),
        eval_strategy=config.eval_strategy.value,
        eval_steps=config.eval_steps,
        save_strategy=config.eval_strategy.value,
        save_steps=config.eval_steps,
        load_best_model_at_end=evaluates and config.load_best_model_at_end,
        metric_for_best_model=f"eval_{metric}" if evaluates else None,
        greater_is_better=metric not in LOWER_IS_BETTER if evaluates else None,
        logging_steps=config.logging_steps,
        logging_nan_inf_filter=False,
        # Training changes no buffer, and a pass that is begun again would wait for the others.
        ddp_broadcast_buffers=False,
        dataloader_num_workers=config.dataloader_num_workers,
        # Pinning speeds up copies to a GPU; without one it only warns.
        dataloader_pin_memory=torch.cuda.is_available(),
        # The collator's columns are the model's arguments by construction.
        remove_unused_columns=False,
        label_names=["labels"],
        seed=seed,
        report_to="none",
    )
