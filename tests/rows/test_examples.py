"""Rows of relations, tagged sentences and questions in all the forms that data sets give them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from haechi.rows.examples import Answer, Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.fault import FileFault, Kind
from haechi.rows.readers import to_examples
from haechi.rows.splits import SplitStream, read_split
from haechi.schema.task import Columns, Files, Objective, TaskConfig
from haechi.text import Text
from judging import write_rows

RELATION = Columns(
    sentence="sentence", subject_entity="subject_entity", object_entity="object_entity", label="label"
)
TAGGED = Columns(text="tokens", label="ner_tags")
SPAN = Columns(question="question", context="context", answers="answers", id="id|guid")


def made(objective: Objective, columns: Columns, *rows: dict[str, Any]) -> list[Any]:
    return list(to_examples(enumerate(rows, start=1), columns, objective, Path("a.json")))


def read(path: Path, objective: Objective, columns: Columns) -> list[Example]:
    task = TaskConfig(name="files", objective=objective, columns=columns, files=Files(train=str(path)))
    return [item for item in SplitStream(task, "train", path) if isinstance(item, Example)]


SUBJECT = {"word": "이순신", "start_idx": 0, "end_idx": 2, "type": "PER"}
OBJECT = {"word": "한산도", "start_idx": 5, "end_idx": 7, "type": "LOC"}
SENTENCE = "이순신은 한산도에서 이겼다"


@pytest.mark.parametrize(
    "spelling",
    [lambda value: value, lambda value: json.dumps(value, ensure_ascii=False), str],
    ids=["object", "json", "python"],
)
def test_mentions_in_every_spelling(spelling: Any) -> None:
    row = {"sentence": SENTENCE, "subject_entity": spelling(SUBJECT), "object_entity": spelling(OBJECT)}
    (found,) = made(Objective.relation, RELATION, {**row, "label": "no_relation"})
    assert isinstance(found, RelationExample)
    assert (found.row, found.text, found.label) == (1, SENTENCE, "no_relation")
    assert found.subject == Entity(0, 3, "PER", "이순신")
    assert found.object == Entity(5, 8, "LOC", "한산도")
    assert SENTENCE[found.object.start : found.object.end] == "한산도"


def test_a_csv_file_of_a_competition(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "sentence", "subject_entity", "object_entity", "label", "source"])
        writer.writerow([0, SENTENCE, str(SUBJECT), str(OBJECT), "per:place_of_residence", "wikipedia"])
    (found,) = read(path, Objective.relation, RELATION)
    assert isinstance(found, RelationExample)
    assert found.subject == Entity(0, 3, "PER", "이순신")


def test_offsets_that_a_program_made_fractions() -> None:
    subject = {"word": "이순신", "start_idx": 0.0, "end_idx": 2.0}
    row = {"sentence": SENTENCE, "subject_entity": subject, "object_entity": OBJECT, "label": "가"}
    assert made(Objective.relation, RELATION, row)[0].subject == Entity(0, 3, None, "이순신")


@pytest.mark.parametrize(
    "value",
    [None, "이순신", {"word": "이순신"}, {"start_idx": "0", "end_idx": 2}, {"start_idx": True, "end_idx": 2},
     {"start_idx": 0.5, "end_idx": 2}, {"start_idx": float("nan"), "end_idx": 2}, [0, 2]],
)  # fmt: skip
def test_no_mention_is_told_not_raised(value: Any) -> None:
    row = {"sentence": SENTENCE, "subject_entity": value, "object_entity": OBJECT, "label": "가"}
    found = made(Objective.relation, RELATION, row)[0].subject
    assert isinstance(found, Text)
    assert found.ko


def test_klues_tagged_file(tmp_path: Path) -> None:
    lines = [
        "## 토큰, 레이블 구분자 : \\t", "## 주석 : ##", "## klue-ner-v1_dev_00000\t<서울:LC> #1", "서\tB-LC",
        "울\tI-LC", " \tO", "#\tO", "1\tO", "", "## klue-ner-v1_dev_00001\t네", "네\tO", "",
    ]  # fmt: skip
    for ends in ("\n", "\r\n"):
        found = read(write_rows(tmp_path / "a.tsv", ends.join(lines)), Objective.token_classification, TAGGED)
        first, second = found
        assert isinstance(first, TaggedExample)
        assert isinstance(second, TaggedExample)
        assert (first.row, first.text) == (1, "서울 #1")
        assert first.tags == ["B-LC", "I-LC", "O", "O", "O"]
        assert (second.tokens, second.tags) == (["네"], ["O"])


@pytest.mark.parametrize("broken", ["서 B-LC", "\tO", "서"])
def test_a_broken_line_of_a_tagged_file(tmp_path: Path, broken: str) -> None:
    path = write_rows(tmp_path / "a.tsv", f"## a\n가\tO\n{broken}\n\n")
    with pytest.raises(FileFault, match="line 3: a token, a tab and a tag are needed") as caught:
        read(path, Objective.token_classification, TAGGED)
    assert caught.value.kind is Kind.malformed


def test_words_have_spaces_between_them_and_characters_have_none() -> None:
    words = made(
        Objective.token_classification, TAGGED,
        {"tokens": ["서울", "에서"], "ner_tags": ["B-LC", "O"]},
        {"tokens": ["그", "책"], "ner_tags": ["O", "O"]},
    )  # fmt: skip
    assert [item.text for item in words] == ["서울 에서", "그 책"]
    characters = made(
        Objective.token_classification, TAGGED,
        {"tokens": list("그 책"), "ner_tags": list("OOO")}, {"tokens": list("네"), "ner_tags": ["O"]},
    )  # fmt: skip
    assert [item.text for item in characters] == ["그 책", "네"]


@pytest.mark.parametrize(
    ("tokens", "tags"),
    [
        ("서울 에서", "B-LC O"), ('["서울", "에서"]', '["B-LC", "O"]'), ("['서울', '에서']", "['B-LC', 'O']"),
        (["서울", "에서"], ["B-LC", "O"]),
    ],
)  # fmt: skip
def test_lists_in_every_spelling(tokens: Any, tags: Any) -> None:
    (found,) = made(Objective.token_classification, TAGGED, {"tokens": tokens, "ner_tags": tags})
    assert (found.tokens, found.tags) == (["서울", "에서"], ["B-LC", "O"])


@pytest.mark.parametrize("value", [3, None, {"a": 1}, [["가"]], [None], b"x"])
def test_no_list_is_a_fault_with_row_and_column(value: Any) -> None:
    rows = [{"tokens": ["가"], "ner_tags": ["O"]}, {"tokens": ["나"], "ner_tags": value}]
    if isinstance(value, dict):
        rows.append({"tokens": ["나"], "ner_tags": "O"})
    with pytest.raises(FileFault, match="row 2: `ner_tags` holds") as caught:
        made(Objective.token_classification, TAGGED, *rows)
    assert caught.value.setting == "task.columns.label"


CONTEXT = "한국은행은 기준금리를 동결했다"
ANSWER = {"text": "동결", "answer_start": 12}


def squad(*questions: dict[str, Any]) -> str:
    article = {"title": "금리", "paragraphs": [{"context": CONTEXT, "qas": list(questions)}]}
    return json.dumps({"version": "1.1", "data": [article, article]}, ensure_ascii=False)


def test_nested_questions(tmp_path: Path) -> None:
    questions = [
        {"question": "무엇을 했나", "id": "가-1", "answers": [ANSWER]},
        {
            "question": "누가 했나", "guid": "가-2", "is_impossible": True, "answers": [],
            "plausible_answers": [ANSWER],
        },
    ]  # fmt: skip
    found = read(write_rows(tmp_path / "a.json", squad(*questions)), Objective.span, SPAN)
    assert len(found) == 4
    first, second = found[:2]
    assert isinstance(first, QuestionExample)
    assert isinstance(second, QuestionExample)
    assert (first.row, first.id, first.text, first.text_pair) == (1, "가-1", "무엇을 했나", CONTEXT)
    assert first.answers == (Answer(12, "동결"),)
    assert CONTEXT[12:14] == "동결"
    assert not first.is_impossible
    assert (second.id, second.answers, second.is_impossible) == ("가-2", (), True)


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"answer_start": [12, 0], "text": ["동결", "한국"]}, [(12, "동결"), (0, "한국")]),
        ({"answer_start": [], "text": []}, []), ([ANSWER], [(12, "동결")]), (ANSWER, [(12, "동결")]),
        ("{'answer_start': [12], 'text': ['동결']}", [(12, "동결")]), (json.dumps([ANSWER]), [(12, "동결")]),
        (None, []), ("", []), ([], []), ([{"answer_start": 12.0, "text": "동결"}], [(12, "동결")]),
    ],
)  # fmt: skip
def test_answers_in_every_spelling(answers: Any, found: list[tuple[int, str]]) -> None:
    (example,) = made(Objective.span, SPAN, {"question": "?", "context": CONTEXT, "answers": answers})
    assert [(item.start, item.text) for item in example.answers] == found
    assert example.is_impossible == (not found)
    assert example.id == "1"


@pytest.mark.parametrize(
    "answers",
    [3, "동결", ["동결"], [{"text": "동결"}], {"text": ["동결"], "answer_start": []}, [[12, "동결"]]],
)
def test_answers_of_another_shape_are_a_fault(answers: Any) -> None:
    with pytest.raises(FileFault, match="row 1: `answers` holds an answer without") as caught:
        made(Objective.span, SPAN, {"question": "?", "context": CONTEXT, "answers": answers})
    assert caught.value.setting == "task.columns.answers"


@pytest.mark.parametrize(
    ("value", "impossible"),
    [(True, True), (False, False), ("True", True), ("False", False), (0, False), (1, True)],
)
def test_impossible_as_programs_spell_it(value: object, impossible: bool) -> None:
    row = {"question": "?", "context": CONTEXT, "answers": [], "is_impossible": value}
    assert made(Objective.span, SPAN, row)[0].is_impossible is impossible


@pytest.mark.parametrize("second", [{}, {"b": None}, {"b": ""}])
def test_a_missing_second_text_is_an_empty_one(second: dict[str, Any]) -> None:
    columns = Columns(text="a", text_pair="b", label="c")
    rows = [{"a": "가", "b": "나", "c": 1}, {"a": "가", **second, "c": 1}]
    assert [item.text_pair for item in made(Objective.regression, columns, *rows)] == ["나", ""]
    alone = Columns(text="a", label="c")
    assert [item.text_pair for item in made(Objective.regression, alone, *rows)] == [None, None]


def test_a_missing_context_is_an_empty_one() -> None:
    rows = [{"question": "?", "context": context, "answers": []} for context in (CONTEXT, None)]
    assert [item.text_pair for item in made(Objective.span, SPAN, *rows)] == [CONTEXT, ""]


def test_rows_around_one_that_cannot_be_used_are_read(tmp_path: Path) -> None:
    answers = [[ANSWER], [{"text": "동결"}], [ANSWER], [{"text": "동결", "answer_start": "12"}], [ANSWER]]
    rows = [{"question": "?", "context": CONTEXT, "answers": value} for value in answers]
    path = write_rows(tmp_path / "a.json", json.dumps(rows))
    task = TaskConfig(name="files", objective=Objective.span, columns=SPAN, files=Files(train=str(path)))
    split = read_split(task, "train")
    assert split is not None
    assert [item.row for item in split.examples] == [1, 3, 5]
    assert [item.row for item in split.faults] == [2, 4]
    assert [item.row for item in split] == [1, 2, 3, 4, 5]
    assert [item.row for item in SplitStream(task, "train", path)] == [1, 2, 3, 4, 5]
    with pytest.raises(FileFault, match="row 2"):
        made(Objective.span, SPAN, *rows)


def test_a_tagged_row_knows_its_name(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.tsv", "## x\n## ner-12\t네\n네\tO\n\n")
    (found,) = read(path, Objective.token_classification, TAGGED)
    assert isinstance(found, TaggedExample)
    assert found.id == "ner-12"


def test_a_row_whose_number_is_not_known_is_not_named() -> None:
    with pytest.raises(FileFault) as caught:
        list(to_examples([(0, {"text": ["가"], "label": 1})], Columns(text="text", label="label"),
                         Objective.classification, Path("a.csv")))  # fmt: skip
    assert caught.value.message == "`text` holds a list, where one text or number is needed"
