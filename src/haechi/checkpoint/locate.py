"""Where a checkpoint is: a folder, the hub's cache, or only the hub."""

import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from haechi import hub, places
from haechi.checkpoint.files import (
    CONFIG,
    SMALL_FILES,
    has_vocabulary,
    read_index,
    weight_files,
)
from haechi.checkpoint.header import BrokenFile
from haechi.text import Text


class State(Enum):
    """Where a checkpoint was found."""

    folder = "folder"
    """A folder on disk."""
    cached = "cached"
    """In the hub's cache, as far as it was needed until now."""
    no_folder = "no_folder"
    """The name is a path, and there is no such folder."""
    unreachable = "unreachable"
    """Not in the cache, and the hub does not answer or must not be asked."""
    unknown = "unknown"
    """The hub knows no such checkpoint or revision, or does not let this user have it."""
    unmade = "unmade"
    """Haechi makes it itself, and its folder does not take it."""


@dataclass(frozen=True)
class Location:
    """The answer to: where is this checkpoint?"""

    name: str
    """Hub id or path, as in the config."""
    state: State
    folder: Path | None = None
    """Folder with the files, where there is one."""
    reason: Text = field(default_factory=lambda: Text("", ""))
    """Why there is none."""
    files: tuple[str, ...] = ()
    """Names of all files that the hub has of it, as far as it was asked."""

    @property
    def on_hub(self) -> bool:
        """Whether the name is a hub id."""
        return self.state in {State.cached, State.unreachable, State.unknown}


def is_path(name: str) -> bool:
    """Whether a name is a path: it exists, begins like one, or has more parts than a hub id."""
    return name.startswith(("/", ".", "~")) or name.count("/") > 1 or Path(name).expanduser().is_dir()


def locate(
    name: str,
    revision: str = "main",
    *,
    timeout_seconds: float = 2.0,
    weights: bool = False,
    pickle: bool = False,
) -> Location:
    """Find a checkpoint; what is missing of its small files (or of its weights) is fetched from the hub.

    Args:
        name: hub id or folder.
        revision: branch, tag or commit of a hub id.
        timeout_seconds: how long the hub may take to answer at all.
        weights: whether the weights are wanted too.
        pickle: whether weights in pickle format will do where there are none in safetensors.
    """
    if not name or is_path(name):
        folder = Path(os.path.expanduser(name)).absolute()
        if folder == places.tiny_folder():
            from haechi.checkpoint.tiny import make_tiny

            try:
                make_tiny(folder)
            except OSError as error:
                why = error.strerror or str(error)
                return Location(name, State.unmade, reason=Text(why, why))
        found = bool(name) and folder.is_dir()
        return Location(name, State.folder if found else State.no_folder, folder if found else None)
    cached = _cached(name, revision)
    if cached is None or (weights and not _has_weights(cached, pickle)):
        return _fetch(name, revision, timeout_seconds, weights, pickle, cached)
    if not has_vocabulary(cached):
        # Transformers caches a model without its tokenizer; out of reach, that has to do.
        fetched = _fetch(name, revision, timeout_seconds, weights, pickle, cached)
        return Location(name, State.cached, fetched.folder or cached)
    return Location(name, State.cached, cached)


def _cached(name: str, revision: str) -> Path | None:
    """Folder in the cache, unless it is known to lack small files: a download may have broken off."""
    from huggingface_hub import errors, snapshot_download

    patterns = list(SMALL_FILES)
    try:
        found = snapshot_download(name, revision=revision, allow_patterns=patterns, local_files_only=True)
    except (errors.LocalEntryNotFoundError, errors.HFValidationError):
        return None
    return Path(found) if (Path(found) / CONFIG).is_file() else None


def _has_weights(folder: Path, pickle: bool) -> bool:
    found = weight_files({path.name for path in folder.iterdir() if path.is_file()}, pickle=pickle)
    if not found or not found[0].endswith(".json"):
        return bool(found)
    try:
        return all((folder / shard).is_file() for shard in read_index(folder / found[0]))
    except BrokenFile:
        return False


def _fetch(
    name: str, revision: str, timeout: float, weights: bool, pickle: bool, cached: Path | None
) -> Location:
    """Fetch files into the hub's cache; where that fails, what was there before is what there is."""
    from huggingface_hub import errors, snapshot_download

    answer = hub.ask(name, revision, timeout)
    if answer.refusal:
        state = State.unknown if answer.reachable else State.unreachable
        return Location(name, state, cached, answer.refusal)
    if CONFIG not in answer.files:
        return Location(
            name,
            State.unknown,
            cached,
            Text(
                "it holds no config.json, so it is no checkpoint",
                "config.json이 없으므로 체크포인트가 아닙니다",
            ),
            answer.files,
        )
    patterns = list(SMALL_FILES)
    if weights:
        patterns += weight_files(answer.files, pickle=pickle)
    try:
        folder = snapshot_download(
            name,
            revision=revision,
            allow_patterns=patterns,
            tqdm_class=None if weights else _silent_bar(),
        )
    except errors.GatedRepoError:
        # The hub tells everybody what a gated repository holds, and gives it to few.
        return Location(name, State.unknown, cached, hub.GATED)
    except Exception as error:
        # A network that goes away in the middle, a full disk: httpx, OSError and the client's own errors.
        text = f"{type(error).__name__}: {error}".splitlines()[0][:150]
        return Location(
            name,
            State.unreachable,
            cached,
            Text(f"the download broke off ({text})", f"내려받기가 끊겼습니다 ({text})"),
        )
    return Location(name, State.cached, Path(folder), files=answer.files)


def _silent_bar() -> Any:
    from tqdm import tqdm

    class Silent(tqdm):  # type: ignore[type-arg]
        """A bar that does not show: small files need none."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": True})

    return Silent
