"""DATA017: a text and itself."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "DATA017"


def file(folder: Path, equal: int, count: int) -> list[str]:
    rows = [(text, text if at < equal else f"{text} 또", at % 2) for at, text in enumerate(texts(count))]
    path = write_csv(folder / "p.csv", rows, "text,other,label")
    return task(path, "task.objective=pair_classification", "task.columns.text_pair=other")


def example(tmp_path: Path) -> list[str]:
    """One column was named twice."""
    path = write_csv(tmp_path / "p.csv", [(text, at % 2) for at, text in enumerate(texts(20))])
    return task(path, "task.objective=pair_classification", "task.columns.text_pair=text")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("equal", "severity"),
    [(0, None), (9, None), (10, "note"), (50, "note"), (51, "warning"), (100, "warning")],
)
def test_shares(tmp_path: Path, equal: int, severity: str | None) -> None:
    overrides = file(tmp_path, equal, 100)
    if severity is None:
        assert CODE not in codes(overrides)
    else:
        found = finding(overrides, CODE)
        assert found.severity.value == severity
        assert found.message == f"both texts are the same in {equal} of 100 train rows"
