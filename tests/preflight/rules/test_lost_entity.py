"""LEN002: a mention beyond the longest input."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import RELATION, relations, task, write_json

CODE = "LEN002"


def file(folder: Path, far: int, count: int, words: int = 20) -> list[str]:
    rows = [*relations(count)[far:], *relations(far, "그리고 " * words)]
    return task(write_json(folder / "re.json", rows), *RELATION, "tokenizer.max_length=32")


def example(tmp_path: Path) -> list[str]:
    """Two of a hundred sentences are long."""
    return file(tmp_path, 2, 100)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_counts_and_the_length_that_holds_all(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert found.message == "2 of 100 train rows lose a mention, which lies beyond 32 tokens"
    length = int(found.fixes[0][0].removeprefix("tokenizer.max_length="))
    overrides = example(tmp_path)
    assert CODE in codes([*overrides, f"tokenizer.max_length={length - 1}"])
    assert CODE not in codes([*overrides, f"tokenizer.max_length={length}"])


@pytest.mark.parametrize(("far", "severity"), [(9, "warning"), (10, "error")])
def test_one_row_in_ten_is_an_error(tmp_path: Path, far: int, severity: str) -> None:
    overrides = file(tmp_path, far, 100)
    assert finding(overrides, CODE).severity.value == severity
    assert_fixes_clear(overrides, CODE)


def test_what_no_length_holds_has_to_be_accepted(tmp_path: Path) -> None:
    overrides = file(tmp_path, 2, 100, words=300)
    assert finding(overrides, CODE).fixes[0][-1] == "preflight.ignore=[LEN002]"
    assert_fixes_clear(overrides, CODE)


def test_a_long_tail_loses_nothing(tmp_path: Path) -> None:
    rows = relations(100)
    rows[5]["sentence"] += " 그리고" * 100
    assert CODE not in codes(
        task(write_json(tmp_path / "re.json", rows), *RELATION, "tokenizer.max_length=64")
    )
