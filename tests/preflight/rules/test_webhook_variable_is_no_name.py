"""NOTIFY003: what cannot be the name of a variable."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, verdict_of
from slack import Webhook

CODE = "NOTIFY003"
ADDRESS = "https://example.com/hooks/verysecret"


def example(tmp_path: Path) -> list[str]:
    """The webhook itself."""
    return [f"notify.webhook_env={ADDRESS}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert "holds an address" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_the_value_is_not_shown(tmp_path: Path) -> None:
    for more in ([], ["notify.required=true"]):
        shown = "\n".join(item.as_text() for item in verdict_of([*example(tmp_path), *more]).diagnostics)
        assert "verysecret" not in shown
        assert codes([*example(tmp_path), *more]) == [CODE]


def test_slacks_own_address_is_a_secret() -> None:
    overrides = [f"notify.webhook_env=https://hooks.slack.com{Webhook.PATH}"]
    for more in ([], ["notify.required=true"]):
        assert codes([*overrides, *more]) == ["SEC001"]
        assert_fixes_clear([*overrides, *more], "SEC001")
    assert Webhook.PATH not in "\n".join(item.as_text() for item in verdict_of(overrides).diagnostics)


@pytest.mark.parametrize("name", ["''", "MY-HOOK", "1HOOK", "'a b'", "'$SLACK_WEBHOOK_URL'", '"웹훅"'])
def test_other_texts(name: str) -> None:
    overrides = [f"notify.webhook_env={name}"]
    assert "cannot be the name" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("name", ["SLACK_WEBHOOK_URL", "_hook", "TEAM2"])
def test_names_that_a_shell_can_export(name: str) -> None:
    assert codes([f"notify.webhook_env={name}"]) == []


def test_an_odd_name_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook() as webhook:
        monkeypatch.setenv("MY-HOOK", webhook.url)
        assert codes(["notify.webhook_env=MY-HOOK"]) == []


def test_silence_needs_no_name(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "notify=none"]) == []
