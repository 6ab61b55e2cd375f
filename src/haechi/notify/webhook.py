"""One post to a webhook: bounded in time, never raising, silent about the address.

Whoever knows a webhook's address can post to the channel, so neither the address nor its path may
reach a log, an exception or a message.
"""

import logging
import queue
import ssl
import threading
from socket import gaierror
from typing import Any
from urllib.parse import urlsplit

SLACK_TEXT_LIMIT = 40_000
"""Characters of a message beyond which Slack cuts it, and with it the end of a traceback."""

_POSTING = "haechi-post"
# Slack's own secret has 24 characters; a short last segment is a word that texts may hold anyway.
_SHORTEST_SECRET = 16


class Webhook:
    """An address that takes posts, each answered or given up after `timeout_seconds`."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._secrets = _secrets(url)
        self._timeout_seconds = timeout_seconds
        self.no_answer = f"no answer within {timeout_seconds:g} s"

    def post(self, payload: dict[str, Any]) -> str | None:
        """Post the payload, its text masked and cut; the reason why it was not delivered, or None."""
        payload = payload | {"text": _shorten(self.mask(payload["text"]))}
        answer: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        # A time limit of requests holds for one read of the socket: it ends neither a look-up of the host
        # name nor an answer that arrives byte by byte. A thread that is left behind bounds both.
        def attempt() -> None:
            answer.put(self._attempt(payload))

        threading.Thread(target=attempt, name=_POSTING, daemon=True).start()
        try:
            return answer.get(timeout=self._timeout_seconds)
        except queue.Empty:
            return self.no_answer

    def mask(self, text: str) -> str:
        """The text with `***` in place of the address and of its parts."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _attempt(self, payload: dict[str, Any]) -> str | None:
        import requests

        _keep_urllib3_quiet()
        try:
            # The status tells; a body may trickle. A redirect would turn the post into a mere look at a page.
            with requests.post(
                self._url, json=payload, timeout=self._timeout_seconds, stream=True, allow_redirects=False
            ) as response:
                return None if response.status_code // 100 == 2 else f"answered {response.status_code}"
        except requests.Timeout:
            return self.no_answer
        except Exception as error:
            return _reason(error)


def _reason(error: BaseException) -> str:
    """Why a post failed, in words of ours: the texts of requests' errors hold the path."""
    known: BaseException | None = error
    while known is not None:
        match known:
            case ConnectionRefusedError():
                return "connection refused"
            case ConnectionResetError() | BrokenPipeError():
                return "connection closed without an answer"
            case gaierror():
                return "host name not found"
            case ssl.SSLError():
                return "no secure connection"
            case ValueError():
                return "the webhook is not a URL"
        known = known.__cause__ or known.__context__
    return type(error).__name__


def _secrets(url: str) -> list[str]:
    """What must not be shown of the address, longest first."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    path = parts.path if parts.path.strip("/") else ""
    query = f"?{parts.query}" if parts.query else ""
    found = {url, url.rstrip("/"), path + query, path.rstrip("/")}
    last = path.rstrip("/").rpartition("/")[2]
    if len(last) >= _SHORTEST_SECRET:
        found.add(last)
    return sorted(found - {""}, key=len, reverse=True)


def _shorten(text: str) -> str:
    """The text within Slack's limit: its head, which names the run, and its tail, which names the error."""
    if len(text) <= SLACK_TEXT_LIMIT:
        return text
    mark = "\n[... the middle was cut ...]\n"
    half = (SLACK_TEXT_LIMIT - len(mark)) // 2
    return text[:half] + mark + text[-half:]


class _NotWhilePosting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return threading.current_thread().name != _POSTING


_not_while_posting = _NotWhilePosting()


def _keep_urllib3_quiet() -> None:
    # At level DEBUG it writes every request's path. To add the same filter again changes nothing.
    logging.getLogger("urllib3.connectionpool").addFilter(_not_while_posting)
