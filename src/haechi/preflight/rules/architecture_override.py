"""MODEL002."""

from collections.abc import Iterator

from haechi.checkpoint.config_keys import is_downstream, known_keys
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init


@rule("MODEL002")
def architecture_override(evidence: Evidence) -> Iterator[Problem]:
    """The architecture of a pretrained checkpoint is overridden.

    ## What
    `model.config` changes a key that the pretrained weights depend on: the number of layers or heads,
    the activation, a width, the epsilon of a norm.

    ## Why
    Where shapes change, the weights do not fit. Where they do not change, nothing complains: with
    another `num_attention_heads`, `hidden_act` or `layer_norm_eps` a checkpoint loads without a line of
    log and computes something it was never trained for.

    ## Example
    `python src/train.py +model.config.num_attention_heads=4`

    ## What to do
    Leave the key alone. Dropout, labels, the problem type, the attention implementation and
    `vocab_size` may be overridden. To train the changed architecture from random weights, say so:
    `model.init=scratch`.

    ## References
    - https://github.com/huggingface/transformers/issues/6540
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    if model.init is Init.scratch:
        return
    own = checkpoint.config if checkpoint else {}
    model_type = own.get("model_type") or evidence.facts.model_type
    for key, value in model.config.items():
        if is_downstream(key) or key not in known_keys(model_type) | set(own):
            continue
        has = own.get(key, getattr(evidence.facts, key, None))
        if has == value:
            continue
        was = "its default" if has is None else f"`{has}`"
        yield Problem(
            f"`{key}` of a pretrained checkpoint is overridden: it was trained with {was}, not `{value}`",
            keys=[f"model.config.{key}", "model.checkpoint"],
            fixes=[[f"~model.config.{key}"], ["model.init=scratch"]],
            notes=["where the shapes still fit it would load without a word and compute something else"],
        )
