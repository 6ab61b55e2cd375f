"""The fine-tuned model as a folder that AutoModel, AutoTokenizer and SentenceTransformer open.

config.json model.safetensors     the encoder
tokenizer.json tokenizer_config.json
haechi.json head.safetensors      pooling, labels, lengths; the head
modules.json 1_Pooling/           for SentenceTransformer, where it has the same pooling
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from haechi.modeling.assemble import TextModel, assemble
from haechi.schema.pooling import PoolingConfig
from haechi.tokenization.runtime import RuntimeTokenizer

DESCRIPTION, HEAD = "haechi.json", "head.safetensors"
FORMAT = 1
# Poolings that SentenceTransformer computes from the same tokens in the same way.
SENTENCE_TRANSFORMERS = {"cls": "cls", "mean": "mean", "max": "max"}


@dataclass
class Description:
    """What a model folder says of itself beside the encoder's own files."""

    objective: str
    pooling: dict[str, Any]
    labels: list[str] | None
    max_length: int
    token_type_ids: bool
    text_pair: bool
    """Whether inputs are pairs of texts."""
    format: int = FORMAT


def save_model(model: TextModel, tokenizer: RuntimeTokenizer, description: Description, folder: Path) -> None:
    """Write the folder; it is complete or not there."""
    aside = folder.with_name(f".{folder.name}.partial")
    aside.mkdir(parents=True, exist_ok=True)
    backbone = cast(PreTrainedModel, model.encoder.backbone)
    if description.labels is not None:
        backbone.config.id2label = dict(enumerate(description.labels))
        backbone.config.label2id = {name: index for index, name in enumerate(description.labels)}
    backbone.save_pretrained(aside)
    _save_tokenizer(tokenizer, description, aside)
    save_file(model.head.state_dict(), aside / HEAD)
    _write(aside / DESCRIPTION, asdict(description))
    _save_for_sentence_transformers(model, description, aside)
    if folder.exists():
        raise FileExistsError(folder)
    aside.rename(folder)


def load_model(folder: Path) -> tuple[TextModel, Description]:
    """Read a folder that `save_model` wrote; the model is in evaluation mode, in float32.

    Raises:
        ValueError: the folder was written by a newer Haechi.
    """
    content = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    if content["format"] > FORMAT:
        raise ValueError(f"{folder} was written by a newer Haechi (format {content['format']})")
    description = Description(**content)
    pooling = PoolingConfig(**description.pooling)
    config = AutoConfig.from_pretrained(folder)
    extra = {"add_pooling_layer": False} if "pooler" not in _tensor_names(folder) and _takes(config) else {}
    backbone = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True, **extra)
    model = assemble(backbone, pooling, len(description.labels) if description.labels else 1)
    model.head.load_state_dict(load_file(folder / HEAD))
    return model.eval(), description


def _tensor_names(folder: Path) -> str:
    from haechi.checkpoint.files import open_checkpoint

    return " ".join(open_checkpoint(folder).tensors)


def _takes(config: Any) -> bool:
    from haechi.checkpoint.files import WITH_POOLER

    return config.model_type in WITH_POOLER


def _save_tokenizer(tokenizer: RuntimeTokenizer, description: Description, folder: Path) -> None:
    """Files from which plain AutoTokenizer builds the very tokenizer that trained.

    The class is the one that takes tokenizer.json as it is; BertTokenizer would rebuild parts of it.
    """
    tokenizer.backend.no_truncation()
    tokenizer.backend.no_padding()
    inputs = ["input_ids", *(["token_type_ids"] if description.token_type_ids else []), "attention_mask"]
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend,
        model_max_length=description.max_length,
        model_input_names=inputs,
        **{f"{role}_token": token for role, token in tokenizer.tokens.items()},
    )
    wrapped.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": inputs}
    _write(path, settings)


def _save_for_sentence_transformers(model: TextModel, description: Description, folder: Path) -> None:
    mode = SENTENCE_TRANSFORMERS.get(description.pooling["kind"])
    if mode is None or description.pooling["layer"] != -1:
        return
    width = int(model.pooling.out_features)  # type: ignore[arg-type]
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / "1_Pooling").mkdir(exist_ok=True)
    _write(folder / "modules.json", modules)
    _write(
        folder / "sentence_bert_config.json",
        {"max_seq_length": description.max_length, "do_lower_case": False},
    )
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": width, "pooling_mode": mode})


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
