"""NOTIFY001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


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
    """
    notify, environment = evidence.config.notify, evidence.run.environment
    if notify.kind == "none":
        return
    keys = ["notify.webhook_env", "notify.required"]
    if environment.webhook_is_set and not environment.webhook_is_url:
        yield Problem(
            f"the variable {notify.webhook_env} holds no http address", keys=keys, fixes=[["notify=none"]]
        )
    elif notify.required and not environment.webhook_is_set:
        yield Problem(
            f"a message is required, and the variable {notify.webhook_env} is not set",
            keys=keys,
            fixes=[["notify.required=false"]],
        )
