"""Notification: who hears that a run started and how it ended."""

import logging
import os
from typing import Protocol

from haechi import launch
from haechi.notify.knockknock import KnockknockNotifier
from haechi.notify.none import Silence
from haechi.schema.notify import NotifyConfig

log = logging.getLogger(__name__)


class Notifier(Protocol):
    """Tells people that a run started and how it ended; never raises, never waits long."""

    def start(self) -> None:
        """Announce the run; returns at once."""
        ...

    def alert(self, text: str) -> None:
        """Send a text in the middle of the run; returns at once."""
        ...

    def finish(self, summary: str) -> None:
        """Announce a run that ended well, with the text to send."""
        ...

    def crash(self, error: BaseException) -> None:
        """Announce a run that ended with this error, which is left as it is."""
        ...

    def delivery(self) -> dict[str, str]:
        """What became of each message: `delivered` or `not delivered: <reason>`; empty when off."""
        ...


def build_notifier(config: NotifyConfig, title: str) -> Notifier:
    """Notifier of one run, which messages call by `title`.

    Silent where the variable named by `config.webhook_env` is not set, and in every process of a
    distributed run but the first. Raises ValueError on a kind that does not exist.
    """
    match config.kind:
        case "slack":
            return _slack(config, title)
        case "none":
            return Silence()
        case _:
            raise ValueError(f"notify.kind={config.kind!r} does not exist; there are slack and none")


def _slack(config: NotifyConfig, title: str) -> Notifier:
    if not launch.is_first():
        return Silence()
    webhook_url = os.environ.get(config.webhook_env, "").strip()
    if webhook_url:
        return KnockknockNotifier(config, webhook_url, title)
    # Somebody may have given the webhook itself where its variable's name belongs.
    name = config.webhook_env if config.webhook_env.isidentifier() else "the variable of notify.webhook_env"
    log.info("notify: off, %s is not set", name)
    return Silence()
