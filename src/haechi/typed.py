"""What was typed: Hydra's own command line, with its overrides settled."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra._internal.utils import get_args_parser

from haechi import places, rerun
from haechi.compose import as_value, key_of, register, settle
from haechi.fault import RunFault
from haechi.preflight.check import language_of
from haechi.schema.preflight import Format, Speech
from haechi.sweep_record import UnreadableRecord, read_record, typed_values
from haechi.text import Language


@dataclass(frozen=True)
class CommandLine:
    """What was typed."""

    overrides: list[str]
    multirun: bool
    asks: bool
    """Whether Hydra is asked something (--help, --info, -sc) instead of running a job."""
    shows_config: bool
    """Whether the composed config is to be printed (--cfg)."""
    config_dir: Path = places.CONF
    config_name: str = "config"

    def value(self, key: str) -> str | None:
        """The last value typed for a key, before anything is composed."""
        return next(
            (item.partition("=")[2] for item in reversed(self.overrides) if key_of(item) == key), None
        )

    @property
    def format(self) -> Format:
        """`preflight.format`, known even when the config cannot be composed."""
        value = self.value("preflight.format")
        return Format(value) if value in {form.value for form in Format} else Format.text

    @property
    def language(self) -> Language:
        """`preflight.language`, known even when the config cannot be composed."""
        value = self.value("preflight.language")
        return language_of(next((speech for speech in Speech if speech.value == value), Speech.auto))


def read_command_line() -> CommandLine:
    """Parse sys.argv as Hydra does, and settle its overrides in place, so that Hydra sees the same.

    Raises:
        RunFault: a run that is to be repeated is not there.
    """
    register()
    parser = get_args_parser()
    arguments = parser.parse_intermixed_args()  # flags may stand between overrides
    overrides = settle(arguments.overrides)
    if arguments.multirun:
        overrides = _with_grid(overrides)
    typed = set(arguments.overrides)
    flags = [item for item in sys.argv[1:] if item not in typed]
    if any(item.startswith("rerun=") for item in overrides):
        overrides, more = _repeating(overrides, arguments)
        flags += more
    config_dir, config_name = places.CONF, arguments.config_name or "config"
    if arguments.config_path:
        # Relative to the caller where that exists, as everywhere; Hydra would take it from src/.
        given = Path(arguments.config_path)
        config_dir = given.absolute() if given.is_dir() else (places.ROOT / "src" / given).absolute()
        flags = [str(config_dir) if item == arguments.config_path else item for item in flags]
        flags += ["--config-dir", str(places.CONF)]
    sys.argv[1:] = [*flags, *overrides]
    return CommandLine(
        overrides=overrides,
        multirun=bool(arguments.multirun),
        asks=bool(arguments.help or arguments.hydra_help or arguments.shell_completion or arguments.info),
        shows_config=bool(arguments.cfg),
        config_dir=config_dir,
        config_name=config_name.removesuffix(".yaml"),
    )


def _with_grid(overrides: list[str]) -> list[str]:
    """The jobs of the sweep that is to go on, where none are typed beside `sweep.resume`."""
    resume = next((item.partition("=")[2] for item in overrides if key_of(item) == "sweep.resume"), "")
    if not resume or typed_values(overrides):
        return overrides
    try:
        record = read_record(Path(resume.strip("'\"")).expanduser())
    except UnreadableRecord:  # CFG015 says so
        return overrides
    kept = record.hydra
    if any(_is_of_launcher(item) for item in overrides):  # whose keys are not those of another one
        kept = [item for item in kept if not _is_of_launcher(item)]
    return settle([*kept, *record.arguments, *overrides])


def _is_of_launcher(override: str) -> bool:
    return key_of(override).startswith(("hydra/launcher", "hydra.launcher"))


def _repeating(overrides: list[str], arguments: Any) -> tuple[list[str], list[str]]:
    """`rerun=...` as Hydra's own flags for the config that the run has left, and with the run's folder."""
    values = {key_of(item): item.partition("=")[2] for item in overrides}
    if arguments.config_path or arguments.config_name:
        raise RunFault("`rerun` and `--config-path` each name a config, and a run has one", [], ["~rerun"])
    uri = values.get("tracking.uri")
    folder = rerun.folder_of(values["rerun"].strip("'\""), uri and uri.strip("'\""))
    arguments.config_path, arguments.config_name = str(folder), "config"
    kept = [item for item in overrides if key_of(item) != "rerun"]
    return [*kept, f"rerun={as_value(str(folder))}"], [
        "--config-path",
        str(folder),
        "--config-name",
        "config",
    ]
