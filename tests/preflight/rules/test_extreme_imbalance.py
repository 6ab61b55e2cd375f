"""LABEL007: one class with nearly all rows."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "LABEL007"


def file(folder: Path, *counts: int) -> list[str]:
    labels = [f"{number}번" for number, count in enumerate(counts) for _ in range(count)]
    return task(write_csv(folder / "a.csv", list(zip(texts(len(labels)), labels, strict=True))))


def example(tmp_path: Path) -> list[str]:
    """Two rows of an event in three hundred."""
    return file(tmp_path, 298, 2)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("counts", "severity"),
    [
        ((99, 1), None), ((198, 2), None), ((199, 1), "warning"), ((991, 9), "warning"), ((990, 10), None),
        ((1000, 1000, 10), None), ((1001, 1001, 10), "note"), ((150, 150), None),
    ],
)  # fmt: skip
def test_shares_and_factors(tmp_path: Path, counts: tuple[int, ...], severity: str | None) -> None:
    overrides = file(tmp_path, *counts)
    if severity is None:
        assert CODE not in codes(overrides)
        return
    found = finding(overrides, CODE)
    assert found.severity.value == severity
    assert f"{max(counts):,} of {sum(counts):,} train rows have the label `0번`" in found.message
    assert f"{min(counts)} have" in found.message
