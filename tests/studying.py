"""A study's parts for tests: readers of small checkpoints, and collected vectors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BertConfig
from transformers.modeling_outputs import BaseModelOutput

from haechi.compose import compose
from haechi.data.input_format import InputFormat
from haechi.modeling.encoder import Encoder
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run, resolve
from haechi.rows.examples import Example
from haechi.rows.splits import Split
from haechi.schema.task import Objective
from haechi.study.collect import Vectors, plan_of
from haechi.study.encoding import Reader, encoded, open_reader
from haechi.study.sentences import Corpus, build_corpus


def run_of(overrides: Sequence[str], folder: Path) -> Run:
    """A run as study.py would have it."""
    folder.mkdir(parents=True, exist_ok=True)
    composed = compose([*overrides, f"run_dir={folder}"])
    return resolve(composed, composed.hydra)


def reader_of(run: Run) -> Reader:
    """The run's reader of single sentences."""
    evidence = Evidence(run, weights=True, full=True)
    form = InputFormat(Objective.classification, 64, token_type_ids=evidence.takes_token_type_ids)
    return open_reader(run, evidence, form)


def examples_of(texts: Sequence[str]) -> list[Example]:
    """Sentences."""
    return [Example(0, text, None, None) for text in texts]


@contextmanager
def vectors_of(reader: Reader, texts: Sequence[str], run: Run, poolings: Sequence[str]) -> Iterator[Vectors]:
    """The vectors of some texts at every layer."""
    has_pooler = getattr(reader.backbone, "pooler", None) is not None
    plan = plan_of(poolings, range(reader.layers + 1), reader.layers, has_pooler=has_pooler)
    with encoded(reader, examples_of(texts), plan, run) as (vectors, _):
        yield vectors


def corpus_of(
    rows: Sequence[tuple[str, str | None, Any]], objective: Objective, labels: list[str] | None
) -> Corpus:
    """A corpus of rows, every other one for validation."""
    examples = [Example(number, *row) for number, row in enumerate(rows, start=1)]
    splits = [Split(name, "", examples[start::2]) for start, name in enumerate(("train", "validation"))]
    return build_corpus(splits[0], splits[1], objective, labels, "")


class PlantedBackbone(nn.Module):
    """A model whose vectors are noise, but that of one kind of token at one layer, which tells of the text.

    The noise of a text is the same each time. `place` is `first`, `last`, or `max`: there a spike, over
    which averages of many tokens' noise see little.
    """

    def __init__(self, layer: int, place: str, layers: int = 5, width: int = 24) -> None:
        super().__init__()
        self.config = BertConfig(hidden_size=width, num_hidden_layers=layers)
        self.embeddings = nn.Embedding(5000, width)
        self.layer, self.place, self.layers, self.width = layer, place, layers, width

    def get_input_embeddings(self) -> nn.Embedding:
        """What stands for word embeddings: noise."""
        return self.embeddings

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> BaseModelOutput:
        """Vectors of every layer."""
        both = zip(input_ids, attention_mask.bool(), strict=True)
        rows = [self._row(ids[mask], ids.shape[0]) for ids, mask in both]
        layers = tuple(torch.stack([row[layer] for row in rows]) for layer in range(self.layers + 1))
        return BaseModelOutput(last_hidden_state=layers[-1], hidden_states=layers)

    def _row(self, ids: torch.Tensor, padded: int) -> torch.Tensor:
        meaning = int(ids[1])  # the first word says what the text is about
        generator = torch.Generator().manual_seed(int((ids * torch.arange(1, len(ids) + 1)).sum()))
        noise = torch.zeros(self.layers + 1, padded, self.width)
        noise[:, : len(ids)] = torch.randn(self.layers + 1, len(ids), self.width, generator=generator)
        signal = torch.randn(self.width, generator=torch.Generator().manual_seed(meaning))
        if self.place == "max":
            where = torch.randint(len(ids), (self.width,), generator=generator)
            noise[self.layer, where, torch.arange(self.width)] = 3.0 + signal
        else:
            noise[self.layer, 0 if self.place == "first" else len(ids) - 1] = 2 * signal
        return noise


def planted_encoder(layer: int, place: str) -> Encoder:
    """An encoder with a planted signal, in evaluation mode."""
    return Encoder(PlantedBackbone(layer, place), all_layers=True).eval()  # type: ignore[arg-type]
