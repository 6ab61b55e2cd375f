"""NOTIFY002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.probes import WEBHOOK
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("NOTIFY002", Severity.warning, essential=False)
def unreachable_webhook(evidence: Evidence) -> Iterator[Problem]:
    """The webhook's server takes no connection.

    ## What
    The server of the webhook, or the proxy before it, takes no connection within a second. Nothing is
    sent to it. An error with `notify.required=true`.

    ## Why
    Compute nodes often have no way out. knockknock would raise at the first message and end the run;
    Haechi's run goes on, but nobody hears how it ended.

    ## Example
    `SLACK_WEBHOOK_URL=http://127.0.0.1:9/x python src/train.py`

    ## What to do
    Set `https_proxy` where a proxy leads out, or go without messages: `notify=none`.

    ## References
    - https://api.slack.com/messaging/webhooks

    # 웹훅의 서버가 연결을 받지 않습니다

    ## 무엇
    웹훅의 서버나 그 앞의 프록시가 1초 안에 연결을 받지 않습니다. 아무것도 보내지 않고 확인합니다.
    `notify.required=true`이면 오류입니다.

    ## 왜
    계산 노드는 바깥으로 나가는 길이 없는 일이 많습니다. knockknock이라면 첫 알림에서 오류를 내고 실행을
    끝냅니다. Haechi의 실행은 계속되지만, 어떻게 끝났는지 아무도 듣지 못합니다.

    ## 할 일
    프록시로 나갈 수 있으면 `https_proxy`를 정하고, 아니면 알림 없이 실행합니다: `notify=none`.
    """
    why = evidence.probes.silence(WEBHOOK)
    if why is None:
        return
    notify, environment = evidence.config.notify, evidence.environment
    server = f"{environment.webhook_host}:{environment.webhook_port}"
    yield Problem(
        Text(
            f"the webhook's server `{server}` cannot be reached: {why}",
            f"웹훅의 서버 `{server}`에 닿을 수 없습니다: {why.ko}",
        ),
        keys=["notify.webhook_env", "notify.required"],
        notes=[
            Text(
                "the run would go on, and nobody would hear how it ended",
                "실행은 계속되지만, 어떻게 끝났는지 아무도 듣지 못합니다",
            )
        ]
        if not notify.required
        else [],
        fixes=[["notify=none"]],
        severity=Severity.error if notify.required else None,
    )
