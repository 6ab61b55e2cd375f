"""MODEL005."""

from collections.abc import Iterator

from haechi.checkpoint.files import ENCODERS
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("MODEL005")
def unsupported_architecture(evidence: Evidence) -> Iterator[Problem]:
    """The architecture is not one that Haechi fine-tunes.

    ## What
    `model_type` of config.json is missing, is no encoder, or is known only to Python code that comes
    with the checkpoint.

    ## Why
    Poolings, positions and segment ids are judged by architecture; for an unknown one nothing could be
    promised. Code that comes with a checkpoint runs with your rights, at config time already.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/config.json says `"model_type": "t5"`

    ## What to do
    Take a checkpoint of a supported family: albert, bert, deberta-v2, distilbert, electra, modernbert,
    roberta, xlm-roberta.

    ## References
    - https://huggingface.co/docs/transformers/custom_models
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or not checkpoint.config or checkpoint.model_type in ENCODERS:
        return
    remote = "; its code would have to run" if "auto_map" in checkpoint.config else ""
    named = checkpoint.model_type
    yield Problem(
        f"the architecture `{named}` is none that Haechi fine-tunes{remote}"
        if named
        else f"config.json names no architecture (`model_type`){remote}",
        keys=["model.checkpoint"],
        notes=[f"supported: {' '.join(sorted(ENCODERS))}"],
        fixes=[["model=tiny"]],
    )
