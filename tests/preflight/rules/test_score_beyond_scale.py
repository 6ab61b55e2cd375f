"""LABEL008: two files with different scales."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import task, texts, write_csv, write_json

CODE = "LABEL008"

REGRESSION = "task.objective=regression"


def file(folder: Path, name: str, scores: list[float], first: int = 0) -> Path:
    lines = texts(first + len(scores))[first:]
    return write_csv(folder / name, list(zip(lines, scores, strict=True)))


def files(folder: Path, train: list[float], dev: list[float]) -> list[str]:
    dev_file = file(folder, "b.csv", dev, len(train))
    return task(file(folder, "a.csv", train), REGRESSION, validation=dev_file)


def example(tmp_path: Path) -> list[str]:
    """Scores to 1 in one file, to 5 in the other."""
    return files(tmp_path, [number / 20 for number in range(21)], [number / 2 for number in range(11)])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_both_scales_are_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "the validation scores are from 0 to 5, and train has 0 to 1"
    rows = f"row 4, 5, 6, 7, 8, ... of {tmp_path / 'b.csv'}: `1.5`, `2`, `2.5`, `3`, `3.5`"
    assert found.notes == [f"8 lie beyond, {rows}"]


def test_splits_are_compared_both_ways(tmp_path: Path) -> None:
    found = finding(files(tmp_path, [n / 8 for n in range(41)], [n / 40 for n in range(41)]), CODE)
    assert found.message == "the train scores are from 0 to 5, and validation has 0 to 1"
    assert found.keys[-1].key == "task.files.train"


def test_one_more_price_than_the_train_rows_have_is_no_other_scale(tmp_path: Path) -> None:
    prices = [round(1000 * 1.2**n) for n in range(40)]
    for train, dev in ((prices[:-4], prices[-8:]), (prices[4:], prices[:20:2])):
        assert CODE not in codes(files(tmp_path, [*train], [*dev]))


@pytest.mark.parametrize(
    ("dev", "fires"),
    [([0.2, 0.8], False), ([0, 1.25], False), ([0, 1.3], True), ([-0.3, 1], True), ([-0.25, 1], False)],
)
def test_a_quarter_beyond(tmp_path: Path, dev: list[float], fires: bool) -> None:
    assert (CODE in codes(files(tmp_path, [0, 0.3, 0.6, 1], dev))) == fires


def test_klue_sts_has_a_scale_of_its_own(tmp_path: Path) -> None:
    def sts(*scores: float) -> list[str]:
        rows = [
            {"sentence1": text, "sentence2": f"{text} 또", "labels": {"real-label": score}}
            for text, score in zip(texts(len(scores)), scores, strict=True)
        ]
        return ["task=klue_sts", f"task.files.train={write_json(tmp_path / 'sts.json', rows)}"]

    assert CODE not in codes(sts(0, 2.5, 5))
    found = finding(sts(0, 5.2, 2.5, -1, 50), CODE)
    assert found.message == "3 of 5 train rows have a score beyond the scale of 0 to 5"
    assert found.notes == [f"row 2, 4, 5 of {tmp_path / 'sts.json'}: `5.2`, `-1`, `50`"]
    assert_fixes_clear(sts(0, 5.2, 2.5, -1, 50), CODE)


@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_a_score_beyond_the_scale_is_found_in_every_split(tmp_path: Path, name: str) -> None:
    rows = [(f"{text} 가", f"{text} 나", number % 6) for number, text in enumerate(texts(60))]
    path = write_csv(tmp_path / "a.csv", rows, "sentence1,sentence2,label")
    path.write_text(path.read_text("utf-8").replace(",3\n", ",30\n", 1), "utf-8")
    found = finding(["task=sample_sts", f"task.files.{name}={path}"], CODE)
    assert found.message == f"1 of 60 {name} rows have a score beyond the scale of 0 to 5"
    assert found.notes == [f"row 4 of {path}: `30`"]


def test_one_end_of_a_scale(tmp_path: Path) -> None:
    overrides = [*files(tmp_path, [0, 1, 9, -2], [0, 1, 2]), "task.scale.lowest=0"]
    assert finding(overrides, CODE).notes == [f"row 4 of {tmp_path / 'a.csv'}: `-2`"]


def test_a_scale_without_extent_is_refused(tmp_path: Path) -> None:
    overrides = [*files(tmp_path, [0, 1, 2], [0, 1]), "task.scale.lowest=5", "task.scale.highest=0"]
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert_fixes_clear(overrides, CODE)


TENTHS = [7 * n % 51 / 10 for n in range(200)]


@pytest.mark.parametrize("name", ["train", "validation"])
def test_a_slip_of_the_keyboard_is_found_without_a_scale(tmp_path: Path, name: str) -> None:
    scores = {"train": [*TENTHS], "validation": TENTHS[::2]}
    scores[name][3] = 57
    found = assert_only(files(tmp_path, scores["train"], scores["validation"]), CODE)
    rows = len(scores[name])
    assert found.message == (
        f"1 of {rows} {name} rows have a score far from all others, which are from 0 to 5"
    )
    assert found.notes == [f"row 4 of {tmp_path / {'train': 'a.csv', 'validation': 'b.csv'}[name]}: `57`"]
