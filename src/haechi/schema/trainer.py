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


class ClassWeights(Enum):
    """How the classes of a classification weigh in the loss."""

    none = "none"
    balanced = "balanced"


class Compile(Enum):
    """Whether torch.compile is used."""

    auto = "auto"
    always = "always"
    never = "never"


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
    class_weights: ClassWeights = ClassWeights.none
    """`balanced` weighs each class by the inverse of its share of the train rows; 1 on average."""
    layerwise_lr_decay: float = field(default=1.0, metadata=within(0.01, 1))
    """Each layer learns at this multiple of the rate of the layer above; 1 trains all at one rate."""
    frozen_layers: int = field(default=0, metadata=within(0))
    """Lowest layers that stay as they are, the embeddings with them; 0 trains everything."""
    r_drop_alpha: float = field(default=0.0, metadata=within(0, 100))
    """Weight of R-Drop's divergence between two passes with different dropout; 0 is one pass."""
    fgm_epsilon: float = field(default=0.0, metadata=within(0, 100))
    """Length of FGM's step on the word embeddings against the loss; 0 takes none."""
    ema_decay: float = field(default=0.0, metadata=within(0, 0.999999))
    """What a step keeps of the averaged weights, which are evaluated and saved then; 0 averages none."""
    length_bucket: bool = True
    """Whether rows of like length come into one batch; the batches come in random order in any case."""
    max_tokens_per_batch: int | None = field(default=None, metadata=within(1))
    """Tokens that a device sees in one pass, padding among them; a batch then has as many rows as fit."""
    precision: Precision = Precision.auto
    """`auto` is bf16 where the hardware computes in it, else float32."""
    compile: Compile = Compile.auto
    """`auto` compiles the encoder's layers where that pays back: on a GPU, from 5,000 steps on."""
    eval_strategy: Strategy = Strategy.epoch
    """When the validation rows are scored and a checkpoint is kept."""
    eval_steps: int = field(default=500, metadata=within(1))
    """Optimizer steps between evaluations with `eval_strategy=steps`."""
    early_stopping_patience: int = field(default=0, metadata=within(0))
    """Evaluations in a row without a better metric after which training ends; 0 goes on to the end."""
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
