"""Rows of predictions.jsonl, and the sample that the tracked model is described by."""

from array import array

import numpy as np
import pytest

from haechi.data.input_format import InputFormat
from haechi.data.split import ContextTokens, EncodedSplit
from haechi.predictions import inputs_of, predictions_of, reported_rows
from haechi.rows.examples import Answer, Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.schema.task import Objective


def rows_of(split: EncodedSplit, outputs: np.ndarray, form: InputFormat) -> list[dict]:
    predictions = predictions_of(split, outputs, form, all_scores=True)
    return list(reported_rows("test", split.examples, predictions))


def test_classes_come_with_the_scores_of_all() -> None:
    split = EncodedSplit([[2, 3]], examples=[Example(7, "글", "짝", "나")])
    form = InputFormat(Objective.pair_classification, 8, labels=["가", "나"])
    (row,) = rows_of(split, np.log(np.array([[0.75, 0.25]])), form)
    assert row == {
        "split": "test", "row": 7, "text": "글", "text_pair": "짝", "label": "나", "prediction": "가",
        "scores": {"가": pytest.approx(0.75), "나": pytest.approx(0.25)},
    }  # fmt: skip
    (answer,) = predictions_of(split, np.log(np.array([[0.75, 0.25]])), form)
    assert answer == {"label": "가", "score": pytest.approx(0.75)}


def test_scores_stand_beside_what_was_asked_for() -> None:
    split = EncodedSplit([[2, 3]], examples=[Example(1, "글", "짝", "3.5")])
    (row,) = rows_of(split, np.array([[3.0]]), InputFormat(Objective.regression, 8))
    assert (row["label"], row["prediction"]) == (3.5, 3.0)


def test_relations_show_both_mentions_as_klue_writes_them() -> None:
    example = RelationExample(
        1, "김해치는 연구소장", None, "per:title",
        subject=Entity(0, 3, "PER", "김해치"), object=Entity(5, 9, None),
    )  # fmt: skip
    form = InputFormat(Objective.relation, 8, labels=["no_relation", "per:title"])
    (row,) = rows_of(EncodedSplit([[2, 3]], examples=[example]), np.array([[0.0, 1.0]]), form)
    assert row["subject_entity"] == {"word": "김해치", "start_idx": 0, "end_idx": 2, "type": "PER"}
    assert row["object_entity"] == {"word": "연구소장", "start_idx": 5, "end_idx": 8}
    assert (row["label"], row["prediction"]) == ("per:title", "per:title")


def test_tags_stand_beside_their_tokens() -> None:
    example = TaggedExample(1, "김씨", None, None, tokens=["김", "씨"], tags=["B-PS", "O"])
    split = EncodedSplit([[2, 9, 3]], carriers=[array("i", [1, 1])], rows=[0], examples=[example])
    form = InputFormat(Objective.token_classification, 8, labels=["O", "B-PS", "I-PS"])
    (row,) = rows_of(split, np.array([[0, 1, 0]]), form)
    assert (row["tokens"], row["labels"], row["prediction"]) == (
        ["김", "씨"],
        ["B-PS", "O"],
        ["B-PS", "I-PS"],
    )


def test_questions_keep_their_name_and_answers_and_not_the_context() -> None:
    example = QuestionExample(
        1, "무엇을?", "불을 먹는다", None, id="klue-7", answers=(Answer(0, "불"),), is_impossible=False
    )
    context = ContextTokens(3, 0, array("i", [0, 3]), array("i", [2, 6]))
    split = EncodedSplit([[2, 9, 3, 8, 7, 3]], contexts=[context], rows=[0], examples=[example])
    outputs = np.zeros((1, 6, 2))
    outputs[0, 3] = 5
    (row,) = rows_of(split, outputs, InputFormat(Objective.span, 8))
    assert (row["id"], row["answers"], row["prediction"]) == ("klue-7", ["불"], "불을")
    assert set(row) == {"split", "row", "id", "question", "answers", "prediction", "score", "candidates"}
    assert row["candidates"][0] == {"answer": "불을", "score": row["score"]}
    assert inputs_of(example) == {"question": "무엇을?", "context": "불을 먹는다"}
