"""MODEL004."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init


@rule("MODEL004")
def missing_weights(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint holds no safetensors weights.

    ## What
    There is no model.safetensors (nor an index with its shards): no weights at all, or only a pickle
    such as pytorch_model.bin.

    ## Why
    Loading a pickle can run any code that its author put there. Safetensors holds numbers only.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds only pytorch_model.bin

    ## What to do
    Convert once, on a machine where you trust the file: load it with transformers and call
    `save_pretrained`. Many hub repositories carry a converted copy on the branch `refs/pr/N`:
    `model.revision=refs/pr/N`. To train the architecture from random weights: `model.init=scratch`.

    ## References
    - https://huggingface.co/docs/safetensors
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or checkpoint.has_weights or not checkpoint.has_config:
        return
    if evidence.config.model.init is Init.scratch:
        return
    if evidence.location.state is State.cached and not evidence.weights:
        return  # a hub checkpoint whose weights are fetched after the verdict
    if evidence.location.state in {State.unreachable, State.unknown}:
        return  # MODEL001 says it
    what, notes = "no weights", [f"the folder: {checkpoint.folder}"]
    if checkpoint.has_pickle:
        what = "weights only as a pickle (pytorch_model.bin)"
        notes.append("where you trust the file, `save_pretrained` of transformers converts it")
    yield Problem(
        f"the checkpoint holds {what}, and only safetensors is loaded",
        keys=["model.checkpoint"],
        notes=notes,
        fixes=[["model.init=scratch"], ["model=tiny"]],
    )
