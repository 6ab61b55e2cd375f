"""A run's model -> a repository of the hub, in one commit; the run's folder is only read."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.fault import RunFault
from haechi.saved import find_model
from haechi.words import BOOLEAN, HELP, Word, help_text, read_words

if TYPE_CHECKING:
    from huggingface_hub import HfApi

FAULT = 2
CARD, PLACEHOLDER = "README.md", "MODEL_FOLDER"
EXAMPLE = "python src/push.py run=outputs/sample_topic/RUN repo=owner/name"
PURPOSE = """\
Bring the model of a run to the hub, with its card. The token comes from HF_TOKEN, the hub's address from
HF_ENDPOINT where it is another than the public one."""
WORDS = {
    "run": Word("folder of the run, or its folder model/"),
    "repo": Word("owner/name of the repository, which is made if need be"),
    "private": Word("whether a repository that is made is private", "true", BOOLEAN),
    "update": Word("whether a repository that has files already gets the model", "false", BOOLEAN),
    "message": Word("of the commit", "Fine-tuned with Haechi"),
}


def main(arguments: Sequence[str]) -> int:
    """Push; the exit status comes back: 0, 2 for a diagnostic, 130 for Ctrl-C."""
    if any(item in HELP for item in arguments):
        sys.stdout.write(help_text(PURPOSE, WORDS, EXAMPLE))
        return 0
    try:
        words = read_words(arguments, WORDS, EXAMPLE)
        for key in ("run", "repo"):
            if key not in words:
                raise RunFault(f"it is not said which {key}", [], [EXAMPLE])
        address = push(
            find_model(words["run"]), words["repo"], private=words["private"] == "true",
            update=words["update"] == "true", message=words["message"],
        )  # fmt: skip
    except RunFault as fault:
        sys.stderr.write(f"{fault.text}\n")
        return FAULT
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was committed\n")
        return 130
    sys.stdout.write(f"{address}\n")
    return 0


def push(folder: Path, repo: str, *, private: bool, update: bool, message: str) -> str:
    """Commit a model's folder to a repository; the address of the repository comes back.

    Args:
        folder: the model's.
        repo: owner and name.
        private: whether a repository that is made is private.
        update: whether one that has files may be changed.
        message: of the commit.

    Raises:
        RunFault: the hub is out of reach, refuses, or has files there that are not to be changed.
    """
    token = os.environ.get("HF_TOKEN", "").strip()
    if not token:
        raise RunFault(
            "HF_TOKEN is not set, and the hub takes nothing from strangers",
            ["a token that may write is made on the hub's page of access tokens"],
            ["HF_TOKEN=hf_... python src/push.py ..."],
        )
    from huggingface_hub import HfApi, constants, errors

    if constants.HF_HUB_OFFLINE:
        raise RunFault("HF_HUB_OFFLINE forbids the network", [], ["HF_HUB_OFFLINE=0 python src/push.py ..."])
    api = HfApi(token=token)
    try:
        return _push(api, folder, repo, private, update, message)
    except errors.HFValidationError as error:
        raise RunFault(f"`{repo}` is no name of a repository", [_line(error)], ["repo=owner/name"]) from error
    except errors.HfHubHTTPError as error:
        raise _refused(error, repo, api.endpoint) from error
    except RunFault:
        raise
    except OSError as error:
        raise RunFault(f"the model could not be read: {_line(error)}") from error
    except Exception as error:
        # The client wraps what an upload of a large file raises.
        cause = error.__cause__ if type(error) is RuntimeError and error.__cause__ else error
        if isinstance(cause, errors.HfHubHTTPError):
            raise _refused(cause, repo, api.endpoint) from error
        if not type(cause).__module__.startswith("httpx"):
            raise
        raise RunFault(
            f"{api.endpoint} cannot be reached ({type(cause).__name__}: {_line(cause)})",
            ["the run's folder is as it was; push again when the network is back"],
        ) from error


def _push(api: "HfApi", folder: Path, repo: str, private: bool, update: bool, message: str) -> str:
    from huggingface_hub import CommitOperationAdd

    made = api.create_repo(repo, private=private, exist_ok=True)
    there = api.model_info(made.repo_id).siblings or []
    names = [item.rfilename for item in there if item.rfilename != ".gitattributes"]
    if names and not update:
        raise RunFault(
            f"the repository `{made.repo_id}` has {len(names)} files already",
            [f"among them {', '.join(names[:4])}"],
            ["update=true"],
        )
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    operations = [
        CommitOperationAdd(path.relative_to(folder).as_posix(), _content(path, made.repo_id))
        for path in paths
    ]
    api.create_commit(made.repo_id, operations, commit_message=message)
    return str(made)


def _content(path: Path, repo: str) -> Any:
    """A file, or the card with the repository's name where it says how to load the model."""
    if path.name != CARD:
        return str(path)
    return path.read_text(encoding="utf-8").replace(f'"{PLACEHOLDER}"', f'"{repo}"').encode()


def _refused(error: Any, repo: str, endpoint: str) -> RunFault:
    status = error.response.status_code
    said = [f"it says: {_line(error.server_message or error)}"] if hasattr(error, "server_message") else []
    if status == 401:
        return RunFault(f"{endpoint} does not know the token in HF_TOKEN", said)
    if status == 403:
        return RunFault(
            f"the token in HF_TOKEN may not write to `{repo}`",
            [*said, "a token has its own rights: to read, or to write to certain repositories"],
        )
    return RunFault(f"{endpoint} answered with status {status} and has not taken the model", said)


def _line(error: object) -> str:
    """What was said, on one line."""
    return " ".join(str(error).split())[:300]
