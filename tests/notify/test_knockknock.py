"""What a run may count on: it is announced, and whatever the webhook does, it neither waits nor fails."""

import json
import logging
import os
import queue
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from haechi.notify import KnockknockNotifier, Notifier, Silence, build_notifier
from haechi.notify.webhook import SLACK_TEXT_LIMIT
from haechi.schema.notify import NotifyConfig

SOURCES = Path(__file__).resolve().parents[2] / "src"
TITLE = "train task=sample_topic model=tiny pooling=mean"
SECRET = "abcdefghijklmnopqrstuvwx"
PATH = f"/services/T01234567/B01234567/{SECRET}"


Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


class Slack:
    """A web server on this machine that records what is posted and answers as it is told."""

    def __init__(self, answer: Answer) -> None:
        self.bodies: queue.Queue[dict] = queue.Queue()
        self.closing = threading.Event()
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                slack.bodies.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                answer(self, slack.closing)

            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def next(self) -> dict:
        return self.bodies.get(timeout=5)

    def close(self) -> None:
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()


def answers(status: int) -> Answer:
    def answer(request: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        request.send_response(status)
        request.send_header("Location", "/sign-in")
        request.end_headers()
        request.wfile.write(b"ok")

    return answer


def hangs(request: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    closing.wait()


def hangs_up(request: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


def trickles(request: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok":
        request.wfile.write(bytes([byte]))
        if closing.wait(0.25):
            return


def trickles_the_body(request: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    while not closing.wait(1.0):
        request.wfile.write(b"o")


@pytest.fixture(autouse=True)
def only_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "SLACK_WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def serve() -> Iterator[Callable[..., Slack]]:
    started: list[Slack] = []

    def start(answer: Answer | None = None) -> Slack:
        started.append(Slack(answer or answers(200)))
        return started[-1]

    yield start
    for slack in started:
        slack.close()


@pytest.fixture
def notifier_for(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Notifier]:
    def build(url: str, title: str = TITLE, **config: object) -> Notifier:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", url)
        return build_notifier(NotifyConfig(kind="slack", **config), title)

    return build


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fail_in_training(text: str = "the loss is not a number") -> None:
    raise ArithmeticError(text)


def caught(function: Callable[[], None]) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def seconds(call: Callable[[], None]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_start_and_finish_arrive_with_title_summary_and_host(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url, user_mentions=["<@U0123>"])
    notifier.start()
    start = slack.next()
    notifier.finish("validation/macro_f1 0.8571\noutputs/sample_topic/1")
    finish = slack.next()

    assert "Your training has started" in start["text"]
    assert f"Main call: {TITLE}" in start["text"]
    assert "Your training is complete" in finish["text"]
    assert f"Main call: {TITLE}" in finish["text"]
    assert "validation/macro_f1 0.8571\noutputs/sample_topic/1" in finish["text"]
    assert "Training duration: 0:00:0" in finish["text"]
    for message in (start, finish):
        assert f"Machine name: {socket.gethostname()}" in message["text"]
        assert message["text"].endswith("<@U0123>")
        assert "channel" not in message
    assert notifier.delivery() == {"start": "delivered", "finish": "delivered"}


def test_the_channel_is_sent_when_one_is_given(serve, notifier_for):
    slack = serve()
    notifier_for(slack.url, channel="#runs").start()
    assert slack.next()["channel"] == "#runs"


def test_a_crash_arrives_with_the_error_and_its_traceback(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.start()
    slack.next()
    notifier.crash(caught(fail_in_training))
    text = slack.next()["text"]

    assert "Your training has crashed" in text
    assert "ArithmeticError: the loss is not a number" in text
    assert "in fail_in_training" in text
    assert notifier.delivery() == {"start": "delivered", "crash": "delivered"}


def test_the_error_that_the_caller_holds_stays_as_it_is(serve, notifier_for):
    error = caught(fail_in_training)
    traceback, frames = error.__traceback__, []
    notifier = notifier_for(serve().url)
    notifier.start()
    notifier.crash(error)

    walk = error.__traceback__
    while walk is not None:
        frames.append(walk.tb_frame.f_code.co_name)
        walk = walk.tb_next
    assert error.__traceback__ is traceback
    assert frames == ["caught", "fail_in_training"]
    assert error.__cause__ is None
    assert error.__context__ is None


def test_nothing_of_the_crashed_run_is_kept_alive(serve, notifier_for):
    class Tensor:
        pass

    kept: list[weakref.ref] = []

    def run() -> None:
        tensor = Tensor()
        kept.append(weakref.ref(tensor))
        raise MemoryError

    notifier = notifier_for(serve().url)
    notifier.start()
    notifier.crash(caught(run))
    assert kept[0]() is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "the run was interrupted (KeyboardInterrupt)"),
        (SystemExit(143), "the run was ended (SystemExit 143)"),
        (KeyError("label"), "KeyError: 'label'"),
    ],
)
def test_whatever_ends_a_run_is_announced(serve, notifier_for, error, said):
    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.start()
    notifier.crash(error)
    slack.next()
    assert said in slack.next()["text"]
    assert notifier.delivery()["crash"] == "delivered"


def test_an_error_without_a_text_is_announced(serve, notifier_for):
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.crash(Mute())
    assert "Mute, whose text cannot be shown" in [slack.next(), slack.next()][1]["text"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_an_answer_that_is_a_refusal_is_reported(serve, notifier_for, caplog, status):
    slack = serve(answers(status))
    notifier = notifier_for(slack.url)
    notifier.start()
    notifier.finish("done")
    assert notifier.delivery() == {
        "start": f"not delivered: answered {status}",
        "finish": f"not delivered: answered {status}",
    }
    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("haechi.notify", "WARNING", f"notify: the {message} message was not delivered: answered {status}")
        for message in ("start", "finish")
    ]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://127.0.0.1:{closed_port()}{PATH}", "connection refused"),
        (f"hooks.slack.com{PATH}", "the webhook is not a URL"),
        (f"http://[::1{PATH}", "the webhook is not a URL"),
    ],
    ids=["closed port", "no scheme", "broken address"],
)
def test_a_webhook_that_cannot_be_reached_is_reported(notifier_for, caplog, url, reason):
    caplog.set_level(logging.DEBUG)
    notifier = notifier_for(url)
    notifier.start()
    notifier.finish("done")
    assert notifier.delivery() == {"start": f"not delivered: {reason}", "finish": f"not delivered: {reason}"}
    assert SECRET not in caplog.text


def test_a_host_that_does_not_exist_is_reported(notifier_for):
    notifier = notifier_for(f"http://no-such-host.invalid{PATH}")
    assert seconds(lambda: notifier.finish("done")) < 4.5
    # Some machines' resolvers take longer than the time that a run has.
    assert notifier.delivery()["finish"] in (
        "not delivered: host name not found",
        "not delivered: no answer within 4 s",
    )


def test_a_webhook_that_hangs_up_is_reported(serve, notifier_for):
    notifier = notifier_for(serve(hangs_up).url)
    notifier.start()
    notifier.finish("done")
    assert notifier.delivery()["finish"] == "not delivered: connection closed without an answer"


@pytest.mark.parametrize("answer", [hangs, trickles])
def test_a_hanging_webhook_delays_no_more_than_the_timeout(serve, notifier_for, caplog, answer):
    notifier = notifier_for(serve(answer).url, timeout_seconds=1.0)
    assert seconds(notifier.start) < 0.2
    assert notifier.delivery() == {"start": "not delivered: no answer yet"}
    assert seconds(lambda: notifier.finish("done")) < 1.5
    assert notifier.delivery() == {
        "start": "not delivered: no answer within 1 s",
        "finish": "not delivered: no answer within 1 s",
    }
    assert len(caplog.records) == 2


@pytest.mark.parametrize("answer", [hangs, trickles])
def test_a_webhook_that_hung_at_the_start_is_tried_again_at_the_end(serve, notifier_for, answer):
    slack = serve(answer)
    notifier = notifier_for(slack.url, timeout_seconds=0.5)
    notifier.start()
    slack.next()
    time.sleep(0.8)
    assert notifier.delivery() == {"start": "not delivered: no answer within 0.5 s"}
    assert seconds(lambda: notifier.crash(caught(fail_in_training))) < 1.0
    assert "fail_in_training" in slack.next()["text"]


def test_a_webhook_that_accepts_but_is_never_served_delays_no_more_than_the_timeout(notifier_for):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        notifier = notifier_for(f"http://127.0.0.1:{deaf.getsockname()[1]}{PATH}", timeout_seconds=1.0)
        notifier.start()
        assert seconds(lambda: notifier.finish("done")) < 1.5
    assert notifier.delivery()["finish"] == "not delivered: no answer within 1 s"


def test_a_body_that_trickles_in_does_not_hide_the_delivery(serve, notifier_for):
    notifier = notifier_for(serve(trickles_the_body).url, timeout_seconds=2.0)
    notifier.start()
    assert seconds(lambda: notifier.finish("done")) < 2.0
    assert notifier.delivery() == {"start": "delivered", "finish": "delivered"}


def test_a_webhook_that_dies_in_between_is_reported(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.start()
    slack.next()
    slack.close()
    notifier.finish("done")
    assert notifier.delivery() == {"start": "delivered", "finish": "not delivered: connection refused"}


def test_the_webhook_is_shown_nowhere(serve, notifier_for, caplog):
    caplog.set_level(logging.DEBUG)
    slack = serve()
    notifier = notifier_for(slack.url, title=f"train {slack.url}")
    notifier.start()
    url_in_query = slack.url.replace("/", "%2F")
    notifier.crash(caught(lambda: fail_in_training(f"{slack.url} and {PATH} and ?next={url_in_query}")))

    start, crash = slack.next(), slack.next()
    assert "Main call: train ***" in start["text"]
    assert "*** and *** and ?next=" in crash["text"]
    for shown in (str(start), str(crash), caplog.text, repr(notifier), str(notifier.delivery())):
        assert SECRET not in shown
        assert PATH not in shown


def test_the_end_of_a_text_that_slack_would_cut_arrives(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url, user_mentions=["<@U0123>"])
    notifier.finish("x" * 100_000)
    text = [slack.next(), slack.next()][1]["text"]
    assert len(text) <= SLACK_TEXT_LIMIT
    assert TITLE in text
    assert "the middle was cut" in text
    assert text.endswith("<@U0123>")


def test_notifiers_in_one_process_keep_to_their_own_webhook(serve, notifier_for):
    good, bad = serve(), serve(answers(500))
    first = notifier_for(good.url, title="job 0")
    second = notifier_for(bad.url, title="job 1")
    third = notifier_for(good.url, title="job 2")
    for notifier in (first, second, third):
        notifier.start()
    for notifier in (third, second, first):
        notifier.finish("done")

    assert first.delivery() == third.delivery() == {"start": "delivered", "finish": "delivered"}
    assert second.delivery()["finish"] == "not delivered: answered 500"
    texts = [good.next()["text"] for _ in range(4)]
    assert [sum(f"Main call: job {job}\n" in text for text in texts) for job in range(3)] == [2, 0, 2]
    assert all("Main call: job 1\n" in bad.next()["text"] for _ in range(2))


def test_only_the_first_end_of_a_run_is_announced(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.start()
    notifier.start()
    notifier.finish("done")
    notifier.crash(caught(fail_in_training))
    assert notifier.delivery() == {
        "start": "delivered",
        "finish": "delivered",
        "crash": "not delivered: another end of the run was announced before",
    }
    assert slack.bodies.qsize() == 2


def test_without_the_variable_nothing_is_sent_and_one_line_says_so(caplog):
    caplog.set_level(logging.INFO)
    notifier = build_notifier(NotifyConfig(kind="slack"), TITLE)
    assert isinstance(notifier, Silence)
    assert [record.getMessage() for record in caplog.records] == ["notify: off, SLACK_WEBHOOK_URL is not set"]
    notifier.start()
    notifier.finish("done")
    notifier.crash(KeyboardInterrupt())
    assert notifier.delivery() == {}


def test_a_webhook_given_as_the_name_of_its_variable_is_not_logged(caplog):
    caplog.set_level(logging.INFO)
    config = NotifyConfig(kind="slack", webhook_env=f"https://hooks.slack.com{PATH}")
    assert isinstance(build_notifier(config, TITLE), Silence)
    assert SECRET not in caplog.text


def test_none_is_silent_without_a_line(caplog):
    caplog.set_level(logging.DEBUG)
    assert isinstance(build_notifier(NotifyConfig(kind="none"), TITLE), Silence)
    assert caplog.records == []


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="carrier_pigeon"):
        build_notifier(NotifyConfig(kind="carrier_pigeon"), TITLE)


@pytest.mark.parametrize(
    ("environment", "sends"),
    [
        ({"RANK": "0", "WORLD_SIZE": "2"}, True),
        ({"RANK": "1", "WORLD_SIZE": "2"}, False),
        # Tasks of a cluster that no launcher has put together are runs of their own.
        ({"SLURM_PROCID": "1"}, True),
    ],
)
def test_only_the_first_process_sends(serve, notifier_for, monkeypatch, environment, sends):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    slack = serve()
    notifier = notifier_for(slack.url)
    notifier.start()
    notifier.crash(caught(fail_in_training))
    assert isinstance(notifier, KnockknockNotifier if sends else Silence)
    assert slack.bodies.qsize() == (2 if sends else 0)


def test_a_missing_knockknock_is_reported(serve, notifier_for, monkeypatch):
    monkeypatch.setitem(sys.modules, "knockknock", None)
    notifier = notifier_for(serve().url)
    notifier.start()
    notifier.finish("done")
    assert notifier.delivery()["finish"].startswith("not delivered: knockknock cannot be loaded")


def test_no_module_is_imported_beside_the_run(serve, tmp_path):
    # Two threads that import, knockknock here and mlflow there, can wait for each other for ever.
    script = """
import sys
from haechi.notify import build_notifier
from haechi.schema.notify import NotifyConfig
notifier = build_notifier(NotifyConfig(kind="slack"), "train")
before = set(sys.modules)
notifier.start()
notifier.crash(ValueError("bad"))
print(notifier.delivery(), sorted(set(sys.modules) - before))
"""
    done = python(script, serve().url, tmp_path)
    assert done.stdout == "{'start': 'delivered', 'crash': 'delivered'} []\n"


def test_a_process_ends_with_its_own_error_while_the_webhook_hangs(serve, tmp_path):
    script = """
from haechi.notify import build_notifier
from haechi.schema.notify import NotifyConfig
notifier = build_notifier(NotifyConfig(kind="slack", timeout_seconds=0.5), "train")
notifier.start()
try:
    raise ArithmeticError("the loss is not a number")
except ArithmeticError as error:
    notifier.crash(error)
    raise
"""
    done = python(script, serve(hangs).url, tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ArithmeticError: the loss is not a number"
    assert "slack_sender" not in done.stderr
    assert SECRET not in done.stderr


def python(script: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(SOURCES), "SLACK_WEBHOOK_URL": url}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_alert_arrives_between_the_start_and_the_end(serve, notifier_for):
    slack = serve()
    notifier = notifier_for(slack.url, channel="#runs")
    notifier.start()
    slack.next()
    notifier.alert("3 of 4 jobs failed so far")
    alert = slack.next()
    assert (alert["text"], alert["channel"]) == ("3 of 4 jobs failed so far", "#runs")
    notifier.finish("the digest")
    assert "the digest" in slack.next()["text"]
    assert notifier.delivery() == {"start": "delivered", "finish": "delivered", "alert": "delivered"}


def test_an_alert_to_a_webhook_that_is_gone_costs_no_time(notifier_for):
    notifier = notifier_for("http://127.0.0.1:9/services/x")
    began = time.monotonic()
    notifier.alert("text")
    assert time.monotonic() - began < 0.5
