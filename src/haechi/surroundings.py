"""environment.json: what a run's numbers may depend on besides its config, and how two runs differ in it."""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from haechi import launch, places
from haechi.aside import write_json
from haechi.checkpoint.locate import is_path
from haechi.resolve import Run

NAME = "environment.json"
PACKAGES = (
    "torch", "transformers", "accelerate", "tokenizers", "sentencepiece", "safetensors", "datasets", "numpy",
    "scikit-learn", "scipy", "seqeval", "hydra-core", "omegaconf",
)  # fmt: skip
SPLITS = ("train", "validation", "test")
# Longer files are known by their size and by pieces from all over them.
WHOLE_BYTES, PIECE_BYTES, PIECES = 64 * 2**20, 2**20, 32
# Digests, of content or of a commit, are told apart by their first digits; any other text only as a whole.
DIGEST, SHOWN = re.compile(r"[0-9a-f]{40,}"), 12
# What may differ without a word: it says where a run was, and numbers do not depend on it.
UNSAID = {"host"}


def write_surroundings(run: Run) -> Path:
    """Write environment.json into the run's folder. Imports torch, which a run has imported by then."""
    path = run.folder / NAME
    write_json(path, surroundings(run))
    return path


def surroundings(run: Run) -> dict[str, Any]:
    """Python, packages, hardware, code, data files and checkpoint, as flat groups of texts and numbers."""
    return {
        "machine": _machine(),
        "packages": dict(_packages()),
        "code": _code(),
        "files": dict(_files(run)),
    }


def read_surroundings(folder: Path) -> dict[str, Any]:
    """environment.json of a run; empty where it has none, or none that can be read."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is otherwise now, one line each: `torch: 2.12.0 then, 2.13.0 now`."""
    found: list[str] = []
    for group in now:
        then, here = before.get(group) or {}, now.get(group) or {}
        for name in dict.fromkeys([*then, *here]):
            if name not in UNSAID and then.get(name) != here.get(name):
                found.append(f"{name}: {_shown(then.get(name))} then, {_shown(here.get(name))} now")
    return found


def _shown(value: object) -> str:
    if value is None:
        return "none"
    text = str(value)
    return text[:SHOWN] if DIGEST.fullmatch(text) else text


def _machine() -> dict[str, Any]:
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "host": platform.node(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "processes": launch.processes(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _packages() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


def _code() -> dict[str, Any]:
    """The commit, whether files differ from it, and a digest of what runs: src/ and conf/."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "src", "conf")
    return {
        "commit": commit,
        "changed_files": None if changed is None else len(changed.splitlines()),
        "code": _digest_of_code(),
    }


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=places.ROOT, capture_output=True, text=True, timeout=10, check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None  # an archive of the repository, or no git
    return done.stdout.strip()


def _digest_of_code() -> str:
    found = hashlib.sha256()
    paths = [*places.ROOT.glob("src/**/*.py"), *places.CONF.glob("**/*.yaml")]
    for path in sorted(paths):
        found.update(f"{path.relative_to(places.ROOT).as_posix()}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files(run: Run) -> Iterator[tuple[str, str]]:
    """Digests of the data files and of the checkpoint's, or the revision of what the hub has."""
    task, model = run.config.task, run.config.model
    for split in SPLITS:
        if path := getattr(task.files, split):
            yield f"task.files.{split}", digest(Path(path).expanduser())
    if not task.files.train and task.dataset.path:
        yield "task.dataset", f"{task.dataset.path} {task.dataset.name} {task.dataset.revision}"
    if is_path(model.checkpoint):
        folder = Path(model.checkpoint).expanduser()
        for path in sorted(folder.glob("*")):
            if path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"} and path.is_file():
                yield f"model.checkpoint/{path.name}", digest(path)
    else:
        yield "model.checkpoint", f"{model.checkpoint} {model.revision}"


def digest(path: Path) -> str:
    """A digest of a file's content and size; of a long file from 32 pieces all over it."""
    try:
        size = path.stat().st_size
        found = hashlib.sha256(str(size).encode())
        with path.open("rb") as file:
            if size <= WHOLE_BYTES:
                while piece := file.read(PIECE_BYTES):
                    found.update(piece)
            else:
                for number in range(PIECES):
                    file.seek((size - PIECE_BYTES) * number // (PIECES - 1))
                    found.update(file.read(PIECE_BYTES))
    except OSError as error:
        return f"unreadable ({error.strerror})"
    return found.hexdigest()
