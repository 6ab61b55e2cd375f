"""MODEL003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("MODEL003")
def broken_checkpoint(evidence: Evidence) -> Iterator[Problem]:
    """A file of the checkpoint is broken.

    ## What
    config.json is missing or no JSON; the safetensors file is cut, a Git LFS pointer or something else;
    a shard that the index names is missing.

    ## Why
    A cut download shows up as "file not fully covered", an LFS pointer as "header too large", after
    everything else was loaded.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/model.safetensors is half a file

    ## What to do
    Bring the file here again (`hf download`, `git lfs pull`, a fresh copy) and compare its size.

    ## References
    - https://huggingface.co/docs/safetensors#format
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None:
        return
    for fault in checkpoint.broken:
        yield Problem(
            f"`{fault.path.name}` of the checkpoint is {fault.why}",
            keys=["model.checkpoint"],
            notes=[f"the file: {fault.path}"],
            fixes=[["model=tiny"]],
        )
    if not checkpoint.has_config:
        yield Problem(
            "the folder holds no config.json, so it is no checkpoint",
            keys=["model.checkpoint"],
            notes=[f"the folder: {checkpoint.folder}"],
            fixes=[["model=tiny"]],
        )
