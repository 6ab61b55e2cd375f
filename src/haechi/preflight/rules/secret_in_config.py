"""SEC001."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, cast

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule

SECRETS = re.compile(
    r"https://hooks\.slack\.com/|https?://[^/\s]*discord[^/\s]*/api/webhooks/|\bxox[abpr]-[\w-]{8,}"
    r"|\bhf_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b|://[^/\s:@]+:[^/\s@]+@"
)


def mask(text: str) -> str:
    """A text without anything that looks like a webhook or a token; quotes around it are left."""
    return re.sub(rf"(?:{SECRETS.pattern})[^\s\"'`\]}},]*", "***", text)


@rule("SEC001")
def secret_in_config(evidence: Evidence) -> Iterator[Problem]:
    """A secret stands in the config.

    ## What
    A value looks like a webhook, a token, or an address with a password in it.

    ## Why
    The config is saved with the run, logged to the tracking server and shown in reports; a sweep puts
    overrides into folder names.

    ## Example
    `python src/train.py notify.webhook_env=https://hooks.slack.com/services/T0/B0/x`

    ## What to do
    Put it into an environment variable and name the variable: `notify.webhook_env=SLACK_WEBHOOK_URL`.
    The tracking server's password goes into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.

    ## References
    - https://github.com/facebookresearch/hydra/issues/2249
    """
    for key, value in _texts(evidence.config, ""):
        if SECRETS.search(value):
            yield Problem(
                f"`{key}` holds what looks like a secret, and the config is saved with the run",
                keys=[],
                notes=[f"set in {evidence.run.origins.of(key)}; its value is not shown here"],
                fixes=[[f"~{key}"]] if evidence.run.origins.of(key) == "command line" else [],
            )


def _texts(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    if is_dataclass(node):
        for item in fields(node):
            yield from _texts(getattr(node, item.name), f"{prefix}{item.name}.")
    elif isinstance(node, dict):
        for key, value in cast(dict[str, Any], node).items():
            yield from _texts(value, f"{prefix}{key}.")
    elif isinstance(node, list):
        for value in cast(list[Any], node):
            yield from _texts(value, prefix)
    elif isinstance(node, str):
        yield prefix.rstrip("."), node
