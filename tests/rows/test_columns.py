"""Columns: dots, bars, near names, values of one kind."""

from pathlib import Path

import pytest

from haechi.rows.columns import dig, names, nearest
from haechi.rows.fault import FileFault
from haechi.rows.readers import to_examples
from haechi.schema.task import Columns, Objective

STS = {"sentence1": "가", "sentence2": "나", "labels": {"label": 3.7, "binary-label": 1}, "a.b": "점"}


def examples(rows: list[dict[str, object]], objective: Objective = Objective.classification, **columns: str):
    return list(to_examples(enumerate(rows, start=1), Columns(**columns), objective, Path("a.json")))


def test_dig() -> None:
    assert dig(STS, "labels.label") == 3.7
    assert dig(STS, "a.b") == "점"
    assert dig(STS, "labels.none") is None
    assert dig(STS, "sentence1.x") is None


def test_names_are_dotted() -> None:
    assert names([STS]) == [
        "sentence1",
        "sentence2",
        "labels.label",
        "labels.binary-label",
        "a.b",
    ]


def test_klue_sts() -> None:
    found = examples(
        [STS],
        Objective.regression,
        text="sentence1",
        text_pair="sentence2",
        label="labels.real-label|labels.label",
    )[0]
    assert (found.row, found.text, found.text_pair, found.label) == (1, "가", "나", 3.7)


def test_the_first_alternative_wins() -> None:
    rows = [{"text": "가", "label": "새", "gold_label": "옛"}]
    assert examples(rows, text="text", label="gold_label|label")[0].label == "옛"
    assert examples(rows, text="text", label="label|gold_label")[0].label == "새"


def test_numbers_become_text_and_missing_stays_missing() -> None:
    found = examples([{"text": 1, "label": 0}, {"text": None, "label": None}, {}], text="text", label="label")
    assert [item.text for item in found] == ["1", None, None]
    assert [item.label for item in found] == [0, None, None]
    assert [item.row for item in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "best"), [("titel", "title"), ("TITLE", "title"), ("lable", "label"), ("제목명", "제목")]
)
def test_nearest(name: str, best: str) -> None:
    assert nearest(name, ["title", "label", "제목", "guid"])[0] == best


def test_nothing_is_near() -> None:
    assert nearest("xyz", ["title", "label"]) == []


@pytest.mark.parametrize("value", [["a"], {"x": 1}, b"a"])
def test_a_cell_is_one_value(value: object) -> None:
    with pytest.raises(FileFault, match="row 2"):
        examples([{"text": "가", "label": "x"}, {"text": value, "label": "x"}], text="text", label="label")
