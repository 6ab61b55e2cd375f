"""CFG004: what Hydra cannot read is quoted where quotes help."""

from pathlib import Path

import pytest

from haechi.preflight.judge import judge
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "CFG004"


def example(tmp_path: Path) -> list[str]:
    """The bracket stays open."""
    return ["tags=[a"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ("task.columns.text=제목", 'task.columns.text="제목"'),
        ("tags=[한글]", 'tags=["한글"]'),
        ("tags=[한글, b c]", 'tags=["한글","b c"]'),
        ("task.files.train=~/a.csv", 'task.files.train="~/a.csv"'),
        ("task.metric=a=b", 'task.metric="a=b"'),
        ('tags=[한글,"나무"]', 'tags=["한글","나무"]'),
        ("run_dir=실험", 'run_dir="실험"'),
    ],
)
def test_text_that_needs_quotes_gets_them(typed: str, quoted: str) -> None:
    assert finding([typed], CODE).fixes[0] == [quoted]
    assert CODE not in codes([typed, quoted])


@pytest.mark.parametrize(
    "override", ["", "model", "+", "++", "a b=1", "a:b=1", "한글=1", "task.name=${", "tags=(", "tags={a"]
)
def test_what_nothing_helps_is_taken_back(override: str) -> None:
    found = finding([override], CODE)
    assert codes([override, *found.fixes[-1]]) == []


def test_quoted_hangul_passes() -> None:
    assert codes(['tags=["한글"]', "run_dir='실험 1'"]) == []


def test_a_sweep_is_read_in_the_same_way() -> None:
    found = judge(["task.columns.text=제목", "seed=1,2"], multirun=True)[0].diagnostics
    assert [item.code for item in found] == [CODE]
    assert found[0].fixes[0] == ['task.columns.text="제목"']
