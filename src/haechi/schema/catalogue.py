"""What conf/model/ knows of checkpoints, looked up by hub id."""

from functools import cache
from typing import Any, cast

from omegaconf import OmegaConf

from haechi import places
from haechi.schema.model import ModelFacts


@cache
def _entries() -> dict[str, dict[str, object]]:
    """Facts by hub id, as the YAML files have them."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted((places.CONF / "model").glob("*.yaml")):
        content = cast(dict[str, Any], OmegaConf.to_container(OmegaConf.load(path), resolve=False))
        if content.get("facts"):
            found[_bare(str(content["checkpoint"]))] = content["facts"]
    return found


def _bare(checkpoint: str) -> str:
    """Hub ids without their owner where the hub itself forwards the old id (bert-base-cased)."""
    old_owners = ("google-bert/", "FacebookAI/")
    return next(
        (checkpoint.removeprefix(owner) for owner in old_owners if checkpoint.startswith(owner)), checkpoint
    )


def facts_of(checkpoint: str) -> ModelFacts | None:
    """Facts of a hub id, whatever option named it; None when the catalogue lacks it."""
    entry = _entries().get(_bare(checkpoint))
    return cast(ModelFacts, OmegaConf.to_object(OmegaConf.merge(ModelFacts, entry))) if entry else None
