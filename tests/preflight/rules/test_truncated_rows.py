"""LEN001: more than one row in twenty is cut."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "LEN001"


def example(tmp_path: Path) -> list[str]:
    """Headlines and eight tokens."""
    return ["tokenizer.max_length=8"]


def rows(tmp_path: Path, lengths: list[int], *more: str) -> list[str]:
    """A task with rows of so many tokens, [CLS] and [SEP] included."""
    lines = [f"{' '.join(['가'] * (length - 2))},{'ab'[index % 2]}" for index, length in enumerate(lengths)]
    return files_task(write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""])), *more)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_default_cuts_no_headline() -> None:
    assert codes([]) == []


@pytest.mark.parametrize(("long", "fires"), [(5, False), (6, True)])
def test_one_row_in_twenty_may_be_cut(tmp_path: Path, long: int, fires: bool) -> None:
    overrides = [*rows(tmp_path, [17] * long + [16] * (100 - long)), "tokenizer.max_length=16"]
    assert (CODE in codes(overrides)) == fires


def test_the_fix_covers_99_of_100_rows(tmp_path: Path) -> None:
    overrides = [*rows(tmp_path, [20] * 99 + [90]), "tokenizer.max_length=10"]
    found = finding(overrides, CODE)
    assert found.severity.value == "warning"
    assert "half are up to 20 tokens long" in found.notes[0]
    assert_fixes_clear(overrides, CODE)


def test_what_no_length_covers_has_to_be_accepted(tmp_path: Path) -> None:
    overrides = [*rows(tmp_path, [200] * 100), "preflight.ignore=[TOK006]"]
    for limit in (64, 128):
        cut = [*overrides, f"tokenizer.max_length={limit}"]
        assert finding(cut, CODE).fixes[0][-1] == "preflight.ignore=[TOK006,LEN001]"
        assert_fixes_clear(cut, CODE)


def test_a_pair_counts_as_one_input(tmp_path: Path) -> None:
    text = "text,pair,label\n" + "가 가 가 가 가,나 나 나 나 나,a\n다 다 다 다 다,라 라 라 라 라,b\n" * 20
    columns = ["task.objective=pair_classification", "task.columns.text_pair=pair"]
    overrides = files_task(write_rows(tmp_path / "pairs.csv", text), *columns)
    assert CODE not in codes([*overrides, "tokenizer.max_length=13"])
    assert CODE in codes([*overrides, "tokenizer.max_length=12"])


def test_a_token_of_the_run_shortens_rows(tmp_path: Path) -> None:
    long = rows(tmp_path, [20] * 40)
    assert CODE in codes([*long, "tokenizer.max_length=8"])
    added = "tokenizer.add_tokens=['가 가 가 가 가 가']"
    assert CODE not in codes([*long, "tokenizer.max_length=8", added])


def test_all_rows_are_no_sample(tmp_path: Path) -> None:
    lengths = [8 + number % 40 for number in range(2500)]
    overrides = [*rows(tmp_path, lengths), "tokenizer.max_length=32"]
    sampled = finding(overrides, CODE)
    assert " of 2,000 sampled train rows are longer" in sampled.message
    assert sampled.message.ko.startswith("표본 train 2,000행의 ")
    counted = finding([*overrides, "preflight.sample_rows=0"], CODE)
    share = sum(length > 32 for length in lengths) / 2500
    assert counted.message == f"{share:.1%} of 2,500 train rows are longer than 32 tokens and are cut"
    p50, p95, p99 = (sorted(lengths)[int(2500 * part) - 1] for part in (0.5, 0.95, 0.99))
    assert counted.notes[0] == f"half are up to {p50} tokens long, 95 % up to {p95}, 99 % up to {p99}"
