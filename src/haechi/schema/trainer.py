"""The `trainer` group: optimization, spelt as in transformers' TrainingArguments."""

from dataclasses import dataclass, field
from enum import Enum

from omegaconf import MISSING

from haechi.schema.ranges import within


class Precision(Enum):
    """Number format of the forward and backward pass; master weights are float32 in any case."""

    auto = "auto"
    float32 = "float32"
    bf16 = "bf16"
    fp16 = "fp16"


class Schedule(Enum):
    """Course of the learning rate after the warm-up, by its name in transformers."""

    linear = "linear"
    cosine = "cosine"
    constant = "constant"
    constant_with_warmup = "constant_with_warmup"
    inverse_sqrt = "inverse_sqrt"


class Sampling(Enum):
    """How train rows are put into batches."""

    group_by_length = "group_by_length"
    random = "random"


class Strategy(Enum):
    """When something happens: never, every epoch, or every so many steps."""

    no = "no"
    epoch = "epoch"
    steps = "steps"


@dataclass
class TrainerConfig:
    """How the weights are updated."""

    kind: str = MISSING
    """Which trainer runs, equal to the option's name."""
    learning_rate: float = field(default=MISSING, metadata=within(1e-8, 1))
    """Peak learning rate of AdamW; the model's recipe unless overridden."""
    num_train_epochs: float = field(default=MISSING, metadata=within(0.001, 10_000))
    """Passes over the train rows; the model's recipe unless overridden."""
    max_steps: int = field(default=-1, metadata=within(-1))
    """Optimizer steps; when positive it wins over `num_train_epochs`."""
    per_device_train_batch_size: int = field(default=32, metadata=within(1, 65_536))
    """Rows a device sees in one forward and backward pass."""
    per_device_eval_batch_size: int = field(default=64, metadata=within(1, 65_536))
    """Rows a device sees in one evaluation pass."""
    gradient_accumulation_steps: int = field(default=1, metadata=within(1, 65_536))
    """Batches summed into one optimizer step; the loss is averaged over all their rows."""
    warmup_steps: float = field(default=0.1, metadata=within(0))
    """Steps of rising learning rate; below 1 it is a share of all steps."""
    lr_scheduler_type: Schedule = Schedule.linear
    """Course of the learning rate after the warm-up."""
    weight_decay: float = field(default=0.0, metadata=within(0, 1))
    """AdamW's decay; biases and LayerNorm weights have none. KLUE's script uses 0."""
    max_grad_norm: float = field(default=1.0, metadata=within(0))
    """Gradients are scaled down to this norm; 0 leaves them."""
    label_smoothing_factor: float = field(default=0.0, metadata=within(0, 0.99))
    """Share of the target that is spread over all classes."""
    train_sampling_strategy: Sampling = Sampling.group_by_length
    """`group_by_length` puts rows of like length into one batch, in random order; or `random`."""
    precision: Precision = Precision.auto
    """`auto` is bf16 where the hardware computes in it, else float32."""
    eval_strategy: Strategy = Strategy.epoch
    """When the validation rows are scored and a checkpoint is kept."""
    eval_steps: int = field(default=500, metadata=within(1))
    """Optimizer steps between evaluations with `eval_strategy=steps`."""
    logging_steps: int = field(default=10, metadata=within(1))
    """Optimizer steps between logged training losses."""
    save_total_limit: int = field(default=2, metadata=within(1))
    """Checkpoints kept; the best and the last are always among them."""
    load_best_model_at_end: bool = True
    """Whether the best checkpoint, not the last, is evaluated and saved."""
    dataloader_num_workers: int = field(default=0, metadata=within(0, 64))
    """Processes that prepare batches; 0 prepares them in the training process."""
    resume: str | None = None
    """`auto` continues from the last checkpoint in the run's folder; or a checkpoint folder."""
