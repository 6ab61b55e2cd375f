"""Which tokens matter: measured on some sentences, by position, kind and part of speech."""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from haechi.schema.task import Objective
from haechi.study.cells import Cell
from haechi.study.contributions import Contributions, Pooled, Predict, contributions
from haechi.study.encoding import Reader
from haechi.study.measures import Measures
from haechi.study.parts import EXTRA, analyser, parts_of
from haechi.study.ranking import order_agreement
from haechi.study.similarity import unit

log = logging.getLogger(__name__)

MOST_TOKENS_READ = 250_000
"""Tokens that leaving out one at a time may cost; a sentence of T tokens costs T times T."""
POSITIONS = 12
FEWEST_TOKENS = 4
"""Tokens that a sentence must have for two orders of them to be compared."""


@dataclass(frozen=True)
class Looked:
    """A sentence, its tokens and what each contributes."""

    row: int
    text: str
    tokens: list[str]
    spans: list[tuple[int, int]]
    """Characters of each token; empty for a special one, and where they are not known."""
    special: list[bool]
    parts: list[str | None] | None
    """None without an analyser."""
    found: Contributions

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """Every method's numbers, named `vector/leave_one_out` and the like."""
        return {
            **{f"vector/{name}": values for name, values in self.found.vector.items()},
            **{f"prediction/{name}": values for name, values in self.found.prediction.items()},
        }


def look_at_tokens(
    reader: Reader, cell: Cell, vectors_ND: np.ndarray, measures: Measures, count: int, seed: int, prefix: str
) -> list[Looked]:
    """Measure the tokens of some validation sentences, drawn with the seed.

    Args:
        reader: reads sentences.
        cell: whose vector is looked at.
        vectors_ND: the cell's vectors of all sentences.
        measures: what is predicted from them.
        count: how many sentences at most.
        seed: of the draw.
        prefix: what stands in front of every sentence.
    """
    rows = measures.corpus.validation
    order = random.Random(seed).sample(range(len(rows)), min(count, len(rows)))
    predict_of, pooled = _predictor(measures, vectors_ND), Pooled(reader, cell)
    for parameter in reader.encoder.parameters():
        parameter.requires_grad_(False)
    analyse = analyser() if measures.corpus.objective is not Objective.relation else None
    looked: list[Looked] = []
    cost = 0
    for row in order:
        example = measures.corpus.sentences[int(rows.first_R[row])]
        item = _item(reader, example)
        cost += len(item["input_ids"]) ** 2
        if cost > MOST_TOKENS_READ and looked:
            log.info("tokens: looked at %d sentences, as they are long", len(looked))
            break
        text = example.text or ""
        tokens, spans = _spelled(
            reader, item, text, is_marked=measures.corpus.objective is Objective.relation
        )
        special = [bool(value) for value in item["special_tokens_mask"]]
        parts = None if analyse is None else parts_of(text, spans, analyse, len(prefix))
        found = contributions(pooled, item, predict_of(row))
        looked.append(Looked(rows.examples[row].row, text, tokens, spans, special, parts, found))
    return looked


def _item(reader: Reader, example: Any) -> dict[str, list[int]]:
    split = reader.tokens([example])
    names = ("input_ids", "token_type_ids", "special_tokens_mask")
    return {name: list(split[0][name]) for name in names if name in split[0]}


def _spelled(
    reader: Reader, item: Mapping[str, list[int]], text: str, *, is_marked: bool
) -> tuple[list[str], list[tuple[int, int]]]:
    """The tokens as they stand in the text, and their characters."""
    tokenizer = reader.evidence.final_tokenizer
    spelled = [tokenizer.backend.id_to_token(index) or "" for index in item["input_ids"]]
    nowhere = [(0, 0)] * len(spelled)
    if is_marked:
        return spelled, nowhere
    encoding = tokenizer.encode_with_offsets([text], reader.form.max_length)[0]
    if list(encoding.ids) != list(item["input_ids"]):
        return spelled, nowhere
    both = zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
    spans = [(0, 0) if special else (int(start), int(end)) for (start, end), special in both]
    # An empty span, as of a sign for a space, is spelt as the vocabulary has it.
    return [text[start:end] or token for (start, end), token in zip(spans, spelled, strict=True)], spans


def _predictor(measures: Measures, vectors_ND: np.ndarray) -> Callable[[int], Predict]:
    """For a validation row: the cosine to its partner, or the probe's answer, for its first sentence."""
    rows = measures.corpus.validation
    if rows.second_R is not None and measures.main in {"spearmanr", "mrr"}:
        units_ND = torch.from_numpy(unit(vectors_ND))

        def of_pair(row: int) -> Predict:
            partner_D = units_ND[int(rows.second_R[row])]  # type: ignore[index]
            return lambda vectors_BD: torch.cosine_similarity(
                vectors_BD, partner_D.to(vectors_BD)[None].expand_as(vectors_BD), dim=-1
            )

        return of_pair
    probe = measures.fit(vectors_ND)
    mean, scale, weights, offset = (
        torch.from_numpy(np.asarray(part, np.float32))
        for part in (probe.mean_F, probe.scale_F, probe.weights_FC, probe.offset_C)
    )
    answers_RC = probe(measures.features(vectors_ND, rows))

    def of_probe(row: int) -> Predict:
        output = int(answers_RC[row].argmax())
        partner = None if rows.second_R is None else torch.from_numpy(vectors_ND[int(rows.second_R[row])])

        def answer(vectors_BD: Tensor) -> Tensor:
            features = vectors_BD
            if partner is not None:
                other = partner.to(vectors_BD)[None].expand_as(vectors_BD)
                features = torch.cat([vectors_BD, other, (vectors_BD - other).abs()], dim=-1)
            scaled = (features - mean.to(features)) / scale.to(features)
            return scaled @ weights.to(features)[:, output] + offset.to(features)[output]

        return answer

    return of_probe


def summary(looked: Sequence[Looked], cell: Cell) -> dict[str, Any]:
    """What study.json says of the tokens: agreement of the methods, and shares by position, kind and part.

    A share is in multiples of an even one: 1 where a token contributes what it would if all did alike.
    """
    names = list(looked[0].columns)
    found: dict[str, Any] = {
        "setting": cell.name,
        "sentences": len(looked),
        "tokens": sum(len(item.tokens) for item in looked),
        "agreement": _agreement(looked, names),
        "special": {name: _shares(looked, name, _kind) for name in names},
        "position": {name: _shares(looked, name, _position) for name in names},
    }
    if any(item.parts is not None for item in looked):
        found["part"] = {name: _shares(looked, name, _of_speech) for name in names}
    else:
        found["part_note"] = f"parts of speech need the extra `{EXTRA}`: pip install 'haechi[korean]'"
    return found


def _agreement(looked: Sequence[Looked], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Spearman's correlation of two methods over a sentence's own tokens, averaged over the sentences."""
    table: dict[str, dict[str, float]] = {}
    for one in names:
        for other in names:
            values = []
            for item in looked:
                plain = ~np.array(item.special)
                if plain.sum() >= FEWEST_TOKENS and one in item.columns and other in item.columns:
                    values.append(order_agreement(item.columns[one][plain], item.columns[other][plain]))
            defined = [value for value in values if np.isfinite(value)]
            table.setdefault(one, {})[other] = float(np.mean(defined)) if defined else float("nan")
    return table


def _shares(
    looked: Sequence[Looked], name: str, group_of: Callable[[Looked, int], str | None]
) -> dict[str, float]:
    """Average share of the tokens of each group, in multiples of an even share."""
    values: dict[str, list[float]] = {}
    for item in looked:
        sizes = np.abs(item.columns[name]) if name in item.columns else np.array([])
        if not sizes.sum() > 0:
            continue
        for place, share in enumerate(sizes / sizes.sum() * len(sizes)):
            group = group_of(item, place)
            if group is not None:
                values.setdefault(group, []).append(float(share))
    return {group: float(np.mean(shares)) for group, shares in sorted(values.items())}


def _kind(item: Looked, place: int) -> str | None:
    if not item.special[place]:
        return "text"
    return f"special: {item.tokens[place]}"


def _position(item: Looked, place: int) -> str | None:
    """Place among the tokens of the text, from 01; what lies beyond is one group."""
    if item.special[place]:
        return None
    number = sum(not special for special in item.special[:place]) + 1
    return f"{number:02d}" if number <= POSITIONS else f"{POSITIONS + 1} and on"


def _of_speech(item: Looked, place: int) -> str | None:
    return None if item.parts is None or item.special[place] else item.parts[place]


def as_lines(looked: Sequence[Looked]) -> list[dict[str, Any]]:
    """Lines of tokens.jsonl."""
    lines = []
    for item in looked:
        columns = {
            name: [round(float(value), 6) for value in values] for name, values in item.columns.items()
        }
        tokens = [
            {
                "token": token, "start": start, "end": end, "special": special,
                "part": None if item.parts is None else item.parts[place],
                **{name: values[place] for name, values in columns.items()},
            }
            for place, (token, (start, end), special) in enumerate(
                zip(item.tokens, item.spans, item.special, strict=True)
            )
        ]  # fmt: skip
        lines.append(
            {"row": item.row, "text": item.text, "predicted": item.found.predicted, "tokens": tokens}
        )
    return lines
