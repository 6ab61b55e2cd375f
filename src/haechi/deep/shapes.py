"""The encoder that the training builds, without its weights, against the tensors that are stored."""

import re

from transformers import AutoModel

from haechi.modeling.build import builds_pooler
from haechi.modeling.encoder import backbone_config, loading_options
from haechi.preflight.depth import Reshaped, TensorAgreement
from haechi.preflight.evidence import Evidence
from haechi.schema.model import Init

# Stored by many checkpoints and never read: what a head of another task, or a pooler, would need.
POOLER = re.compile(r"(^|\.)pooler\.")
# Numbers that older versions stored as tensors and that are computed today.
COMPUTED = re.compile(r"(^|\.)(position_ids|token_type_ids|inv_freq|attn\.(masked_)?bias)$")


def compare_tensors(evidence: Evidence) -> TensorAgreement | None:
    """Names and shapes by transformers' own loader, on the meta device: no weight is read.

    None where nothing is loaded: weights drawn anew, or none that may be loaded.
    """
    checkpoint, model_config = evidence.checkpoint, evidence.config.model
    if model_config.init is Init.scratch or checkpoint is None or not checkpoint.tensors:
        return None
    config, options = backbone_config(
        checkpoint.folder, dict(model_config.config), model_config.init, with_pooler=builds_pooler(evidence)
    )
    model, found = AutoModel.from_pretrained(
        checkpoint.folder,
        config=config,
        device_map="meta",
        ignore_mismatched_sizes=True,
        output_loading_info=True,
        **loading_options(checkpoint.is_pickle),
        **options,
    )
    children = {name for name, _ in model.named_children()}
    prefix = f"{model.base_model_prefix}."
    unexpected = [
        name
        for name in found["unexpected_keys"]
        if (name.startswith(prefix) or name.partition(".")[0] in children)
        and not POOLER.search(name)
        and not COMPUTED.search(name)
    ]
    reshaped = [
        Reshaped(name, tuple(stored), tuple(wanted)) for name, stored, wanted in found["mismatched_keys"]
    ]
    return TensorAgreement(
        tuple(sorted(found["missing_keys"])), tuple(sorted(unexpected)), tuple(sorted(reshaped))
    )
