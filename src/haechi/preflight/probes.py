"""Does anybody answer? Servers that a run will need are asked side by side, for a second in all."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from haechi.text import Text

PATIENCE_SECONDS = 1.0
# What can be asked.
TRACKING, WEBHOOK = "tracking", "webhook"
NO_ANSWER = Text(f"no answer within {PATIENCE_SECONDS:g} s", f"{PATIENCE_SECONDS:g}초 안에 답이 없습니다")


class Probes:
    """Questions to the network, each in a thread of its own; with nothing to ask there is no thread."""

    def __init__(self, asked: Mapping[str, Callable[[], Text | None]]) -> None:
        """Begin to ask; each function returns why nobody answers, or None when somebody does."""
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._found: dict[str, Text | None] = {}
        self._threads = {
            name: threading.Thread(
                target=self._ask, args=(name, ask), name=f"haechi-probe-{name}", daemon=True
            )
            for name, ask in asked.items()
        }
        for name, thread in list(self._threads.items()):
            try:
                thread.start()
            except RuntimeError:  # no more threads: nothing is known then, and nothing is said
                del self._threads[name]

    def silence(self, name: str) -> Text | None:
        """Why a server does not answer; None when it does, or was not asked."""
        if name not in self._threads:
            return None
        # A name that is looked up, or an answer that trickles, is bounded by no time limit of a socket.
        self._threads[name].join(max(0.0, self._deadline - time.monotonic()))
        return self._found.get(name, NO_ANSWER)

    def _ask(self, name: str, ask: Callable[[], Text | None]) -> None:
        try:
            self._found[name] = ask()
        except OSError as error:
            self._found[name] = _reason(error)
        except Exception:
            # An answer that is no HTTP, an address that nobody can read: not a matter of the network.
            self._found[name] = None


def ask_tracking(uri: str) -> Text | None:
    """Ask an MLflow server for /health, as its own client would get there, proxies included.

    An answer of any status below 500 is one: a server behind a login may keep its health to itself.
    """
    from urllib import error, request

    parts = urlsplit(uri)
    # A user name and a password belong into a header, which no health needs.
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/health"
    try:
        # urlopen would keep the proxies that it met first.
        with request.build_opener().open(address, timeout=PATIENCE_SECONDS):
            return None
    except error.HTTPError as refused:
        status = refused.code
        return None if status < 500 else Text(f"it answers {status}", f"상태 {status}로 답합니다")
    except error.URLError as failed:
        return _reason(failed.reason if isinstance(failed.reason, Exception) else failed)


def ask_webhook(scheme: str, host: str, port: int) -> Text | None:
    """Connect to a webhook's server, or to the proxy that stands before it; nothing is sent.

    Raises:
        OSError: nobody takes the connection.
    """
    from urllib import request

    proxy = request.getproxies().get(scheme)
    if proxy and not request.proxy_bypass(host):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        host, port = parts.hostname or host, parts.port or 80
    socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    return None


def _reason(error: Exception) -> Text | None:
    """Why nobody answers, in a few words; None where somebody does, only not as asked."""
    match error:
        case ssl.SSLError():
            return None  # certificates are settled between MLflow and its server
        case ConnectionRefusedError():
            return Text("connection refused", "연결을 거절합니다")
        case socket.gaierror():
            return Text("its name is not known", "이름을 찾을 수 없습니다")
        case TimeoutError():
            return NO_ANSWER
        case OSError() if error.strerror:
            return Text(error.strerror.lower(), error.strerror)
        case _:
            return Text(type(error).__name__, type(error).__name__)
