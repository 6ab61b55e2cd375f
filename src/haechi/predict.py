"""A saved model folder -> predictions for rows."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.predictions import predictions_of
from haechi.rows.examples import Example, QuestionExample, TaggedExample
from haechi.rows.readers import to_examples
from haechi.schema.task import TOKENWISE, Columns, Objective

if TYPE_CHECKING:
    import numpy as np

    from haechi.data.input_format import InputFormat
    from haechi.data.split import EncodedSplit

Row = Mapping[str, object]
Predictor = Callable[[Sequence[Row]], list[dict[str, object]]]


def load_predictor(folder: Path, batch_size: int = 64) -> Predictor:
    """A function from rows to predictions; the tokenizer and lengths are those of the training.

    | objective | a row has | a prediction has |
    | --- | --- | --- |
    | classification | `text` | `label`, and `score`: the probability of that class |
    | pair_classification | `text`, `text_pair` | the same |
    | regression | `text`, `text_pair` if it is a pair | `score` |
    | relation | `sentence`, `subject_entity`, `object_entity` as KLUE has them | `label`, `score` |
    | token_classification | `tokens`, or `text` to be read by characters | `tags`, one for each |
    | span | `question`, `context` | `answer`, empty for none, and `score` |
    """
    from haechi.data.encode import encode
    from haechi.modeling.save import load_model
    from haechi.tokenization.build import build_tokenizer

    model, description = load_model(folder)
    form, tokenizer = description.input_format(), build_tokenizer(folder)
    pad_token_id = tokenizer.padding_id

    def predict(rows: Sequence[Row]) -> list[dict[str, object]]:
        if not rows:
            return []
        split = encode(_examples(rows, form), tokenizer, form, labelled=False)
        outputs = _outputs(model, split, form, pad_token_id, batch_size)
        return predictions_of(split, outputs, form)

    return predict


def _outputs(
    model: Any, split: "EncodedSplit", form: "InputFormat", pad_token_id: int, batch_size: int
) -> "np.ndarray":
    """What an evaluation would hand on: logits, or ids of tags, with every item as long as the longest."""
    import numpy as np
    import torch

    from haechi.data.collate import Collator

    collate = Collator(pad_token_id)
    parts: list[np.ndarray] = []
    for start in range(0, len(split), batch_size):
        items = [split[index] for index in range(start, min(start + batch_size, len(split)))]
        with torch.inference_mode():
            logits = model(**collate(items))["logits"]
        if form.objective is Objective.token_classification:
            logits = logits.argmax(dim=-1)
        parts.append(logits.float().numpy() if logits.is_floating_point() else logits.numpy())
    if form.objective in TOKENWISE:
        longest = max(part.shape[1] for part in parts)
        rest = [(0, 0)] * (parts[0].ndim - 2)
        parts = [np.pad(part, [(0, 0), (0, longest - part.shape[1]), *rest]) for part in parts]
    return np.concatenate(parts)


def _examples(rows: Sequence[Row], form: "InputFormat") -> list[Example]:
    """Rows as the training would have read them, without labels."""
    numbered = list(enumerate(rows, start=1))
    match form.objective:
        case Objective.relation:
            # Read as a file is, since a mention may be an object or the text of one.
            names = ("sentence", "subject_entity", "object_entity", "label")
            unlabelled = [(number, {**row, "label": None}) for number, row in numbered]
            columns = Columns(**{name: name for name in names})
            return list(to_examples(unlabelled, columns, Objective.relation, Path("rows")))
        case Objective.token_classification:
            return [_tagged(number, row, form) for number, row in numbered]
        case Objective.span:
            return [_question(number, row) for number, row in numbered]
        case _:
            pairs = [str(row["text_pair"]) if form.text_pair else None for row in rows]
            return [
                Example(number, str(row["text"]), pair, None)
                for (number, row), pair in zip(numbered, pairs, strict=True)
            ]


def _tagged(number: int, row: Row, form: "InputFormat") -> Example:
    given: Any = row.get("tokens")
    tokens = [str(token) for token in (row["text"] if given is None else given)]  # type: ignore[attr-defined]
    text = ("" if all(len(token) == 1 for token in tokens) else " ").join(tokens)
    # Tags are laid out like labels; any will do where they are not kept.
    tags = [(form.labels or [""])[0]] * len(tokens)
    return TaggedExample(number, text, None, None, tokens=tokens, tags=tags)


def _question(number: int, row: Row) -> Example:
    question, context = str(row["question"]), str(row["context"])
    return QuestionExample(
        number, question, context, None, id=str(number), answers=(), is_impossible=True
    )  # fmt: skip
