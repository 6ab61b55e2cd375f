"""The `model` group: which checkpoint, and what is known of it without opening it."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from omegaconf import MISSING


class Dtype(Enum):
    """Number format of the weights that are trained."""

    float32 = "float32"
    bfloat16 = "bfloat16"


class Init(Enum):
    """Where the encoder's weights come from."""

    pretrained = "pretrained"
    scratch = "scratch"


@dataclass
class ModelFacts:
    """What the files of a catalogued checkpoint say, so that mistakes show before they are downloaded.

    Nothing here changes a run. Files that are opened win over facts, and a difference is reported.
    """

    model_type: str | None = None
    """`model_type` of config.json: bert, roberta, electra, ..."""
    hidden_size: int | None = None
    """Width of a token vector."""
    num_hidden_layers: int | None = None
    """Transformer layers, the embedding layer not counted."""
    num_attention_heads: int | None = None
    """Attention heads of a layer."""
    vocab_size: int | None = None
    """Rows of the word-embedding table."""
    tokenizer_length: int | None = None
    """Entries of the tokenizer, added tokens included; at most `vocab_size`."""
    max_position_embeddings: int | None = None
    """Rows of the position-embedding table; null where positions are relative."""
    usable_positions: int | None = None
    """Longest input, in tokens: RoBERTa keeps `pad_token_id + 1` rows of its table for itself."""
    type_vocab_size: int | None = None
    """Rows of the segment-embedding table; 0 where the architecture has none."""
    max_token_type_id: int | None = None
    """Highest segment id that the checkpoint's own tokenizer gives to a sentence pair."""
    pad_token_id: int | None = None
    """Id of the padding token."""
    unk_token_id: int | None = None
    """Id of the unknown token."""
    cls_token_id: int | None = None
    """Id of the token at position 0."""
    sep_token_id: int | None = None
    """Id of the token that ends a sentence."""
    mask_token_id: int | None = None
    """Id of the masking token."""
    has_pooler: bool | None = None
    """Whether the checkpoint holds trained pooler weights."""
    lower_case: bool | None = None
    """Whether the tokenizer lower-cases."""
    reads_korean: bool | None = None
    """Whether the vocabulary was learned from Korean text, among other text perhaps; null is unknown."""
    spare_slots: int | None = None
    """Vocabulary entries that no text uses, such as `[unused0]`."""
    vocabulary: str | None = None
    """Name of the vocabulary; checkpoints with an equal name share every token and id."""
    licence: str | None = None
    """Licence of the weights."""
    uncertain: list[str] = field(default_factory=lambda: [])
    """Facts above that nobody has confirmed from the files yet; rules that rest on them warn only."""


@dataclass
class Recipe:
    """Where fine-tuning of this checkpoint starts from; `trainer` takes its defaults here."""

    learning_rate: float = 5e-5
    """Peak learning rate of AdamW. 5e-5 is what KLUE's own script uses for base sizes."""
    num_train_epochs: float = 4.0
    """Passes over the train rows. 4 is the default of KLUE's own script."""


@dataclass
class ModelConfig:
    """One pretrained checkpoint, or an architecture to train from scratch."""

    name: str = MISSING
    """Name of the option, as in `model=klue_bert`."""
    checkpoint: str = MISSING
    """Hub id (`klue/bert-base`) or a folder in Hugging Face layout."""
    revision: str = "main"
    """Branch, tag or commit of a hub id. A commit is what makes a run repeatable."""
    init: Init = Init.pretrained
    """`pretrained` loads the weights; `scratch` takes the architecture and draws new ones."""
    config: dict[str, Any] = field(default_factory=lambda: {})
    """Overrides of the checkpoint's config.json, such as `+model.config.hidden_dropout_prob=0.2`."""
    allow_unknown_config_keys: bool = False
    """Whether `config` may hold keys that the architecture does not read."""
    dtype: Dtype = Dtype.float32
    """Number format of the weights while they are trained, whatever they are stored in. float32, because
    bfloat16 rounds away updates smaller than a 256th of a weight. What is computed in is
    `trainer.precision`."""
    allow_pickle: bool = False
    """Whether weights may come from a pickle (pytorch_model.bin) where there are none in safetensors; it is
    read with `weights_only`, which takes tensors and nothing else."""
    trust_remote_code: bool = False
    """Whether Python code that comes with the checkpoint may run."""
    recipe: Recipe = field(default_factory=Recipe)
    """Suggested hyperparameters."""
    facts: ModelFacts = field(default_factory=ModelFacts)
    """What is known of the checkpoint before it is opened."""
