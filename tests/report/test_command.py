"""report.py as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from folders import grid, write_run, write_sweep
from haechi import places
from haechi.report import command
from haechi.report.command import report_and_exit


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    return write_sweep(tmp_path / "sweep_a", grid((1, 2)))


@pytest.fixture(autouse=True)
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests draw."""
    monkeypatch.setattr("haechi.report.write.drawings_of", lambda board: [])


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        report_and_exit(words)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_the_script_prints_the_board_and_writes_into_the_sweep(sweep: Path) -> None:
    code = (
        "import sys, runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__');"
        "print(sorted({'torch', 'transformers', 'sklearn', 'pandas', 'mlflow'} & set(sys.modules)))"
    )
    source = {"PYTHONPATH": str(places.ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(places.ROOT / "src" / "report.py"), str(sweep)],
        capture_output=True, text=True, cwd=sweep.parent, env={**os.environ, **source, "COLUMNS": "120"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("sample_topic: validation/macro_f1 by pooling, learning_rate\n")
    assert done.stdout.rstrip().endswith("[]")
    assert (sweep / "report" / "report.html").is_file()


def test_a_second_report_does_not_see_the_first(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        report_and_exit([str(sweep)])
    assert capsys.readouterr().out.count("The best of 4 settings is") == 2


def test_json_is_the_board_and_nothing_else(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_and_exit([str(sweep), "format=json", f"out={sweep.parent / 'there'}", "metric=test/accuracy"])
    content = json.loads(capsys.readouterr().out)
    assert content["metric"] == "test/accuracy"
    assert (sweep.parent / "there" / "board.json").is_file()


def test_a_bare_metric_is_that_of_the_validation_rows(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report_and_exit([str(sweep), "metric=accuracy"])
    assert "validation/accuracy by" in capsys.readouterr().out


def test_several_folders_get_a_folder_under_outputs(sweep: Path, outputs: Path) -> None:
    other = write_run(sweep.parent / "run")
    report_and_exit([str(sweep), str(other)])
    assert [path.name for path in outputs.glob("report_*")] == [f"report_{places.stamp()}"]


def test_a_folder_whose_name_has_an_equals_sign_is_a_folder(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "pooling=cls")
    report_and_exit([str(folder)])
    assert (folder / "report" / "report.md").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to report"),
        (["/nowhere/at/all"], "no such folder: `/nowhere/at/all`"),
        (["{sweep}", "metirc=accuracy"], "try `metric=accuracy`"),
        (["sync=nowhere"], "no run is in `nowhere`"),
        (["{sweep}", "metric="], "`metric=` has no value"),
        (["{sweep}", "format=xml"], "try `format=json`"),
        (["{sweep}", "--json"], "unknown option `--json`"),
        (["{sweep}", "metric=macro_f"], "try `metric=validation/macro_f1`"),
        (["{sweep}/sweep.json"], "a file, not a folder"),
        (["{sweep}/0/.."], None),
        (["unknown"], "`unknown` is no folder here, and as an experiment: there is no database"),
        (["experiment=unknown"], "error: there is no database of tracked runs"),
    ],
)
def test_a_mistake_ends_in_one_diagnostic(
    sweep: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str | None
) -> None:
    typed = [word.replace("{sweep}", str(sweep)) for word in words]
    if said is None:
        report_and_exit(typed)
        return
    assert ended(*typed) == command.MISTAKE
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("error: ") == 1
    assert said in error


def test_a_server_that_is_away_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    assert ended("experiment=klue") == command.MISTAKE
    error = capsys.readouterr().err
    assert "does not answer" in error
    assert "secret" not in error


def test_a_folder_that_cannot_be_written_is_said(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sweep / "file").write_text("", encoding="utf-8")
    assert ended(str(sweep), f"out={sweep / 'file' / 'below'}") == 1
    assert "could not be read or written" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_names_every_key(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert ended(word) == 0
    text = capsys.readouterr().out
    assert all(f"  {key}" in text for key in command.KEYS)
