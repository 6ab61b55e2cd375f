"""A signal planted at one layer and in one pooling of a constructed model is found there."""

import random
from pathlib import Path

import numpy as np
import pytest

from haechi.schema.task import Objective, TaskConfig
from haechi.study.bootstrap import Resampler
from haechi.study.cells import grid
from haechi.study.collect import Vectors, collect, plan_of
from haechi.study.evaluation import evaluate
from haechi.study.measures import measures_of
from haechi.study.ranking import Ranking
from haechi.study.store import Store
from studying import corpus_of, planted_encoder

POOLINGS = ("cls", "mean", "mean_without_special", "max", "mean_sqrt_len", "weighted_mean", "last_token")
KINDS = 4


def ids_of(text: str) -> list[int]:
    """Word numbers between two special tokens."""
    return [1, *(int(word) for word in text.split()), 2]


def text_of(kind: int, generator: random.Random) -> str:
    """The kind, then words that say nothing."""
    return " ".join([str(10 + kind), *(str(generator.randrange(50, 4000)) for _ in range(9))])


def ranking_of(encoder, corpus, task: TaskConfig, folder: Path) -> Ranking:
    from haechi.data.split import EncodedSplit

    ids = [ids_of(text) for text in corpus.texts]
    special = [[1, *[0] * (len(item) - 2), 1] for item in ids]
    split = EncodedSplit(input_ids=ids, special_tokens_mask=special)
    plan = plan_of(POOLINGS, range(6), 5, has_pooler=False)
    store = Store(folder / "vectors.bin", np.arange(len(ids)), plan.widths(24, 24))
    collect(encoder, split, plan, store, batch_size=16, pad_token_id=0)
    vectors, measures = Vectors(store, np.array([len(item) for item in ids])), measures_of(task, corpus)
    found = evaluate(grid(POOLINGS, range(6), 5, has_pooler=False), vectors, measures)
    store.close()
    return Ranking(found.scores, found.cells, measures.main, Resampler(200, 0))


@pytest.mark.parametrize(("layer", "place", "pooling"), [(3, "first", "cls"), (2, "last", "last_token"),
                                                         (4, "max", "max")])  # fmt: skip
def test_a_planted_class_is_found(tmp_path: Path, layer: int, place: str, pooling: str) -> None:
    generator = random.Random(0)
    kinds = [generator.randrange(KINDS) for _ in range(600)]
    rows = [(text_of(kind, generator), None, str(kind)) for kind in kinds]
    corpus = corpus_of(rows, Objective.classification, [str(kind) for kind in range(KINDS)])
    task = TaskConfig(name="planted", objective=Objective.classification)
    ranking = ranking_of(planted_encoder(layer, place), corpus, task, tmp_path)
    assert ranking.best == f"{pooling}@{layer}"
    others = [item for item in ranking.settings if item.cell.layers != (layer,)]
    assert not any(item.is_within_noise for item in others), "noise is told from the signal"


def test_a_planted_likeness_is_found(tmp_path: Path) -> None:
    generator = random.Random(1)
    rows = []
    for _ in range(400):
        one, other = generator.randrange(KINDS), generator.randrange(KINDS)
        score = 5.0 if one == other else 0.0
        rows.append((text_of(one, generator), text_of(other, generator), score))
    task = TaskConfig(name="planted", objective=Objective.regression)
    corpus = corpus_of(rows, Objective.regression, None)
    ranking = ranking_of(planted_encoder(3, "first"), corpus, task, tmp_path)
    assert ranking.best == "cls@3"
    assert [item.name for item in ranking.settings if item.is_within_noise] == ["cls@3"]
