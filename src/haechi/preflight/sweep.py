"""The jobs of a sweep, resolved without composing each of them.

Hydra takes a tenth of a second to compose a config, so a hundred jobs would take ten. But what a job's
config says can be put together from a few: the first job, and for each other choice of a swept override
the first job with that one choice. A choice changes certain leaves of the config; a job has the changes
of all its choices. Where two choices of one job change the same leaf, where a choice cannot be composed,
or where conf/ chooses options by interpolation, the job is composed in full.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, cast

from omegaconf import DictConfig, Node, OmegaConf

from haechi.compose import compose
from haechi.resolve import Run, resolve
from haechi.schema.run import RunConfig

# `${another.key}`, and `${function:constant}`.
REFERENCE = re.compile(r"\$\{([A-Za-z_][\w.]*)\}")
RESOLVER = re.compile(r"\$\{[A-Za-z_][\w.]*:[^${}]*\}")
MOST_REFERENCES = 10


class Leaf(NamedTuple):
    """One setting of a composed config."""

    written: Any
    """As it stands, an interpolation perhaps."""
    value: Any
    """What it is in the job that was composed."""


Leaves = dict[str, Leaf]


@dataclass(frozen=True)
class Variant:
    """One composed job: its run, and its config leaf by leaf as it was before interpolation."""

    run: Run
    leaves: Leaves
    choices: dict[str, str]

    def differs(self, key: str, leaf: Leaf) -> bool:
        """Whether a setting is written otherwise in another job."""
        own = self.leaves.get(key)
        return own is None or type(own.written) is not type(leaf.written) or own.written != leaf.written


class Composer:
    """Makes the runs of a sweep."""

    def __init__(self, dimensions: Sequence[Sequence[str]], config_dir: Path, config_name: str) -> None:
        """Nothing is composed yet.

        Args:
            dimensions: for each override that was typed the overrides that it stands for; one that
                sweeps nothing stands for itself.
            config_dir: folder of the config.
            config_name: the config's name in it.
        """
        self._dimensions = dimensions
        self._config_dir, self._config_name = config_dir, config_name
        self._variants: dict[tuple[str, ...], Variant | None] = {}

    def jobs(self) -> Iterator[tuple[str, ...]]:
        """The overrides of each job, in the order of Hydra's basic sweeper."""
        return itertools.product(*self._dimensions)

    def run(self, job: tuple[str, ...]) -> Run:
        """The run of one job.

        Raises:
            Exception: what composing or resolving raises.
        """
        first = tuple(choices[0] for choices in self._dimensions)
        base = self._variant(first)
        changes: Leaves = {}
        choices: dict[str, str] = {}
        moved: Path | None = None
        for place, choice in enumerate(job):
            if base is None or choice == first[place]:
                continue
            variant = self._variant((*first[:place], choice, *first[place + 1 :]))
            if variant is None:
                return self._composed(job)
            changed = {key: leaf for key, leaf in variant.leaves.items() if base.differs(key, leaf)}
            if len(variant.leaves) != len(base.leaves):
                return self._composed(job)
            if changed.keys() & changes.keys():
                return self._composed(job)
            changes |= changed
            choices |= {
                key: value for key, value in variant.choices.items() if base.choices.get(key) != value
            }
            if variant.run.folder.parent != base.run.folder.parent:
                moved = variant.run.folder
        if base is None:
            return self._composed(job)
        try:
            config = _build(base.leaves | changes)
        except _NeedsComposing:
            return self._composed(job)
        origins = replace(base.run.origins, overrides=_task(job), choices={**base.choices, **choices})
        folder = moved or base.run.folder
        return replace(base.run, config=config, origins=origins, overrides=_task(job), folder=folder)

    def _variant(self, job: tuple[str, ...]) -> Variant | None:
        """A composed job; None where it cannot be composed."""
        if job not in self._variants:
            try:
                composed = compose(list(job), self._config_dir, self._config_name)
                run = resolve(composed, composed.hydra)
                choices = dict(run.origins.choices)
                self._variants[job] = Variant(run, _leaves(composed, run.config), choices)
            except Exception:  # judged when the job itself is composed
                self._variants[job] = None
        return self._variants[job]

    def _composed(self, job: tuple[str, ...]) -> Run:
        composed = compose(list(job), self._config_dir, self._config_name)
        return resolve(composed, composed.hydra)


def _task(job: Sequence[str]) -> tuple[str, ...]:
    """Overrides of a job without those for Hydra itself."""
    return tuple(item for item in job if not item.lstrip("+~").startswith(("hydra.", "hydra/")))


def _leaves(composed: DictConfig, config: RunConfig) -> Leaves:
    """Every setting by its dotted key."""
    found: Leaves = {}

    def walk(node: DictConfig, resolved: Any, prefix: str) -> None:
        for item in fields(resolved):
            child = node._get_node(item.name)  # pyright: ignore[reportPrivateUsage]
            value = getattr(resolved, item.name)
            if is_dataclass(value) and isinstance(child, DictConfig) and not child._is_interpolation():  # pyright: ignore[reportPrivateUsage]
                walk(child, value, f"{prefix}{item.name}.")
            elif OmegaConf.is_config(child) and not OmegaConf.is_interpolation(node, item.name):
                found[f"{prefix}{item.name}"] = Leaf(_written(child), value)
            else:
                written = child._value() if isinstance(child, Node) else None  # pyright: ignore
                found[f"{prefix}{item.name}"] = Leaf(written, value)

    walk(composed, config, "")
    return found


def _written(node: Any) -> Any:
    """A list or mapping as it stands in the config."""
    return None if node._is_none() else OmegaConf.to_container(node, resolve=False)


class _NeedsComposing(Exception):
    """An interpolation that only OmegaConf can resolve."""


def _build(leaves: Leaves) -> RunConfig:
    """The config of these leaves; their values were checked when they were composed.

    Raises:
        _NeedsComposing: a value depends on others in a way that is not followed here.
    """
    values = {key: _resolved(key, leaves) for key in leaves}
    return cast(RunConfig, _instance(RunConfig, values, ""))


def _resolved(key: str, leaves: Leaves, depth: int = 0) -> Any:
    """The value of a leaf in this job, after following `${another.key}`."""
    if key not in leaves or depth > MOST_REFERENCES:
        raise _NeedsComposing
    leaf = leaves[key]
    if not _interpolates(leaf.written):
        return leaf.value
    text = leaf.written if isinstance(leaf.written, str) else ""
    if reference := REFERENCE.fullmatch(text):
        return _resolved(reference.group(1), leaves, depth + 1)
    if RESOLVER.fullmatch(text):
        return leaf.value  # a function of nothing in the config, such as ${sample_file:topic/train.jsonl}
    raise _NeedsComposing


def _interpolates(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(map(_interpolates, cast(dict[str, Any], value).values()))
    return isinstance(value, list) and any(map(_interpolates, cast(list[Any], value)))


def _instance(schema: type[Any], leaves: dict[str, Any], prefix: str) -> Any:
    values: dict[str, Any] = {}
    for item in fields(schema):
        kind, key = item.default_factory, f"{prefix}{item.name}"
        if isinstance(kind, type) and is_dataclass(kind):
            values[item.name] = _instance(kind, leaves, f"{key}.")
        elif key in leaves:
            values[item.name] = _converted(leaves[key], item.type)
    return schema(**values)


def _converted(value: Any, kind: Any) -> Any:
    """What OmegaConf makes of a value that came by an interpolation."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str):
        return kind[value]
    return value
