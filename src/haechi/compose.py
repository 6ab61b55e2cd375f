"""Overrides -> composed config, without a command line: for judging, tests and sweeps."""

import copy
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from haechi import places, schema

# `key=`, with no `+`, `~` or package.
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w./]*=")
# Names and paths that Hydra reads as the text they are.
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")


@cache
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
    chosen = tuple(item for item in overrides if not _sets_a_value(item))
    if all(_PLAIN_KEY.match(item) for item in chosen):
        # Choosing options is what takes Hydra its time, and the jobs of a sweep choose few.
        try:
            return _with_values(_chosen(chosen, config_dir, config_name), overrides)
        except Exception:  # said by Hydra in full, below
            pass
    return _composed(tuple(overrides), config_dir, config_name)


def _sets_a_value(override: str) -> bool:
    """Whether an override gives a value to a setting within a group: `trainer.seed=1`, without `+` or `~`."""
    key = override.partition("=")[0]
    return bool(_PLAIN_KEY.match(override)) and "." in key and not override.startswith("hydra")


@lru_cache(maxsize=64)
def _chosen(overrides: tuple[str, ...], config_dir: Path, config_name: str) -> DictConfig:
    return _composed(overrides, config_dir, config_name)


def _with_values(chosen: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """A composed config with other values, set as Hydra sets them.

    Raises:
        Exception: what Hydra would refuse, or a sweep.
    """
    composed = copy.deepcopy(chosen)
    parsed = OverridesParser.create().parse_overrides(list(overrides))
    for override in parsed:
        if override.is_sweep_override():
            raise ValueError(override.input_line)
        if _sets_a_value(str(override.input_line)):
            OmegaConf.update(composed, override.key_or_group, override.value(), merge=True)
    typed = [override for override in parsed if not override.is_hydra_override()]
    job = composed.hydra.job
    with read_write(composed), open_dict(composed):
        composed.hydra.overrides.task = [override.input_line for override in typed]
        job.override_dirname = get_overrides_dirname(typed, **job.config.override_dirname)
    return composed


def _composed(overrides: tuple[str, ...], config_dir: Path, config_name: str) -> DictConfig:
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


def parse(overrides: Sequence[str], config_dir: Path = places.CONF) -> list[Override]:
    """Overrides as Hydra reads them, globs with the options of a config folder."""
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(version_base="1.3", config_dir=str(config_dir)):
        loader = GlobalHydra.instance().config_loader()
        return OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))


def dimensions(
    overrides: Sequence[str], config_dir: Path = places.CONF, *, search: bool = False
) -> list[list[str]]:
    """What each override of a sweep stands for, by Hydra's own parser: lists, ranges, choices, globs.

    The jobs of the sweep are the product of these lists, in the order of Hydra's basic sweeper. An
    override that sweeps nothing stands for itself. Of an interval, which a search sweeper draws from,
    there are its two ends.

    Args:
        overrides: what was typed.
        config_dir: folder of the config, whose options a glob is matched against.
        search: whether a search sweeper runs the sweep, so that intervals may be named.

    Raises:
        ValueError: an interval without a search sweeper.
    """
    found: list[list[str]] = []
    for override in parse(overrides, config_dir):
        key = override.get_key_element()
        if not override.is_sweep_override():
            found.append([str(override.input_line)])
        elif override.is_discrete_sweep():
            found.append([f"{key}={value}" for value in override.sweep_string_iterator()])
        elif search and isinstance(ends := override.value(), IntervalSweep):
            found.append([f"{key}={end}" for end in (ends.start, ends.end)])
        else:
            needed = "which needs a search sweeper: hydra/sweeper=haechi_search"
            raise ValueError(f"`{override.input_line}` is a search space, {needed}")
    return found
