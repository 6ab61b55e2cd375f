"""A saved model folder -> predictions for rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haechi.predictions import predictions_of
from haechi.rows.examples import Example, QuestionExample, TaggedExample
from haechi.rows.readers import to_examples
from haechi.schema.task import TOKENWISE, Columns, Objective

if TYPE_CHECKING:
    import numpy as np

    from haechi.data.split import EncodedSplit
    from haechi.tokenization.runtime import RuntimeTokenizer

Row = Mapping[str, object]


class SavedModel:
    """A fine-tuned model that answers as it did at the end of its training.

    Called with rows it gives a prediction for each; the tokenizer and lengths are those of the training.

    | objective | a row has | a prediction has |
    | --- | --- | --- |
    | classification | `text` | `label`, and `score`: the probability of that class |
    | pair_classification | `text`, `text_pair` | the same |
    | regression | `text`, `text_pair` if it is a pair | `score` |
    | relation | `sentence`, `subject_entity`, `object_entity` as KLUE has them | `label`, `score` |
    | token_classification | `tokens`, or `text` to be read by characters | `tags`, one for each |
    | span | `question`, `context` | `answer`, empty for none, and `score` |
    """

    def __init__(
        self,
        folder: Path,
        batch_size: int = 64,
        device: str = "cpu",
        *,
        tokenizer: "RuntimeTokenizer | None" = None,
    ) -> None:
        """Load the model.

        Args:
            folder: what `save_model` wrote.
            batch_size: rows, or windows, that go through the model at once.
            device: where it computes, by torch's name.
            tokenizer: that of the folder, where it has been built already.

        Raises:
            RunFault: the folder was written by a newer Haechi, or its files cannot be read.
        """
        from haechi.modeling.save import load_model
        from haechi.tokenization.build import build_tokenizer

        self._model, self.description = load_model(folder)
        self._model.to(device)
        self._device, self._batch_size = device, batch_size
        self.form, self.tokenizer = self.description.input_format(), tokenizer or build_tokenizer(folder)

    def __call__(self, rows: Sequence[Row]) -> list[dict[str, object]]:
        """Predictions for rows, in their order."""
        return self.predict(self._examples(rows))

    def predict(self, examples: Sequence[Example], *, all_scores: bool = False) -> list[dict[str, Any]]:
        """Predictions for examples, in their order; `all_scores` as in `predictions_of`.

        Raises:
            RunFault: a row cannot be encoded.
        """
        if not examples:
            return []
        split, outputs = self.outputs(examples)
        return predictions_of(split, outputs, self.form, all_scores=all_scores)

    def outputs(self, examples: Sequence[Example]) -> "tuple[EncodedSplit, np.ndarray]":
        """The examples encoded, and what an evaluation would hand on: logits, or ids of tags.

        Every item is as long as the longest.
        """
        import numpy as np

        from haechi.data.encode import encode

        split = encode(examples, self.tokenizer, self.form, labelled=False)
        ordered, order = split.by_length()
        parts = [
            self._pass(ordered, start, min(start + self._batch_size, len(split)))
            for start in range(0, len(split), self._batch_size)
        ]
        if self.form.objective in TOKENWISE:
            longest = max(part.shape[1] for part in parts)
            rest = [(0, 0)] * (parts[0].ndim - 2)
            parts = [np.pad(part, [(0, 0), (0, longest - part.shape[1]), *rest]) for part in parts]
        found = np.concatenate(parts)
        outputs = np.empty_like(found)
        outputs[order] = found
        return split, outputs

    def _pass(self, split: "EncodedSplit", start: int, end: int) -> "np.ndarray":
        import torch

        from haechi.data.collate import Collator

        batch = Collator(self.tokenizer.padding_id)([split[index] for index in range(start, end)])
        with torch.inference_mode():
            logits = self._model(**{name: tensor.to(self._device) for name, tensor in batch.items()})[
                "logits"
            ]
        if self.form.objective is Objective.token_classification:
            logits = logits.argmax(dim=-1)
        return (logits.float() if logits.is_floating_point() else logits).cpu().numpy()

    def _examples(self, rows: Sequence[Row]) -> list[Example]:
        """Rows as the training would have read them, without labels."""
        numbered = list(enumerate(rows, start=1))
        match self.form.objective:
            case Objective.relation:
                # Read as a file is, since a mention may be an object or the text of one.
                names = ("sentence", "subject_entity", "object_entity", "label")
                unlabelled = [(number, {**row, "label": None}) for number, row in numbered]
                columns = Columns(**{name: name for name in names})
                return list(to_examples(unlabelled, columns, Objective.relation, Path("rows")))
            case Objective.token_classification:
                return [self._tagged(number, row) for number, row in numbered]
            case Objective.span:
                return [_question(number, row) for number, row in numbered]
            case _:
                pairs = [str(row["text_pair"]) if self.form.text_pair else None for row in rows]
                return [
                    Example(number, str(row["text"]), pair, None)
                    for (number, row), pair in zip(numbered, pairs, strict=True)
                ]

    def _tagged(self, number: int, row: Row) -> Example:
        given: Any = row.get("tokens")
        tokens = [str(token) for token in (row["text"] if given is None else given)]  # type: ignore[attr-defined]
        between = "" if all(len(token) == 1 for token in tokens) else " "
        if given is not None and self.description.between is not None:
            between = self.description.between
        example = TaggedExample(number, between.join(tokens), None, None, tokens=tokens, tags=[])
        return unlabelled(example, self.form.labels)


def load_predictor(folder: Path, batch_size: int = 64) -> SavedModel:
    """The model of a folder, to be called with rows."""
    return SavedModel(folder, batch_size)


def unlabelled(example: Example, labels: Sequence[str] | None) -> Example:
    """The example without what is right, which may be anything in a row that is only predicted on.

    Tags are laid out like labels, so a tagged example has some for each token, whatever they are.
    """
    match example:
        case TaggedExample():
            return replace(example, tags=[(labels or [""])[0]] * len(example.tokens))
        case QuestionExample():
            return replace(example, answers=(), is_impossible=True)
        case _:
            return replace(example, label=None)


def _question(number: int, row: Row) -> Example:
    question, context = str(row["question"]), str(row["context"])
    return QuestionExample(
        number, question, context, None, id=str(number), answers=(), is_impossible=True
    )  # fmt: skip
