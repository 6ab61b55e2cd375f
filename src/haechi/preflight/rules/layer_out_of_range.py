"""POOL002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("POOL002")
def layer_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """The pooling reads a layer that the model does not have.

    ## What
    `pooling.layer` counts beyond the model's layers.

    ## Why
    0 is the embeddings, 1 the first layer, -1 the last. A model of 12 layers has 0 to 12 and -1 to -13;
    anything else fails in the first batch.

    ## Example
    `python src/train.py pooling.layer=12`

    ## What to do
    Take a layer that the message names. `pooling=pooler` always reads the last.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/output
    """
    layer, kind = evidence.config.pooling.layer, evidence.config.pooling.kind
    layers = evidence.architecture.declared_layers if evidence.architecture else None
    layers = evidence.facts.num_hidden_layers if layers is None else layers
    if kind == "pooler" and layer not in {-1, layers}:
        yield Problem(
            "`pooling=pooler` reads the last layer, whatever `pooling.layer` says",
            keys=["pooling.kind", "pooling.layer"], fixes=[["pooling.layer=-1"]],
        )  # fmt: skip
    elif layers is not None and not -layers - 1 <= layer <= layers:
        yield Problem(
            f"layer {layer} is beyond the model's {layers} layers",
            keys=["pooling.layer", "model.checkpoint"],
            fixes=[["pooling.layer=-1"], [f"pooling.layer={layers}"]],
            notes=[f"0 is the embeddings, {layers} or -1 the last layer"],
        )
