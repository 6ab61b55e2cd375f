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

from haechi.text import Text

Result = TypeVar("Result")

GATED = Text(
    "its owner must grant you access first (then log in with `hf auth login`)",
    "먼저 소유자가 접근을 허락해야 합니다 (그다음 `hf auth login`)",
)
WHAT = {"model": "모델", "dataset": "데이터셋"}
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
    refusal: Text | None = None
    """Why it cannot be had, in lower case; None when it can."""
    reachable: bool = True
    """Whether the hub answered at all."""


def ask(
    name: str, revision: str, timeout_seconds: float, kind: Literal["model", "dataset"] = "model"
) -> Answer:
    """Ask the hub for a repository; comes back within the timeout, whatever the network does."""
    from huggingface_hub import HfApi, constants, errors

    if constants.HF_HUB_OFFLINE:
        return Answer(
            refusal=Text("HF_HUB_OFFLINE forbids the network", "HF_HUB_OFFLINE이 네트워크를 막습니다"),
            reachable=False,
        )
    endpoint = constants.ENDPOINT
    waited = f"{timeout_seconds:g}"
    silent = Answer(
        refusal=Text(
            f"{endpoint} did not answer within {waited} s",
            f"{endpoint}이(가) {waited}초 안에 답하지 않았습니다",
        ),
        reachable=False,
    )
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
        return Answer(refusal=Text(f"it has no revision `{revision}`", f"리비전 `{revision}`이(가) 없습니다"))
    except (errors.RepositoryNotFoundError, errors.HFValidationError):
        return Answer(
            refusal=Text(
                f"{endpoint} knows no such {kind}, or keeps it private",
                f"{endpoint}에 그런 {WHAT[kind]}이(가) 없거나 비공개입니다",
            )
        )
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        return Answer(
            refusal=Text(
                f"{endpoint} answered with status {status}", f"{endpoint}이(가) 상태 {status}로 답했습니다"
            ),
            reachable=False,
        )
    except TimeoutError:
        _silent_until[endpoint] = time.monotonic() + SILENCE_SECONDS
        return silent
    except Exception as error:
        # httpx and the client each have their own errors for a network that is away.
        return Answer(
            refusal=Text(
                f"{endpoint} cannot be reached ({type(error).__name__})",
                f"{endpoint}에 닿을 수 없습니다 ({type(error).__name__})",
            ),
            reachable=False,
        )
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
