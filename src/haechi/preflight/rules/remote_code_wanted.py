"""SEC002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("SEC002")
def remote_code_wanted(evidence: Evidence) -> Iterator[Problem]:
    """Code from the checkpoint is asked for, and none is run.

    ## What
    `model.trust_remote_code=true`.

    ## Why
    Such code runs with your rights as soon as the config is read, before any weight. Every architecture
    that Haechi fine-tunes is built into transformers and needs none of it.

    ## Example
    `python src/train.py model.trust_remote_code=true`

    ## What to do
    Leave the key at false. A checkpoint whose architecture is known only to its own code is refused by
    MODEL005.

    ## References
    - https://huggingface.co/docs/transformers/custom_models
    """
    if evidence.config.model.trust_remote_code:
        yield Problem(
            "code that comes with a checkpoint is never run",
            keys=["model.trust_remote_code"],
            fixes=[["model.trust_remote_code=false"]],
        )
