"""MODEL001."""

from collections.abc import Iterator

from haechi import hub
from haechi.checkpoint.locate import State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("MODEL001")
def checkpoint_out_of_reach(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint cannot be had.

    ## What
    The hub id is not in the cache and the hub is out of reach or does not know it, or the folder does
    not exist.

    ## Why
    transformers asks the hub several times, waits for each answer, and then says that it could not
    connect, even when the id is merely misspelt.

    ## Example
    `HF_HUB_OFFLINE=1 python src/train.py model=klue_bert`

    ## What to do
    Three ways out. Download on a connected machine (`hf download klue/bert-base`) and copy the hub's
    cache. Or name a folder: `model=local model.checkpoint=DIR`. Or take the checkpoint that Haechi
    makes itself: `model=tiny`.

    ## References
    - https://huggingface.co/docs/huggingface_hub/guides/manage-cache
    """
    location = evidence.location
    if location.state in {State.folder, State.cached}:
        return
    model = evidence.config.model
    keys = ["model.checkpoint"]
    tiny = evidence.run.origins.instead("model=tiny")
    if location.state is State.no_folder:
        yield Problem(f"there is no folder `{location.name}`", keys=keys, fixes=[tiny])
        return
    if location.state is State.unknown:
        yield Problem(
            f"`{location.name}` cannot be downloaded: {location.reason}",
            keys=[*keys, "model.revision"],
            fixes=[tiny],
        )
        return
    what = "is not in the cache" if location.folder is None else "is in the cache without its weights"
    revision = "" if model.revision == "main" else f" --revision {model.revision}"
    yield Problem(
        f"`{location.name}` {what}, and {location.reason}",
        keys=keys,
        notes=[
            f"way out 1: on a connected machine run `hf download {location.name}{revision}`, "
            f"then copy {hub.cache_folder()} here",
            "way out 2: name a folder in Hugging Face layout, `model=local model.checkpoint=DIR`",
            "way out 3: take the checkpoint that needs no network, `model=tiny`",
        ],
        fixes=[tiny],
    )
