"""NOTIFY003."""

import re
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.secret_in_config import SECRETS
from haechi.schema.notify import NotifyConfig
from haechi.text import Text

# Names that a shell can export.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@rule("NOTIFY003")
def webhook_variable_is_no_name(evidence: Evidence) -> Iterator[Problem]:
    """The setting for a variable's name holds something else.

    ## What
    `notify.webhook_env` is an address, or a text that cannot be the name of an environment variable. An
    address of Slack or Discord is a secret by its looks, and SEC001's.

    ## Why
    The setting names the variable that holds the webhook. An address there is taken for a name, no such
    variable is set, and the run is silent; and the address, which lets anybody post, is saved with the
    run. Its value is not shown here.

    ## Example
    `python src/train.py notify.webhook_env=https://example.com/hook`

    ## What to do
    `export SLACK_WEBHOOK_URL=...` and leave the setting alone, or name another variable:
    `notify.webhook_env=TEAM_WEBHOOK`.

    ## References
    - https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html

    # 변수의 이름이 올 설정에 다른 것이 들어 있습니다

    ## 무엇
    `notify.webhook_env`가 주소이거나, 환경 변수의 이름이 될 수 없는 글자입니다. Slack이나 Discord의 주소는
    생김새로 비밀임을 알 수 있어 SEC001이 다룹니다.

    ## 왜
    이 설정에는 웹훅이 든 변수의 이름을 적습니다. 주소를 적으면 이름으로 여겨 그런 변수가 없다고 보고 알림
    없이 실행합니다. 게다가 누구나 글을 올릴 수 있게 하는 그 주소가 실행과 함께 저장됩니다. 값은 여기에
    보이지 않습니다.

    ## 할 일
    `export SLACK_WEBHOOK_URL=...`을 하고 설정은 그대로 두거나, 다른 변수의 이름을 적습니다:
    `notify.webhook_env=TEAM_WEBHOOK`.
    """
    notify = evidence.config.notify
    if notify.kind == "none" or evidence.environment.webhook_is_set or is_name(notify):
        return
    if SECRETS.search(notify.webhook_env):
        return  # SEC001 says it, and cannot be silenced
    address = "://" in notify.webhook_env
    back = ["~notify.webhook_env"] if evidence.run.origins.is_typed("notify.webhook_env") else []
    yield Problem(
        Text(
            "`notify.webhook_env` holds an address, and the name of a variable belongs there",
            "`notify.webhook_env`에 주소가 들어 있는데, 변수의 이름을 적어야 합니다",
        )
        if address
        else Text(
            "`notify.webhook_env` holds a text that cannot be the name of a variable",
            "`notify.webhook_env`에 변수의 이름이 될 수 없는 글자가 들어 있습니다",
        ),
        # Its value may be the secret itself.
        keys=[],
        notes=[
            Text(
                "the value is not shown; a webhook belongs into the variable SLACK_WEBHOOK_URL",
                "값은 보이지 않습니다. 웹훅은 환경 변수 SLACK_WEBHOOK_URL에 넣습니다",
            )
        ],
        fixes=[back or ["notify.webhook_env=SLACK_WEBHOOK_URL"]],
    )


def is_name(notify: NotifyConfig) -> bool:
    """Whether `notify.webhook_env` can be the name of a variable, so that it may be shown."""
    return NAME.fullmatch(notify.webhook_env) is not None
