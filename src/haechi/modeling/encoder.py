"""A checkpoint folder -> an encoder in float32, with no tensor silently new."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from haechi.checkpoint.architectures import CAUSAL, WITH_POOLER, WITHOUT_SEGMENTS
from haechi.checkpoint.files import CONFIG, read_json
from haechi.modeling.config_overrides import Override, apply_overrides
from haechi.modeling.encoded import Encoded
from haechi.schema.model import Init

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class NewTensors(Exception):
    """Loading would have drawn tensors at random that the checkpoint should hold; `names` has all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        shown = f"{', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"
        super().__init__(
            f"{len(names)} tensors of the model are not in the checkpoint and would be random: {shown}"
        )
        self.names = list(names)


def load_backbone(
    folder: Path, overrides: dict[str, Any], init: Init, *, with_pooler: bool, pickle: bool = False
) -> PreTrainedModel:
    """Load (or, from scratch, draw) the base model of a checkpoint.

    Args:
        folder: a checkpoint folder with weights.
        overrides: changes of its config.json, judged before.
        init: `pretrained` or `scratch`.
        with_pooler: whether the base model is built with its pooler.
        pickle: whether the weights are a pickle.

    Raises:
        NewTensors: the weights lack a tensor of the model, or one has another shape.
    """
    config, extra = backbone_config(folder, overrides, init, with_pooler=with_pooler)
    if init is Init.scratch:
        return AutoModel.from_config(config, trust_remote_code=False, **extra).float()
    model, report = AutoModel.from_pretrained(
        folder,
        config=config,
        dtype=torch.float32,
        output_loading_info=True,
        **loading_options(pickle),
        **extra,
    )
    new = sorted(report["missing_keys"]) + sorted(str(item) for item in report.get("mismatched_keys", []))
    if new:
        raise NewTensors(new)
    return model


def decide_overrides(folder: Path, overrides: Mapping[str, Any], init: Init) -> list[Override]:
    """What becomes of each override of a checkpoint's config.json; nothing is loaded."""
    return _overridden(folder, overrides, init)[1]


def loading_options(pickle: bool) -> dict[str, Any]:
    """What keeps loading from running code: of a pickle, tensors are taken and nothing else."""
    return {"use_safetensors": not pickle, "weights_only": True, "trust_remote_code": False}


def backbone_config(
    folder: Path, overrides: dict[str, Any], init: Init, *, with_pooler: bool
) -> tuple[PreTrainedConfig, dict[str, Any]]:
    """The config that a base model is built from, and the model's other arguments; takes what is above."""
    config, _ = _overridden(folder, overrides, init)
    return config, {"add_pooling_layer": with_pooler} if config.model_type in WITH_POOLER else {}


def _overridden(
    folder: Path, overrides: Mapping[str, Any], init: Init
) -> tuple[PreTrainedConfig, list[Override]]:
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    return config, apply_overrides(config, overrides, init, read_json(folder / CONFIG))


class Encoder(nn.Module):
    """A backbone that returns the vectors of all tokens.

    Shape:
        input_ids, attention_mask, token_type_ids: (B, T).
        returns: `Encoded`; only the layer that is wanted, at index -1, or with `all_layers` every one.
    """

    def __init__(self, backbone: PreTrainedModel, layer: int = -1, *, all_layers: bool = False) -> None:
        super().__init__()
        self.backbone = backbone
        self.layer = layer
        self.all_layers = all_layers
        self.takes_token_type_ids = backbone.config.model_type not in WITHOUT_SEGMENTS
        self.options = _without_cache(backbone.config)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Encoded:
        """Token ids and mask -> token vectors."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None and self.takes_token_type_ids:
            inputs["token_type_ids"] = token_type_ids
        keeps_all = self.all_layers or self.layer != -1
        output = self.backbone(**inputs, **self.options, output_hidden_states=keeps_all, return_dict=True)
        layers_BTD = (output.last_hidden_state,)
        if keeps_all:
            # The last one is the same whichever way it is asked for; XLNet lists it without its dropout.
            layers_BTD = (*output.hidden_states[:-1], *layers_BTD)
        if not self.all_layers:
            layers_BTD = (layers_BTD[self.layer],)
        return Encoded(layers_BTD, attention_mask, getattr(output, "pooler_output", None))


def _without_cache(config: PreTrainedConfig) -> dict[str, bool]:
    """What keeps a model from storing its keys and values for a next token, which never comes here."""
    if config.model_type in CAUSAL or getattr(config, "is_decoder", False):
        return {"use_cache": False}
    return {"use_mems": False} if config.model_type == "xlnet" else {}
