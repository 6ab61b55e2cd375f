"""Slack messages in knockknock's words, kept from preventing, delaying or failing a run.

knockknock's decorator posts before and after the function it decorates, without a time limit, and
raises when a post fails. So it decorates a function that only waits, in a thread of its own, to hear
how the run ended; what the decorator raises ends there.
"""

import importlib.util
import json
import logging
import queue
import threading
from collections.abc import Callable
from importlib.machinery import PathFinder
from types import ModuleType, SimpleNamespace

from haechi.notify.webhook import Webhook
from haechi.schema.notify import NotifyConfig

log = logging.getLogger("haechi.notify")


class RunCrashed(Exception):
    """Stands in knockknock's thread for the error that ended the run, which is its cause.

    knockknock knows `Exception` only, not KeyboardInterrupt or SystemExit; and to raise the run's own
    error in another thread would put frames into the traceback that the user sees.
    """


class KnockknockNotifier:
    """Announces one run on Slack; the end of the run waits at most `config.timeout_seconds`."""

    def __init__(self, config: NotifyConfig, webhook_url: str, title: str) -> None:
        """Prepare the messages of the run called `title`; nothing is sent and nothing raised."""
        self._config = config
        self._webhook = Webhook(webhook_url, config.timeout_seconds)
        self._asked: list[str] = []
        self._alerts: list[str] = []
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()
        self._posting = "start"
        self._outcome: queue.SimpleQueue[tuple[str, str | RunCrashed]] = queue.SimpleQueue()
        self._over = threading.Event()
        self._failure = ""
        try:
            self._announced = self._decorate(webhook_url, title)
        except Exception as error:
            self._failure = self._webhook.mask(f"knockknock cannot be loaded ({error})")

    def start(self) -> None:
        """Post the start message; returns at once. A second call does nothing."""
        if self._asked:
            return
        self._asked.append("start")
        if self._failure:
            self._over.set()
            self._settle("start", self._failure)
            return
        try:
            threading.Thread(target=self._converse, name="haechi-notify", daemon=True).start()
        except RuntimeError:
            self._fail("no thread could be started")

    def alert(self, text: str) -> None:
        """Post a text between the two messages of knockknock, under its name; returns at once."""
        payload = {"text": text, "username": "Knock Knock", "icon_emoji": ":rotating_light:"}
        if self._config.channel:
            payload["channel"] = self._config.channel
        self._alerts.append("alert")

        def post() -> None:
            self._settle("alert", self._webhook.post(payload))

        threading.Thread(target=post, name="haechi-alert", daemon=True).start()

    def finish(self, summary: str) -> None:
        """Post the finish message with the summary as the returned value."""
        self._end("finish", summary)

    def crash(self, error: BaseException) -> None:
        """Post the crash message with the error and its traceback; the error is left as it is."""
        crashed = RunCrashed(_what_happened(error))
        crashed.__cause__ = error
        self._end("crash", crashed)

    def delivery(self) -> dict[str, str]:
        """What became of each message asked for: `delivered` or `not delivered: <reason>`."""
        return {
            message: self._told.get(message, "not delivered: no answer yet")
            for message in [*self._asked, *self._alerts]
        }

    def _decorate(self, webhook_url: str, title: str) -> Callable[[], str]:
        """Knockknock's decorator around the wait for the outcome."""

        def run() -> str:
            self._posting, outcome = self._outcome.get()
            if isinstance(outcome, RunCrashed):
                raise outcome
            return outcome

        run.__name__ = title
        knockknock = _load_slack_module()
        vars(knockknock)["requests"] = SimpleNamespace(post=self._post)
        return knockknock.slack_sender(webhook_url, self._config.channel, self._config.user_mentions)(run)

    def _converse(self) -> None:
        try:
            self._announced()
        except RunCrashed as crashed:
            # knockknock raises it again once it is posted. The run's frames, and the tensors in them, go.
            crashed.__cause__ = None
        except Exception as error:
            self._fail(f"knockknock raised {type(error).__name__}")
        finally:
            self._over.set()

    def _post(self, url: str, data: str) -> None:
        """What knockknock calls as `requests.post`."""
        payload = json.loads(data)
        if not payload["channel"]:
            del payload["channel"]
        self._settle(self._posting, self._webhook.post(payload))

    def _end(self, message: str, outcome: str | RunCrashed) -> None:
        self.start()
        self._asked.append(message)
        if len(self._asked) > 2:
            self._settle(message, "another end of the run was announced before")
            return
        if not self._over.is_set():
            self._outcome.put((message, outcome))
            # The only wait in a run.
            self._over.wait(self._config.timeout_seconds)
        for asked in self._asked:
            if asked not in self._told:
                self._settle(asked, self._failure or self._webhook.no_answer)

    def _fail(self, reason: str) -> None:
        self._failure = reason
        self._settle(self._posting, reason)
        self._over.set()

    def _settle(self, message: str, reason: str | None) -> None:
        """Keep what became of a message: the first answer, or a delivery after the wait was given up."""
        with self._lock:
            first = message not in self._told
            if first or reason is None:
                self._told[message] = f"not delivered: {reason}" if reason else "delivered"
        if first and reason:
            log.warning("notify: the %s message was not delivered: %s", message, reason)


def _load_slack_module() -> ModuleType:
    """A copy of knockknock's Slack module for one notifier, with `requests` to be replaced.

    The file is loaded without its package, which would import a client of every service (0.4 s). It is
    loaded in the run's own thread, because what it imports must not meet the imports of mlflow: urllib3
    1.26 imports modules while it holds the lock of all imports, so two threads can wait for each other
    for ever. Raises ImportError when knockknock is not installed.
    """
    # requests imports it in the middle of a post, which is too late for the same reason.
    import netrc  # noqa: F401

    package = importlib.util.find_spec("knockknock")
    spec = package and PathFinder.find_spec("knockknock.slack_sender", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ImportError("knockknock is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _what_happened(error: BaseException) -> str:
    try:
        match error:
            case KeyboardInterrupt():
                return "the run was interrupted (KeyboardInterrupt)"
            case SystemExit():
                return f"the run was ended (SystemExit {error.code})"
            case _:
                return f"{type(error).__name__}: {error}"
    except Exception:
        return f"{type(error).__name__}, whose text cannot be shown"
