"""SEC001: what looks like a secret is found and never shown."""

import json
import re
from pathlib import Path

import pytest

from haechi.preflight.report import render
from haechi.schema.preflight import Format
from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of

CODE = "SEC001"


def example(tmp_path: Path) -> list[str]:
    """The webhook itself in place of its variable's name."""
    return [f"notify.webhook_env={WEBHOOK}"]


WEBHOOK = "https://hooks.slack.com/services/" + "T0000/B0000/abcdef"
TOKEN = "hf_" + "a1" * 12


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    "override",
    [
        f"tags=[first,{TOKEN}]", f"+tracking.tags.token={TOKEN}", f"+model.config.token={TOKEN}",
        f"tracking.uri=http://user:{'pass' * 2}@host:5000", f"notify.channel={'xoxb'}-12345678-abc",
        f"run_dir=/tmp/{TOKEN}", f"task.name={'AKIA' + 'B2' * 8}",
    ],
)  # fmt: skip
def test_secrets_are_found_and_not_shown(override: str) -> None:
    found = finding([override], CODE)
    secret = re.split(r"[=,\]]", override.replace("user:", "="))[-1] or TOKEN
    assert found.severity.value == "error"
    for form in Format:
        shown = render([verdict_of([override])], form, 0.1)
        assert secret not in shown
        assert TOKEN not in shown
        assert CODE in shown
        if form is Format.json:
            assert json.loads(shown)["errors"] >= 1
    assert_fixes_clear([override], CODE)


@pytest.mark.parametrize(
    "override",
    [
        "notify.webhook_env=SLACK_WEBHOOK_URL", "tracking.uri=http://host:5000", "tags=[hf_trainer,hf]",
        "tracking.uri=postgresql://user@host/db", "tracking.experiment=AKIA",
    ],
)  # fmt: skip
def test_names_and_plain_addresses_pass(override: str) -> None:
    assert CODE not in codes([override])


def test_it_cannot_be_ignored() -> None:
    assert CODE in codes([f"tags=[{TOKEN}]", f"preflight.ignore=[{CODE}]"])
