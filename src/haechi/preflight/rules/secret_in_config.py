"""SEC001."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, cast

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

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

    # 설정에 비밀이 들어 있습니다

    ## 무엇
    값이 웹훅이나 토큰, 또는 비밀번호가 든 주소로 보입니다.

    ## 왜
    설정은 실행과 함께 저장되고, 추적 서버에 기록되고, 보고서에 나타납니다. 스윕은 오버라이드를 폴더
    이름에도 씁니다.

    ## 할 일
    환경 변수에 넣고 변수의 이름을 적습니다: `notify.webhook_env=SLACK_WEBHOOK_URL`. 추적 서버의 비밀번호는
    MLFLOW_TRACKING_USERNAME과 MLFLOW_TRACKING_PASSWORD에 넣습니다.
    """
    for key, value in _texts(evidence.run.config, ""):
        if SECRETS.search(value):
            yield Problem(
                Text(
                    f"`{key}` holds what looks like a secret, and the config is saved with the run",
                    f"`{key}`에 비밀로 보이는 값이 있는데, 설정은 실행과 함께 저장됩니다",
                ),
                keys=[],
                notes=[
                    Text(
                        f"set in {evidence.run.origins.of(key)}; its value is not shown here",
                        f"정한 곳: {evidence.run.origins.of(key)}. 값은 보이지 않습니다",
                    )
                ],
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
