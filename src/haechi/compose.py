"""Overrides -> composed config, without a command line: for judging, tests and sweeps."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from haechi import places, schema

# Names and paths that Hydra reads as the text they are.
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")


def register() -> None:
    """Make the schema and the resolvers that conf/ uses known to Hydra."""
    schema.register()
    resolvers: dict[str, Callable[..., str]] = {
        "run_folder": places.run_folder,
        "sweep_folder": places.sweep_folder,
        "sample_file": places.sample_file,
        "tiny_checkpoint": lambda: str(places.tiny_folder()),
    }
    for name, resolver in resolvers.items():
        OmegaConf.register_new_resolver(name, resolver, use_cache=True, replace=True)


def compose(
    overrides: Sequence[str], config_dir: Path = places.CONF, config_name: str = "config"
) -> DictConfig:
    """The composed config of one job, Hydra's own node included.

    Raises what Hydra raises; `preflight.composition` turns that into a diagnostic.
    """
    register()
    # A saved config lies elsewhere; its schema, logging and help are still those of conf/.
    beside = [] if config_dir == places.CONF else [f"hydra.searchpath=[file://{places.CONF}]"]
    GlobalHydra.instance().clear()
    with initialize_config_dir(version_base="1.3", config_dir=str(config_dir)):
        return hydra_compose(config_name, overrides=[*beside, *overrides], return_hydra_config=True)


def as_value(text: str) -> str:
    """A text as a value in Hydra's grammar: in quotes where it would be read otherwise, as Hangul is."""
    if _PLAIN.fullmatch(text) and text.lower() not in {"null", "true", "false", "nan", "inf"}:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def key_of(override: str) -> str:
    """The key of an override as it is typed: `trainer.seed` of `++trainer.seed=1`."""
    return override.partition("=")[0].lstrip("+~")


def settle(overrides: Sequence[str]) -> list[str]:
    """What is left of overrides once later ones had their say.

    The last of several plain overrides of one key wins, as in Hydra, and `~key` takes back what was
    typed for that key before, another `~key` included. So a fix can be appended to any command line,
    even behind an override that Hydra would refuse.
    """
    settled: list[str] = []
    for override in overrides:
        key = key_of(override)
        earlier = [item for item in settled if key_of(item) == key]
        if override.startswith("~") and "=" not in override and earlier:
            settled = [item for item in settled if item not in earlier]
            continue
        if not override.startswith(("+", "~")):
            settled = [item for item in settled if item not in earlier]
        settled.append(override)
    return settled


def expand(overrides: Sequence[str], config_dir: Path = places.CONF) -> Iterator[list[str]]:
    """The jobs of a sweep, by Hydra's own parser: the product of every list, range, choice and glob.

    Overrides that sweep nothing are part of every job. The order is that of Hydra's basic sweeper.
    """
    register()
    choices: list[list[str]] = []
    GlobalHydra.instance().clear()
    with initialize_config_dir(version_base="1.3", config_dir=str(config_dir)):
        # A glob is matched against the options that the config's groups have.
        loader = GlobalHydra.instance().config_loader()
        for override in OverridesParser.create(config_loader=loader).parse_overrides(list(overrides)):
            key = override.get_key_element()
            if not override.is_sweep_override():
                choices.append([str(override.input_line)])
            elif override.is_discrete_sweep():
                choices.append([f"{key}={value}" for value in override.sweep_string_iterator()])
            else:
                raise ValueError(f"`{override.input_line}` is a search space, which needs a search sweeper")
    yield from (list(job) for job in itertools.product(*choices))
