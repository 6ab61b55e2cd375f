"""NOTIFY001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.webhook_variable_is_no_name import is_name
from haechi.text import Text


@rule("NOTIFY001")
def missing_webhook(evidence: Evidence) -> Iterator[Problem]:
    """A message is required, and there is no webhook to send it to.

    ## What
    `notify.required=true`, and the environment variable that `notify.webhook_env` names is not set; or it
    is set to something that is no address.

    ## Why
    knockknock finds out when it posts its first message, and ends the run with its own error.

    ## Example
    `python src/train.py notify.required=true` without SLACK_WEBHOOK_URL

    ## What to do
    Set the variable (`export SLACK_WEBHOOK_URL=...`), or let the run go on in silence:
    `notify.required=false`, `notify=none`.

    ## References
    - https://api.slack.com/messaging/webhooks

    # 알림이 꼭 필요한데 보낼 웹훅이 없습니다

    ## 무엇
    `notify.required=true`인데 `notify.webhook_env`가 가리키는 환경 변수가 없습니다. 또는 그 값이 주소가
    아닙니다.

    ## 왜
    knockknock은 첫 알림을 보낼 때에야 알아차리고, 자신의 오류로 실행을 끝냅니다.

    ## 할 일
    변수를 정하거나(`export SLACK_WEBHOOK_URL=...`), 알림 없이 실행합니다: `notify.required=false`,
    `notify=none`.
    """
    notify, environment = evidence.config.notify, evidence.environment
    if notify.kind == "none" or not (environment.webhook_is_set or is_name(notify)):
        return  # NOTIFY003 says the latter, without the value
    keys = ["notify.webhook_env", "notify.required"]
    if environment.webhook_is_set and not environment.webhook_is_url:
        yield Problem(
            Text(
                f"the variable {notify.webhook_env} holds no http address",
                f"환경 변수 {notify.webhook_env}의 값이 http 주소가 아닙니다",
            ),
            keys=keys,
            fixes=[["notify=none"]],
        )
    elif notify.required and not environment.webhook_is_set:
        yield Problem(
            Text(
                f"a message is required, and the variable {notify.webhook_env} is not set",
                f"알림이 꼭 필요한데 환경 변수 {notify.webhook_env}이(가) 없습니다",
            ),
            keys=keys,
            fixes=[["notify.required=false"]],
        )
