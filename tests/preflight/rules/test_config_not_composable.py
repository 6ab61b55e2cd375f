"""CFG007: what has no rule of its own names the override and says what Hydra says."""

from pathlib import Path

import pytest

from haechi import outputs
from haechi.preflight.judge import judge
from judging import assert_fixes_clear, assert_only, codes, finding
from running import run

CODE = "CFG007"


def example(tmp_path: Path) -> list[str]:
    """The interpolation leads nowhere."""
    return ["task.metric=${no.such.key}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    "override",
    [
        "+model=tiny", "+pooling=cls", "++pooling=cls", "~nosuch", "~trainer.nosuch",
        "~trainer.learning_rate",
        "~task.files.train", "tags={a:1}", "model.config=[1]", "unknown@foo=bar", "model@foo=tiny", "=", "~",
        "seed=${seed}", "task.name=${oc.env:NO_SUCH_VARIABLE}", "task.name=${no_resolver:x}",
    ],
)  # fmt: skip
def test_the_guilty_override_is_named_and_taken_back(override: str) -> None:
    found = assert_only(["seed=7", override], CODE)
    assert override in found.message
    assert found.notes
    assert_fixes_clear(["seed=7", override], CODE)


def test_an_added_option_becomes_the_option() -> None:
    assert finding(["+pooling=cls"], CODE).fixes == [["pooling=cls"]]


def test_a_search_space_needs_a_search_sweeper() -> None:
    found = judge(["seed=interval(1,9)"], multirun=True)[0].diagnostics
    assert [item.code for item in found] == [CODE]
    assert "search sweeper" in found[0].notes[0]


def test_an_interpolation_that_leads_somewhere_passes() -> None:
    assert codes(["tracking.experiment=${task.name}"]) == []


def test_a_saved_config_that_is_cut_is_one_diagnostic(tmp_path: Path) -> None:
    whole = outputs.PREAMBLE.format(folder=tmp_path)
    (tmp_path / "config.yaml").write_text(f"{whole}model:\n  checkpoint: null\n  dty")
    done = run(tmp_path, "--config-path", str(tmp_path), "--config-name", "config", script="check")
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert f"error[{CODE}]" in said
    assert 'config.yaml", line' in said
    assert "Traceback" not in said
