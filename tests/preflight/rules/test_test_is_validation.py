"""DATA019: the same rows chosen by and tested on."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv

CODE = "DATA019"


def file(folder: Path, name: str, lines: list[str]) -> Path:
    return write_csv(folder / name, [(line, at % 2) for at, line in enumerate(lines)])


def files(folder: Path, shared: int) -> list[str]:
    lines = texts(120)
    return task(
        file(folder, "a.csv", lines[:40]), validation=file(folder, "b.csv", lines[40:80]),
        test=file(folder, "c.csv", lines[80 - shared : 120 - shared]),
    )  # fmt: skip


def example(tmp_path: Path) -> list[str]:
    """One file for both."""
    dev = file(tmp_path, "b.csv", texts(80)[40:])
    return task(file(tmp_path, "a.csv", texts(40)), validation=dev, test=dev)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(("shared", "fires"), [(0, False), (20, False), (21, True), (40, True)])
def test_half_of_the_rows(tmp_path: Path, shared: int, fires: bool) -> None:
    overrides = files(tmp_path, shared)
    assert (CODE in codes(overrides)) == fires
    if fires:
        assert finding(overrides, CODE).message == f"{shared} of 40 test rows are validation rows too"


def test_one_file_is_named(tmp_path: Path) -> None:
    assert finding(example(tmp_path), CODE).message == "`task.files.test` is the validation file"
