"""The fine-tuned model as a folder that AutoModel, AutoTokenizer and SentenceTransformer open.

config.json model.safetensors     the encoder
tokenizer.json tokenizer_config.json
haechi.json head.safetensors      objective, pooling, labels, lengths; the head
pooling.safetensors               the pooling's weights, where it has any
modules.json 1_Pooling/           for SentenceTransformer, where it has the same pooling
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, PreTrainedModel, PreTrainedTokenizerFast
from transformers.utils import logging

from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.description import Description, read_description
from haechi.modeling.writing import one_kind_of_error, unwritten_model
from haechi.saved import DESCRIPTION
from haechi.schema.pooling import PoolingConfig, needs_special_tokens
from haechi.schema.task import Objective
from haechi.tokenization.runtime import RuntimeTokenizer

HEAD, POOLING = "head.safetensors", "pooling.safetensors"
# Poolings that SentenceTransformer computes from the same tokens in the same way.
SENTENCE_TRANSFORMERS = {
    "cls": "cls",
    "mean": "mean",
    "max": "max",
    "mean_sqrt_len": "mean_sqrt_len_tokens",
    "weighted_mean": "weightedmean",
    "last_token": "lasttoken",
}


def save_model(
    model: TextModel,
    tokenizer: RuntimeTokenizer,
    description: Description,
    folder: Path,
    *,
    replace: bool = False,
) -> None:
    """Write the folder; it is complete or not there.

    Args:
        model: what was trained.
        tokenizer: what its texts were read by.
        description: how both are used.
        folder: where to.
        replace: whether a model that is there gives way, as that of a run that goes on.

    Raises:
        FileExistsError: there is one already.
        RunFault: it could not be written.
    """
    if folder.exists() and not replace:
        raise FileExistsError(folder)
    aside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with one_kind_of_error(folder.parent):
            aside.mkdir(parents=True)
            _write_parts(model, tokenizer, description, aside)
            if folder.exists():
                shutil.rmtree(folder)
            aside.rename(folder)
    except BaseException as error:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError):
            raise unwritten_model(error, folder) from error
        raise


def _write_parts(
    model: TextModel, tokenizer: RuntimeTokenizer, description: Description, folder: Path
) -> None:
    backbone = cast(PreTrainedModel, model.encoder.backbone)
    if description.labels is not None:
        backbone.config.id2label = dict(enumerate(description.labels))
        backbone.config.label2id = {name: index for index, name in enumerate(description.labels)}
    backbone.save_pretrained(folder)
    _save_tokenizer(tokenizer, description, folder)
    save_file(model.head.state_dict(), folder / HEAD)
    if model.pooling is not None and (learned := model.pooling.state_dict()):
        save_file(learned, folder / POOLING)
    _write(folder / DESCRIPTION, asdict(description))
    _save_for_sentence_transformers(model, description, folder)


def load_model(folder: Path) -> tuple[TextModel, Description]:
    """Read a folder that `save_model` wrote; the model is in evaluation mode, in float32.

    Raises:
        RunFault: the folder was written by a newer Haechi, or its files cannot be read.
    """
    description = read_description(folder)
    logging.disable_progress_bar()
    try:
        return _load(folder, description), description
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        said = " ".join(str(error).split())[:300]
        raise RunFault(
            f"the model in `{folder}` cannot be loaded: its files are damaged, or not all there",
            [f"{type(error).__name__}: {said}"],
        ) from error


def _load(folder: Path, description: Description) -> TextModel:
    pooling = PoolingConfig(**description.pooling)
    config = AutoConfig.from_pretrained(folder)
    extra = {"add_pooling_layer": False} if "pooler" not in _tensor_names(folder) and _takes(config) else {}
    backbone = AutoModel.from_pretrained(folder, dtype=torch.float32, use_safetensors=True, **extra)
    objective, highest = Objective(description.objective), description.highest_score
    model = assemble(backbone, pooling, description.outputs, objective, highest)
    model.head.load_state_dict(load_file(folder / HEAD))
    if model.pooling is not None and model.pooling.state_dict():
        model.pooling.load_state_dict(load_file(folder / POOLING))
    return model.eval()


def _tensor_names(folder: Path) -> str:
    from haechi.checkpoint.files import open_checkpoint

    return " ".join(open_checkpoint(folder).tensors)


def _takes(config: Any) -> bool:
    from haechi.checkpoint.architectures import WITH_POOLER

    return config.model_type in WITH_POOLER


def _save_tokenizer(tokenizer: RuntimeTokenizer, description: Description, folder: Path) -> None:
    """Files from which plain AutoTokenizer builds the very tokenizer that trained.

    The class is the one that takes tokenizer.json as it is; BertTokenizer would rebuild parts of it.
    """
    tokenizer.backend.no_truncation()
    tokenizer.backend.no_padding()
    # A vocabulary that names no padding token must have one where texts share a batch.
    tokens = {"pad": tokenizer.backend.id_to_token(tokenizer.padding_id), **tokenizer.tokens}
    inputs = ["input_ids", *(["token_type_ids"] if description.token_type_ids else []), "attention_mask"]
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend,
        model_max_length=description.max_length,
        model_input_names=inputs,
        **{f"{role}_token": token for role, token in tokens.items()},
    )
    wrapped.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": inputs}
    # Special tokens without a role, such as markers. transformers 4 and 5 both read this key.
    registered = [item for _, item in sorted(tokenizer.backend.get_added_tokens_decoder().items())]
    more = [item.content for item in registered if item.special and item.content not in tokens.values()]
    settings |= {"additional_special_tokens": more} if more else {}
    _write(path, settings)


def _save_for_sentence_transformers(model: TextModel, description: Description, folder: Path) -> None:
    pooling = PoolingConfig(**description.pooling)
    mode = SENTENCE_TRANSFORMERS.get(pooling.kind) if model.pooling is not None else None
    if model.pooling is None or mode is None or pooling.layer != -1 or needs_special_tokens(pooling):
        return
    if pooling.kind == "cls" and model.encoder.backbone.config.model_type in CLS_IS_LAST:
        # There, `cls` is the first token in every model.
        mode = "lasttoken"
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
