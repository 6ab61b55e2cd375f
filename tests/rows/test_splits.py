"""Splits: drawn and split off, the same for the same seed, no row lost."""

from pathlib import Path

import pytest

from haechi.rows.examples import Example, QuestionExample
from haechi.rows.splits import Split, draw, moved_rows, read_split, split_off_validation
from haechi.schema.task import Columns, Files, Objective, TaskConfig
from judging import good_file, write_rows


def split(rows: int) -> Split:
    return Split(
        "train", "a.csv", [Example(number, f"제목 {number}", None, "가") for number in range(1, rows + 1)]
    )


@pytest.mark.parametrize(
    ("rows", "share"), [(2, 0.1), (2, 0.9), (10, 0.1), (10, 0.9), (99, 0.25), (1000, 0.001)]
)
def test_no_row_is_lost_and_both_have_some(rows: int, share: float) -> None:
    train, validation = split_off_validation(split(rows), share, seed=42)
    kept, moved = ([item.row for item in part.examples] for part in (train, validation))
    assert sorted(kept + moved) == list(range(1, rows + 1))
    assert kept == sorted(kept)
    assert moved == sorted(moved)
    assert kept
    assert len(moved) == moved_rows(rows, share) >= 1
    assert (train.name, validation.name) == ("train", "validation")


def test_the_seed_decides() -> None:
    once, again, other = (split_off_validation(split(100), 0.1, seed)[1] for seed in (1, 1, 2))
    assert once == again
    assert once != other
    assert draw(split(100), 10, 1) == draw(split(100), 10, 1)
    assert draw(split(100), 10, 1) != draw(split(100), 10, 2)


def questions(documents: list[str]) -> Split:
    return Split(
        "train", "a.json",
        [
            QuestionExample(
                row, f"질문 {row}", f"글 {row}", None, id=str(row), answers=(), is_impossible=True,
                document=name,
            )
            for row, name in enumerate(documents, start=1)
        ],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_questions_of_a_document_stay_together(seed: int) -> None:
    whole = questions([f"문서 {row % 17}" for row in range(200)])
    train, validation = split_off_validation(whole, 0.1, seed)
    kept, moved = ({item.document for item in part.examples} for part in (train, validation))
    assert not kept & moved
    # 20 rows are wanted and a document has 11 or 12.
    assert 20 <= len(validation.examples) <= 31
    assert len(train.examples) + len(validation.examples) == 200


def test_pairs_with_the_same_first_text_stay_together() -> None:
    rows = [Example(row, f"전제 {row // 3}", f"가설 {row}", "함의") for row in range(90)]
    train, validation = split_off_validation(Split("train", "a.json", rows), 0.1, 1)
    assert len(validation.examples) == 9
    kept, moved = ({item.text for item in part.examples} for part in (train, validation))
    assert not kept & moved


def test_a_single_document_is_split_by_rows() -> None:
    train, validation = split_off_validation(questions(["하나"] * 10), 0.2, 1)
    assert (len(train.examples), len(validation.examples)) == (8, 2)


@pytest.mark.parametrize("rows", [None, 5, 6])
def test_enough_rows_are_all_rows(rows: int | None) -> None:
    assert draw(split(5), rows, 1) == split(5)


def test_drawn_rows_keep_their_order() -> None:
    drawn = [item.row for item in draw(split(100), 30, 7).examples]
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 30


def test_files_are_read_as_the_task_says(tmp_path: Path) -> None:
    test_file = write_rows(tmp_path / "t.csv", "text,label\n가,나\n")
    task = TaskConfig(
        name="files", objective=Objective.classification, columns=Columns(text="text", label="label"),
        files=Files(train=str(good_file(tmp_path)), test=str(test_file)),
    )  # fmt: skip
    train, validation, test = (read_split(task, name) for name in ("train", "validation", "test"))
    assert train is not None
    assert len(train.examples) == 4
    assert validation is None
    assert test is not None
    assert test.examples[0].label == "나"


@pytest.mark.parametrize("seed", range(6))
def test_a_group_that_holds_most_rows_is_not_moved(seed: int) -> None:
    rows = [Example(row, "같은 글" if row < 90 else f"글 {row}", f"짝 {row}", "가") for row in range(100)]
    train, validation = split_off_validation(Split("train", "a.json", rows), 0.1, seed)
    assert (len(train.examples), len(validation.examples)) == (90, 10)


def test_where_no_group_is_small_enough_rows_are_moved() -> None:
    rows = [Example(row, f"글 {row // 50}", f"짝 {row}", "가") for row in range(100)]
    train, validation = split_off_validation(Split("train", "a.json", rows), 0.1, 1)
    assert (len(train.examples), len(validation.examples)) == (90, 10)
