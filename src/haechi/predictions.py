"""What a model's outputs say of each row: as the saved model answers, and as predictions.jsonl has it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from haechi.rows.examples import Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.schema.task import Objective
from haechi.text import Text

if TYPE_CHECKING:
    from haechi.data.answers import PredictedAnswer
    from haechi.data.input_format import InputFormat
    from haechi.data.split import EncodedSplit


def predictions_of(
    split: "EncodedSplit", outputs: np.ndarray, form: "InputFormat", *, all_scores: bool = False
) -> list[dict[str, Any]]:
    """One prediction for each example, in the order of the examples.

    `label` and `score` (its probability) for classes, `score` for a regression, `tags` for tagged tokens,
    `answer` and `score` for spans.

    Args:
        split: what was encoded; its items in the order of its examples, unless it has tags or spans.
        outputs: of the head, as `compute_metrics` reads them.
        form: how the split was laid out.
        all_scores: whether classes come with `scores`, the probability of each, and answers with the best
            `candidates`.
    """
    from haechi.data.answers import decode_answers
    from haechi.data.tags import decode_tags

    labels = form.labels or []
    match form.objective:
        case Objective.regression:
            return [{"score": float(value)} for value in outputs.reshape(-1)]
        case Objective.token_classification:
            return [{"tags": tags} for tags in decode_tags(split, outputs, labels)]
        case Objective.span:
            return [_answer_of(item, all_scores) for item in decode_answers(split, outputs)]
        case _:
            return [_class_of(logits, labels, all_scores) for logits in outputs]


def inputs_of(example: Example) -> dict[str, Any]:
    """A row as the saved model takes it."""
    match example:
        case RelationExample():
            mentions = [_mention(item, example.text or "") for item in (example.subject, example.object)]
            return {
                "sentence": example.text,
                "subject_entity": mentions[0],
                "object_entity": mentions[1],
            }
        case TaggedExample():
            return {"tokens": example.tokens}
        case QuestionExample():
            return {"question": example.text, "context": example.text_pair}
        case _:
            pair = {} if example.text_pair is None else {"text_pair": example.text_pair}
            return {"text": example.text, **pair}


def reported_rows(
    name: str, examples: Sequence[Example], predictions: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Rows of predictions.jsonl: what was asked, what is right, what was predicted.

    Args:
        name: the split.
        examples: its rows.
        predictions: with the scores of all classes.
    """
    for example, prediction in zip(examples, predictions, strict=True):
        yield {"split": name, **reported_row(example, prediction, labelled=True)}


def reported_row(example: Example, prediction: Mapping[str, Any], *, labelled: bool) -> dict[str, Any]:
    """A row with what is predicted for it; what is right is told where the row is `labelled`.

    Of a class there are the `scores` of all where the prediction has them, else its own `score`; of an
    answer the `candidates` where the prediction has them.
    """
    right = _right_of(example, prediction) if labelled else {}
    match example:
        case QuestionExample():
            given = {"id": example.id, "question": example.text}
        case _:
            given = inputs_of(example)
    return {"row": example.row, **given, **right, **_told(prediction)}


def _right_of(example: Example, prediction: Mapping[str, Any]) -> dict[str, Any]:
    match example:
        case TaggedExample():
            return {"labels": example.tags}
        case QuestionExample():
            return {"answers": [] if example.is_impossible else [answer.text for answer in example.answers]}
        case _ if "label" in prediction:
            return {"label": str(example.label)}
        case _:
            return {"label": float(example.label)}


def _told(prediction: Mapping[str, Any]) -> dict[str, Any]:
    """What was predicted, shares to six digits."""
    if "tags" in prediction:
        return {"prediction": prediction["tags"]}
    if "answer" in prediction:
        told = {"prediction": prediction["answer"], "score": round(prediction["score"], 6)}
        if "candidates" in prediction:
            told["candidates"] = [
                {**item, "score": round(item["score"], 6)} for item in prediction["candidates"]
            ]
        return told
    if "scores" in prediction:
        scores = {label: round(share, 6) for label, share in prediction["scores"].items()}
        return {"prediction": prediction["label"], "scores": scores}
    if "label" in prediction:
        return {"prediction": prediction["label"], "score": round(prediction["score"], 6)}
    return {"prediction": prediction["score"]}


def _class_of(logits_C: np.ndarray, labels: Sequence[str], all_scores: bool) -> dict[str, Any]:
    shifted = np.exp(logits_C - logits_C.max())
    shares = [float(share) for share in shifted / shifted.sum()]
    best = int(np.argmax(logits_C))
    scores = {"scores": dict(zip(labels, shares, strict=True))} if all_scores else {}
    return {"label": labels[best], "score": shares[best], **scores}


def _answer_of(found: "PredictedAnswer", all_candidates: bool) -> dict[str, Any]:
    told = [{"answer": item.text, "score": item.score} for item in found.candidates]
    more = {"candidates": told} if all_candidates else {}
    return {"answer": found.text, "score": found.score, **more}


def _mention(entity: Entity | Text, sentence: str) -> dict[str, Any] | None:
    """A mention as KLUE writes it: `end_idx` is that of its last character."""
    if isinstance(entity, Text):
        return None
    found = {"word": sentence[entity.start : entity.end], "start_idx": entity.start}
    kind = {} if entity.type is None else {"type": entity.type}
    return {**found, "end_idx": entity.end - 1, **kind}
