"""NOTIFY002: a webhook's server that takes no connection."""

import socket
import time

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from slack import Webhook

CODE = "NOTIFY002"


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def example(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nobody is there."""
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"http://127.0.0.1:{free_port()}{Webhook.PATH}")
    return []


def test_the_example_fires_and_its_fixes_clear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(monkeypatch)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "connection refused" in found.message
    assert Webhook.PATH not in found.as_text()
    assert_fixes_clear(overrides, CODE)


def test_a_message_that_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = [*example(monkeypatch), "notify.required=true"]
    assert assert_only(overrides, CODE).severity.value == "error"
    assert_fixes_clear(overrides, CODE)


def test_a_server_that_listens_is_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook() as webhook:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", webhook.url)
        assert codes(["notify.required=true"]) == []
        assert webhook.texts == []


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.invalid/services/x")
    assert "`hooks.invalid:443`" in assert_only([], CODE).message


def test_a_proxy_is_asked_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.invalid/services/x")
    with Webhook() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        assert codes([]) == []
        monkeypatch.setenv("no_proxy", ".invalid")
        assert CODE in codes([])


def test_both_servers_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen()
        address = f"http://127.0.0.1:{full.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        example(monkeypatch)
        codes(["tracking=none", "notify=none"])  # what is imported once is no part of the second
        spent: list[float] = []
        for _ in range(3):
            started = time.monotonic()
            assert codes([]) == [CODE, "TRACK002"]
            spent.append(time.monotonic() - started)
        # The fastest of three, since other tests run beside it; one after the other would be 2 s of waiting.
        assert min(spent) < 1.9


@pytest.mark.parametrize("value", ["", "hooks.slack.com/x", "https://", "http://[::1", "http://host:port/x"])
def test_what_is_no_address_is_not_asked(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", value)
    assert CODE not in codes([])


def test_silence_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes([*example(monkeypatch), "notify=none"]) == []


def test_the_path_is_no_part_of_what_a_verdict_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    from haechi.compose import compose
    from haechi.resolve import resolve

    example(monkeypatch)
    composed = compose([])
    environment = resolve(composed, composed.hydra).environment
    assert environment.webhook_host == "127.0.0.1"
    assert Webhook.PATH not in repr(environment)
    assert finding([], CODE).keys[0].value == "SLACK_WEBHOOK_URL"
