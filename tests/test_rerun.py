"""A run once more, by its folder or its MLflow id: environment compared, metrics identical on a CPU."""

import json
import shutil
from pathlib import Path

import pytest

from haechi.compose import compose
from haechi.fault import RunFault
from haechi.rerun import compare, folder_of, say_what_differs
from haechi.resolve import Run, resolve
from haechi.surroundings import differences, digest, surroundings
from running import QUICK, results, run
from tasks import task, texts, write_csv


def run_of(*overrides: str) -> Run:
    composed = compose(list(overrides))
    return resolve(composed, composed.hydra)


def left(folder: Path, **told: object) -> Path:
    """A folder as a run leaves it."""
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("seed: 1\n")
    (folder / "results.json").write_text(json.dumps(told))
    return folder


def test_surroundings_name_what_numbers_depend_on(tmp_path: Path) -> None:
    found = surroundings(run_of())
    assert found["packages"]["torch"].startswith("2.")
    assert len(found["code"]["code"]) == 64
    assert {"task.files.train", "task.files.validation"} <= set(found["files"])
    assert surroundings(run_of()) == found
    path = tmp_path / "a.csv"
    before = None
    for content in ("text,label\n가,나\n", "text,label\n가,다\n"):
        path.write_text(content, "utf-8")
        now = surroundings(run_of("task=files", f"task.files.train={path}"))
        assert before is None or [line.partition(":")[0] for line in differences(before, now)] == [
            "task.files.train"
        ]
        before = now


def test_differences_are_told_in_one_line_each() -> None:
    before = {"machine": {"host": "a", "threads": 2}, "packages": {"torch": "2.12.0"}}
    now = {"machine": {"host": "b", "threads": 2}, "packages": {"torch": "2.13.0", "new": "1"}}
    assert differences(before, now) == ["torch: 2.12.0 then, 2.13.0 now", "new: none then, 1 now"]


def test_what_differs_is_visible_and_digests_are_short() -> None:
    kernels = [f"Linux-6.8.0-{build}-generic-x86_64-with-glibc2.39" for build in (40, 41)]
    assert differences({"machine": {"platform": kernels[0]}}, {"machine": {"platform": kernels[1]}}) == [
        f"platform: {kernels[0]} then, {kernels[1]} now"
    ]
    found = differences({"code": {"code": "a" * 64}}, {"code": {"code": "b" * 64}})
    assert found == [f"code: {'a' * 12} then, {'b' * 12} now"]


def test_a_long_file_is_known_by_pieces_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haechi.surroundings.WHOLE_BYTES", 100)
    monkeypatch.setattr("haechi.surroundings.PIECE_BYTES", 10)
    path = tmp_path / "long"
    found = set()
    for place in (0, 500, 999):
        content = bytearray(1000)
        content[place] = 1
        path.write_bytes(content)
        found.add(digest(path))
    assert len(found) == 3
    assert "unreadable" in digest(tmp_path / "missing")


def test_metrics_are_compared_exactly(tmp_path: Path) -> None:
    metrics = {"validation/macro_f1": 0.1 + 0.2, "test/macro_f1": 0.5}
    source = left(tmp_path / "a", status="finished", metrics=metrics, mlflow_run_id="x")
    again = run_of(f"rerun={source}")
    assert compare(run_of(), metrics, []) is None
    same = compare(again, metrics, [])
    assert same is not None
    assert (same["identical"], same["metrics"], same["mlflow_run_id"]) == (True, {}, "x")
    other = compare(again, {**metrics, "test/macro_f1": 0.5000001}, ["torch: 1 then, 2 now"])
    assert other is not None
    assert other["identical"] is False
    assert other["metrics"] == {"test/macro_f1": {"then": 0.5, "now": 0.5000001}}
    assert other["environment"] == ["torch: 1 then, 2 now"]
    failed = compare(run_of(f"rerun={left(tmp_path / 'b', status='failed')}"), metrics, [])
    assert failed is not None
    assert failed["identical"] is None


def test_a_run_without_its_environment_is_repeated_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert say_what_differs(run_of(f"rerun={left(tmp_path / 'a')}")) == ["no environment.json"]
    assert "cannot be compared" in caplog.text
    assert say_what_differs(run_of()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [("missing", "there is no folder"), ("empty", "has no config.yaml"), ("sweep", "holds 2 runs"),
     ("0" * 32, "there is no database")],
)  # fmt: skip
def test_what_cannot_be_repeated_is_one_fault(tmp_path: Path, given: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    left(tmp_path / "sweep" / "0")
    left(tmp_path / "sweep" / "1")
    with pytest.raises(RunFault, match=said):
        folder_of(given if len(given) == 32 else str(tmp_path / given))


@pytest.mark.slow
def test_a_rerun_has_identical_metrics_and_says_what_is_otherwise(tmp_path: Path, outputs: Path) -> None:
    from haechi.pipeline import execute

    rows = [(text, "가" if number % 3 else "나") for number, text in enumerate(texts(60))]
    data = write_csv(tmp_path / "mine.csv", rows)
    first, again = tmp_path / "first", tmp_path / "again"
    execute(run_of(*task(data), *QUICK[1:], "trainer.eval_strategy=steps", f"run_dir={first}"))
    done = run(outputs, f"rerun={first / 'model'}", f"run_dir={again}", "tracking.log_model=false")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "again: code, packages, machine, data and checkpoint are the same" in done.stderr
    assert "with run_dir=" in done.stderr
    told = results(again)["rerun"]
    assert (told["of"], told["identical"], told["environment"]) == (str(first), True, [])
    assert results(again)["metrics"] == results(first)["metrics"]
    # By its MLflow id, once the folder is gone.
    run_id = results(first)["mlflow_run_id"]
    shutil.rmtree(first)
    fetched = folder_of(run_id)
    assert fetched.is_relative_to(outputs / "cache")
    told = compare(run_of(f"rerun={fetched}"), results(again)["metrics"], [])
    assert told is not None
    assert (told["identical"], told["mlflow_run_id"]) == (True, run_id)
    data.unlink()
    done = run(outputs, f"rerun={run_id}", script="check")
    assert (done.returncode, "error[DATA001]" in done.stderr) == (2, True)
    done = run(outputs, f"rerun={'f' * 32}", script="check")
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
