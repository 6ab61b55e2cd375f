"""Asking the hub, with an end: what a repository holds, or why it cannot be had.

All contact is by huggingface_hub, so HF_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and proxies work
as everywhere.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

Result = TypeVar("Result")

GATED = "its owner must grant you access first (then log in with `hf auth login`)"
# A hub that did not answer is not waited for again at once: a sweep may name twenty checkpoints.
SILENCE_SECONDS = 30.0
_silent_until: dict[str, float] = {}


@dataclass(frozen=True)
class Answer:
    """What the hub said of a repository."""

    files: tuple[str, ...] = ()
    """Names of its files."""
    commit: str | None = None
    """Commit that the revision names now."""
    refusal: str = ""
    """Why it cannot be had, in lower case; empty when it can."""
    reachable: bool = True
    """Whether the hub answered at all."""


def ask(
    name: str, revision: str, timeout_seconds: float, kind: Literal["model", "dataset"] = "model"
) -> Answer:
    """Ask the hub for a repository; comes back within the timeout, whatever the network does."""
    from huggingface_hub import HfApi, constants, errors

    if constants.HF_HUB_OFFLINE:
        return Answer(refusal="HF_HUB_OFFLINE forbids the network", reachable=False)
    endpoint = constants.ENDPOINT
    silent = Answer(refusal=f"{endpoint} did not answer within {timeout_seconds:g} s", reachable=False)
    if time.monotonic() < _silent_until.get(endpoint, 0.0):
        return silent
    try:
        info = within(
            timeout_seconds,
            lambda: HfApi().repo_info(name, revision=revision, repo_type=kind, timeout=timeout_seconds),
        )
    except errors.GatedRepoError:
        return Answer(refusal=GATED)
    except errors.RevisionNotFoundError:
        return Answer(refusal=f"it has no revision `{revision}`")
    except (errors.RepositoryNotFoundError, errors.HFValidationError):
        return Answer(refusal=f"{endpoint} knows no such {kind}, or keeps it private")
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        return Answer(refusal=f"{endpoint} answered with status {status}", reachable=False)
    except TimeoutError:
        _silent_until[endpoint] = time.monotonic() + SILENCE_SECONDS
        return silent
    except Exception as error:
        # httpx and the client each have their own errors for a network that is away.
        return Answer(refusal=f"{endpoint} cannot be reached ({type(error).__name__})", reachable=False)
    return Answer(tuple(item.rfilename for item in getattr(info, "siblings", None) or []), info.sha)


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Result of a call that may hang where no timeout reaches, in name resolution for example.

    Raises:
        TimeoutError: there was no result in time; the call is left to itself.
    """
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        raise TimeoutError
    return outcome[0]


def cache_folder() -> str:
    """The hub's cache: the folder to copy from one machine to another."""
    from huggingface_hub import constants

    return constants.HF_HUB_CACHE


def dataset_is_cached(path: str, name: str | None) -> bool:
    """Whether the `datasets` library has prepared this data set before."""
    from huggingface_hub import constants

    cache = Path(os.environ.get("HF_DATASETS_CACHE") or f"{constants.HF_HOME}/datasets").expanduser()
    owner, slash, own_name = path.rpartition("/")
    # As `datasets.naming.camelcase_to_snakecase` does it: KorNLI is kept under kor_nli.
    snake = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", own_name)
    snake = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", snake).lower()
    folder = cache / f"{owner}{'___' if slash else ''}{snake}"
    return any(folder.glob(f"{name or '*'}/*/*/dataset_info.json"))
