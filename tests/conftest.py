"""Every test writes below its own folder, offline."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

# Two workers with as many threads as cores each would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Diagnostics speak the language of the locale; the tests read English.
os.environ |= {"LC_ALL": "C.UTF-8"}
# The hub's client reads these when it is imported.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from haechi.checkpoint import tiny
from haechi.checkpoint.tiny import make_tiny
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

SERVERS = ("MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "SLACK_WEBHOOK_URL")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs before a test's own fixtures, and every child, leaves the user's cache and servers alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAECHI_CACHE", str(tmp_path_factory.mktemp("cache")))
        for name in SERVERS:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def tiny_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tiny checkpoint is made once and copied afterwards: it is the same, byte for byte."""
    made = make_tiny(tmp_path_factory.mktemp("made") / "tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "_write", lambda folder: shutil.copytree(made, folder, dirs_exist_ok=True))
        yield


@pytest.fixture(autouse=True)
def outputs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The outputs folder of a test, and its cache."""
    folder = tmp_path_factory.mktemp("outputs")
    monkeypatch.setenv("HAECHI_OUTPUTS", str(folder))
    monkeypatch.setenv("HAECHI_CACHE", str(folder / "cache"))
    yield folder
    for server in SERVERS:  # what a library has set must not reach the next module's fixtures
        os.environ.pop(server, None)
    # Thousands of tests leave gigabytes.
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on real data need the folder that HAECHI_REAL_DATA names."""
    if os.environ.get("HAECHI_REAL_DATA"):
        return
    for item in items:
        if item.get_closest_marker("realdata"):
            item.add_marker(pytest.mark.skip(reason="HAECHI_REAL_DATA is not set"))


@pytest.fixture
def real_data() -> Path:
    """The folder with real KLUE files, vocabularies and a real encoder."""
    return Path(os.environ["HAECHI_REAL_DATA"])


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """The tokenizer of the checkpoint that Haechi makes itself."""
    return build_tokenizer(make_tiny(tmp_path_factory.mktemp("tokenizer") / "tiny"))
