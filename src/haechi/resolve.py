"""DictConfig -> frozen Run(config, origins, environment): what a run is, and where each value was set."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, ValidationError

from haechi import places
from haechi.compose import key_of
from haechi.schema.run import RunConfig


@dataclass(frozen=True)
class Environment:
    """What a verdict may depend on besides the config; read once, secrets left out."""

    hub_offline: bool = False
    """Whether HF_HUB_OFFLINE forbids the network."""
    webhook_is_set: bool = False
    """Whether the variable that `notify.webhook_env` names has a value."""
    webhook_is_url: bool = False
    """Whether that value is an http or https address."""
    webhook_scheme: str | None = None
    webhook_host: str | None = None
    webhook_port: int | None = None
    """How the webhook's server is reached; the path, which is the secret, is left out."""
    tracking_uri: str | None = None
    """MLFLOW_TRACKING_URI."""
    visible_gpus: str | None = None
    """CUDA_VISIBLE_DEVICES."""
    cxx: str | None = None
    """CXX, the C++ compiler to call."""


class UnknownKeys(Exception):
    """Keys that were added with `+` and that nothing would read."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys


@dataclass(frozen=True)
class Origins:
    """Tells where a key got its value: on the command line, in a file of conf/, or in the schema."""

    overrides: tuple[str, ...]
    choices: Mapping[str, str]
    config_dir: Path = places.CONF
    config_name: str = "config"

    @cached_property
    def _typed(self) -> set[str]:
        return {key_of(override) for override in self.overrides}

    @property
    def _main(self) -> str:
        return _shown(self.config_dir / f"{self.config_name}.yaml")

    @cached_property
    def _files(self) -> list[tuple[str, str, DictConfig]]:
        """Config files, the winning ones first: (name to show, package, content)."""
        presets: list[tuple[str, str, DictConfig]] = []
        groups: list[tuple[str, str, DictConfig]] = []
        for group, option in self.choices.items():
            path = self.config_dir / group / f"{option}.yaml"
            if group.startswith("hydra") or not option or not path.is_file():
                continue
            is_preset = _is_preset(path)
            entry = (_shown(path), "" if is_preset else group, _load(path))
            (presets if is_preset else groups).append(entry)
        main = self.config_dir / f"{self.config_name}.yaml"
        mains = [(self._main, "", _load(main))] if main.is_file() else []
        # Hydra lists the choices from the last default to the first, and what is read last wins.
        return [*presets, *mains, *groups]

    def of(self, key: str) -> str:
        """Where the value of a key such as `tokenizer.max_length` was set."""
        parts = key.split(".")
        if key in self.choices:
            return self._of_choice(key)
        prefixes = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        if parts[0] in self.choices:
            prefixes.discard(parts[0])  # `model=klue_bert` chooses a file; the file sets the value
        if prefixes & self._typed or any(typed.startswith(f"{key}.") for typed in self._typed):
            return "command line"
        for name, package, content in self._files:
            inner = key.removeprefix(f"{package}.") if package else key
            if (not package or key.startswith(f"{package}.")) and _holds(content, inner):
                return name
        return f"default in src/haechi/schema/{parts[0] if len(parts) > 1 else 'run'}.py"

    def is_typed(self, key: str) -> bool:
        """Whether this very key was typed, so that `~key` takes it back."""
        return key in self._typed

    def is_asked_for(self, key: str) -> bool:
        """Whether the value was typed or set by an experiment, and not by an option or a default."""
        origin = self.of(key)
        presets = {name for name, package, _ in self._files if not package} - {self._main}
        return origin == "command line" or origin in presets

    def typed_below(self, group: str) -> list[str]:
        """Keys of a group that were typed, such as `task.files.train` of `task`."""
        return sorted(key for key in self._typed if key.startswith(f"{group}."))

    def instead(self, choice: str) -> list[str]:
        """A fix that takes another option of a group, such as `task=sample_topic`, as that option is."""
        return [choice, *(f"~{key}" for key in self.typed_below(choice.partition("=")[0]))]

    def _of_choice(self, group: str) -> str:
        """Where the option of a group was chosen: typed, by a preset, or in the main config."""
        if group in self._typed:
            return "command line"
        for name, _, content in self._files:
            entries = cast(list[Any], content.get("defaults") or [])
            chosen = [item for item in entries if isinstance(item, DictConfig)]
            if any(str(entry).split()[-1].lstrip("/") == group for item in chosen for entry in item):
                return name
        return f"conf/{self.config_name}.yaml"


@dataclass(frozen=True)
class Run:
    """One run, resolved: every interpolation done, every type checked."""

    config: RunConfig
    origins: Origins
    environment: Environment
    overrides: tuple[str, ...]
    """What was typed, in Hydra's grammar."""
    hydra_overrides: tuple[str, ...]
    """What was typed for Hydra itself, such as `hydra.job.chdir=true`."""
    folder: Path
    """Where the run writes."""
    sweep: Path | None = None
    """Folder of the sweep that the run is a job of."""
    trains: bool = True
    """Whether it trains; a study does not."""


def resolve(composed: DictConfig, hydra: Any) -> Run:
    """Interpolate, type-check and freeze the choices that Hydra made.

    Args:
        composed: the config, with or without its `hydra` node.
        hydra: that node, or what HydraConfig.get() returns in a job.

    Raises:
        UnknownKeys: a key was added that the schema lacks.
        omegaconf.errors.OmegaConfBaseException: a value is missing or cannot be interpolated.
    """
    unknown = list(_unknown_keys(composed, RunConfig))
    if unknown:
        raise UnknownKeys(unknown)
    config = RunConfig(**{item.name: _resolved(composed, item.name) for item in fields(RunConfig)})
    _check_values(config)
    sources = [source for source in hydra.runtime.config_sources if source.provider == "main"]
    path = Path(sources[0].path) if sources else places.CONF
    name = str(hydra.job.config_name or "config")
    overrides = tuple(str(item) for item in hydra.overrides.task)
    choices = {str(key): str(value or "") for key, value in hydra.runtime.choices.items()}
    return Run(
        config=config,
        origins=Origins(overrides, choices, path, name),
        environment=_environment(config),
        overrides=overrides,
        # As typed: `hydra.sweep.subdir=${hydra.job.num}` has no value before the job has a number.
        hydra_overrides=tuple(map(str, _as_written(hydra.overrides.hydra))),
        folder=_folder(hydra),
        sweep=_sweep(hydra),
    )


def _as_written(items: Any) -> list[Any]:
    """The elements of a list without their interpolations done."""
    return cast(list[Any], OmegaConf.to_container(items, resolve=False))


def _resolved(composed: DictConfig, name: str) -> Any:
    """A top-level setting or group with every interpolation done; a missing value stays `???`."""
    if OmegaConf.is_missing(composed, name):
        return MISSING
    value = composed[name]
    return OmegaConf.to_object(value) if OmegaConf.is_config(value) else value


def _check_values(node: Any, prefix: str = "") -> None:
    """Refuse missing values, and lists and mappings within a list of texts, which OmegaConf lets through."""
    for item in fields(node):
        value, key = getattr(node, item.name), f"{prefix}{item.name}"
        error: MissingMandatoryValue | ValidationError | None = None
        if is_dataclass(value):
            _check_values(value, f"{key}.")
        elif value == MISSING:
            error = MissingMandatoryValue(f"Missing mandatory value: {key}")
        elif isinstance(value, list) and not all(isinstance(entry, str) for entry in cast(list[Any], value)):
            error = ValidationError("every element must be a text")
        if error is not None:
            error.full_key = key
            raise error


def _folder(hydra: Any) -> Path:
    """Where Hydra has put the job; where it would, while nothing runs yet."""
    made = None if OmegaConf.is_missing(hydra.runtime, "output_dir") else hydra.runtime.output_dir
    return Path(made or hydra.run.dir).absolute()


def _sweep(hydra: Any) -> Path | None:
    """The folder of the sweep, while one of its jobs runs."""
    runs = not OmegaConf.is_missing(hydra.runtime, "output_dir")
    is_job = str(hydra.mode or "").rpartition(".")[2] == "MULTIRUN"
    return Path(hydra.sweep.dir).absolute() if runs and is_job else None


def _environment(config: RunConfig) -> Environment:
    webhook = os.environ.get(config.notify.webhook_env, "").strip()
    scheme, host, port = _server(webhook)
    return Environment(
        hub_offline=os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"},
        webhook_is_set=bool(webhook),
        webhook_is_url=webhook.startswith(("http://", "https://")),
        webhook_scheme=scheme,
        webhook_host=host,
        webhook_port=port,
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or None,
        visible_gpus=os.environ.get("CUDA_VISIBLE_DEVICES"),
        cxx=os.environ.get("CXX") or None,
    )


def _server(address: str) -> tuple[str | None, str | None, int | None]:
    """Scheme, host and port of an http or https address."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None, None, None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else (None, None, None)


def _unknown_keys(node: DictConfig, schema: type[Any], prefix: str = "") -> Iterator[str]:
    """Keys below a node that its dataclass lacks. Hydra accepts `+key=value` beyond the schema."""
    known = {item.name: item for item in fields(schema)}
    for name in node:
        key = f"{prefix}{name}"
        if key == "hydra":
            continue
        if str(name) not in known:
            yield key
            continue
        kind = known[str(name)].default_factory
        child = OmegaConf.select(node, str(name), throw_on_missing=False) if is_dataclass(kind) else None
        if isinstance(child, DictConfig):
            yield from _unknown_keys(child, cast(type[Any], kind), f"{key}.")


def _holds(content: DictConfig, key: str) -> bool:
    """Whether a file sets the key, whatever the value."""
    node: Any = content
    for part in key.split("."):
        if not isinstance(node, DictConfig) or part not in node:
            return False
        node = node._get_node(part)  # pyright: ignore[reportPrivateUsage]
    return True


@cache
def _load(path: Path) -> DictConfig:
    """A config file, read once."""
    return cast(DictConfig, OmegaConf.load(path))


@cache
def _is_preset(path: Path) -> bool:
    return "@package _global_" in path.read_text(encoding="utf-8").split("\n", 1)[0]


def _shown(path: Path) -> str:
    path = path.absolute()
    return path.relative_to(places.ROOT).as_posix() if path.is_relative_to(places.ROOT) else str(path)
