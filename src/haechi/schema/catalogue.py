"""What conf/model/ knows of checkpoints, looked up by hub id."""

from functools import cache
from typing import Any, cast

from omegaconf import OmegaConf

from haechi import places
from haechi.schema.model import ModelFacts


@cache
def _option(name: str) -> dict[str, Any]:
    """An option of the group `model`, as its YAML file has it; empty where there is none."""
    path = places.CONF / "model" / f"{name}.yaml"
    if not path.is_file():
        return {}
    return cast(dict[str, Any], OmegaConf.to_container(OmegaConf.load(path), resolve=False))


def _options() -> list[str]:
    return sorted(path.stem for path in (places.CONF / "model").glob("*.yaml"))


@cache
def _entries() -> dict[str, dict[str, object]]:
    """Facts by hub id."""
    return {
        _bare(str(content["checkpoint"])): content["facts"]
        for content in map(_option, _options())
        if content.get("facts")
    }


def checkpoint_of(option: str) -> str | None:
    """The checkpoint that an option names, `???` where it is left open; None for no option of conf/."""
    named = _option(option).get("checkpoint")
    # The one interpolation that the catalogue has.
    return str(places.tiny_folder()) if named == "${tiny_checkpoint:}" else named


def option_of(checkpoint: str) -> str | None:
    """The option that names a checkpoint; None when the catalogue lacks it."""
    return next((option for option in _options() if is_same(checkpoint_of(option), checkpoint)), None)


def is_same(first: str | None, second: str | None) -> bool:
    """Whether two names are those of one checkpoint."""
    return first is not None and second is not None and _bare(first) == _bare(second)


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
