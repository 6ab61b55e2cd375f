"""NOTIFY001: a message that could not be sent."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes
from slack import Webhook

CODE = "NOTIFY001"


def example(tmp_path: Path) -> list[str]:
    """The variable is not set."""
    return ["notify.required=true"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_the_variable_of_the_config_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook() as webhook:
        monkeypatch.setenv("TEAM_WEBHOOK", webhook.url)
        assert codes(["notify.required=true", "notify.webhook_env=TEAM_WEBHOOK"]) == []
    assert "`" not in assert_only(["notify.required=true"], CODE).message
    assert (
        "OTHER_WEBHOOK"
        in assert_only(["notify.required=true", "notify.webhook_env=OTHER_WEBHOOK"], CODE).message
    )


@pytest.mark.parametrize("value", ["hooks.slack.com/x", "xoxb", "C:/hook"])
def test_a_value_that_is_no_address_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", value)
    assert value not in assert_only([], CODE).as_text()
    assert_fixes_clear([], CODE)
    assert codes(["notify=none"]) == []


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", value)
    assert codes([]) == []
    assert_only(["notify.required=true"], CODE)


def test_nothing_is_required_of_silence() -> None:
    assert codes(["notify=none", "notify.required=true"]) == []
