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
    message = finding(example(tmp_path), CODE).message
    assert message == "the validation scores are from 0 to 5, and train has 0 to 1"


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
    assert (
        finding(sts(0, 2.5, 5.2), CODE).message
        == "the train scores are from 0 to 5.2, and KLUE-STS has 0 to 5"
    )
