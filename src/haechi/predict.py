"""A saved model folder -> predictions for rows of text."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Predictor = Callable[[Sequence[Mapping[str, object]]], list[dict[str, object]]]


def load_predictor(folder: Path, batch_size: int = 64) -> Predictor:
    """A function from rows (`text`, and `text_pair` for pairs) to predictions.

    A prediction is {"label", "score"} (the probability of that class) for a classification and
    {"score"} for a regression. The tokenizer and lengths are those of the training.
    """
    import torch

    from haechi.data.collate import Collator
    from haechi.modeling.save import load_model
    from haechi.tokenization.build import build_tokenizer

    model, description = load_model(folder)
    tokenizer = build_tokenizer(folder)
    collate = Collator(tokenizer.id("pad") or 0)

    def predict(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
        texts = [str(row["text"]) for row in rows]
        pairs = [str(row["text_pair"]) for row in rows] if description.text_pair else None
        encodings = tokenizer.encode(texts, pairs, description.max_length)
        found: list[dict[str, object]] = []
        for start in range(0, len(encodings), batch_size):
            chunk = encodings[start : start + batch_size]
            items = [
                {
                    "input_ids": item.ids,
                    **({"token_type_ids": item.type_ids} if description.token_type_ids else {}),
                }
                for item in chunk
            ]
            with torch.inference_mode():
                logits = model(**collate(items))["logits"]
            found += [_named(row, description.labels) for row in logits]
        return found

    def _named(logits: "torch.Tensor", labels: list[str] | None) -> dict[str, object]:
        if labels is None:
            return {"score": float(logits[0])}
        probabilities = logits.softmax(dim=-1)
        best = int(probabilities.argmax())
        return {"label": labels[best], "score": float(probabilities[best])}

    return predict
