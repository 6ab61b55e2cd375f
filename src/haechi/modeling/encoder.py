"""A checkpoint folder -> an encoder in float32, with no tensor silently new."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from haechi.checkpoint.files import WITH_POOLER, WITHOUT_SEGMENTS
from haechi.modeling.encoded import Encoded
from haechi.schema.model import Init

# Shape suffixes: B rows, T tokens with padding, D hidden size.


class NewTensors(Exception):
    """Loading would have drawn tensors at random that the checkpoint should hold."""


def load_backbone(
    folder: Path, overrides: dict[str, Any], init: Init, *, with_pooler: bool
) -> PreTrainedModel:
    """Load (or, from scratch, draw) the base model of a checkpoint.

    Args:
        folder: a checkpoint folder with safetensors weights.
        overrides: changes of its config.json, judged before.
        init: `pretrained` or `scratch`.
        with_pooler: whether the base model is built with its pooler.

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
        use_safetensors=True,
        trust_remote_code=False,
        output_loading_info=True,
        **extra,
    )
    new = sorted(report["missing_keys"]) + sorted(str(item) for item in report.get("mismatched_keys", []))
    if new:
        raise NewTensors(
            f"{len(new)} tensors of the model are not in the checkpoint and would be random: "
            f"{', '.join(new[:5])}{', ...' if len(new) > 5 else ''}"
        )
    return model


def backbone_config(
    folder: Path, overrides: dict[str, Any], init: Init, *, with_pooler: bool
) -> tuple[PreTrainedConfig, dict[str, Any]]:
    """The config that a base model is built from, and the model's other arguments; takes what is above."""
    # Rows are added by `embeddings.make_room`, after the checkpoint's own were loaded.
    changes = {key: value for key, value in overrides.items() if key != "vocab_size" or init is Init.scratch}
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    for key, value in changes.items():
        # transformers reads the attention implementation under its private name only.
        setattr(config, "_attn_implementation" if key == "attn_implementation" else key, value)
    return config, {"add_pooling_layer": with_pooler} if config.model_type in WITH_POOLER else {}


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

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Encoded:
        """Token ids and mask -> token vectors."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None and self.takes_token_type_ids:
            inputs["token_type_ids"] = token_type_ids
        keeps_all = self.all_layers or self.layer != -1
        output = self.backbone(**inputs, output_hidden_states=keeps_all, return_dict=True)
        layers_BTD = (output.last_hidden_state,)
        if keeps_all:
            # The last one is the same whichever way it is asked for; XLNet lists it without its dropout.
            layers_BTD = (*output.hidden_states[:-1], *layers_BTD)
        if not self.all_layers:
            layers_BTD = (layers_BTD[self.layer],)
        return Encoded(layers_BTD, attention_mask, getattr(output, "pooler_output", None))
