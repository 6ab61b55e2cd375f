"""TOK009."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.crossing import crossing
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK009")
def tokenizer_out_of_reach(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer cannot be had.

    ## What
    `tokenizer.source` names a hub id that is neither cached nor reachable, or a folder that is not
    there.

    ## Why
    Without its files nothing can be encoded.

    ## Example
    `python src/train.py tokenizer=local tokenizer.source=no/such/folder`

    ## What to do
    Take the model's own tokenizer, `tokenizer=auto`, or bring the files here.

    ## References
    - https://huggingface.co/docs/huggingface_hub/guides/manage-cache
    """
    if not evidence.crosses or (crossing(evidence) and not evidence.config.tokenizer.allow_cross):
        return  # a wrong tokenizer need not be fetched
    location = evidence.source_location
    if location.state in {State.folder, State.cached}:
        return
    why = location.reason or "there is no such folder"
    yield Problem(
        f"the tokenizer `{location.name}` cannot be had: {why}",
        keys=["tokenizer.source"],
        fixes=[["tokenizer=auto"]],
    )
