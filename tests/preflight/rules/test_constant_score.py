"""LABEL009: one score for all rows."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL009"

REGRESSION = "task.objective=regression"
TRAIN = [0.5, 1.5, 3.0, 2.0, 4.5, 5.0]


def file(folder: Path, name: str, scores: list[float], first: int = 0) -> Path:
    lines = texts(first + len(scores))[first:]
    return write_csv(folder / name, list(zip(lines, scores, strict=True)))


def example(tmp_path: Path) -> list[str]:
    """All validation rows have one score."""
    dev = file(tmp_path, "b.csv", [3.0] * 4, 10)
    return task(file(tmp_path, "a.csv", TRAIN), REGRESSION, validation=dev)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_score_is_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert (found.severity.value, found.message) == ("error", "the scores of all 4 validation rows are 3")
    train = finding(task(file(tmp_path, "a.csv", [2.5] * 6), REGRESSION), CODE)
    assert train.message == "the scores of all 6 train rows are 2.5"
    test = file(tmp_path, "c.csv", [1.0] * 4, 20)
    assert (
        finding(task(file(tmp_path, "a.csv", TRAIN), REGRESSION, test=test), CODE).severity.value == "warning"
    )


def test_scores_that_differ_are_fit(tmp_path: Path) -> None:
    assert CODE not in codes(task(file(tmp_path, "a.csv", TRAIN), REGRESSION))
    assert CODE not in codes(task(file(tmp_path, "a.csv", [1.0] * 6)))
