"""One dataclass a config group, torch-free: the glossary of every setting."""

from hydra.core.config_store import ConfigStore

from haechi.schema.run import RunConfig


def register() -> None:
    """Make the schema known to Hydra, as `schema/run` in a defaults list."""
    ConfigStore.instance().store(group="schema", name="run", node=RunConfig, package="_global_")
