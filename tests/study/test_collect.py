"""The one pass: every cell is what the pipeline's own pooling gives, whatever shares the batch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from families import headlines, write_family
from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.data.collate import Collator
from haechi.fault import RunFault
from haechi.modeling.poolings import build_pooling
from haechi.schema.pooling import PoolingConfig
from haechi.study.cells import Cell, grid
from haechi.study.store import Store
from studying import examples_of, reader_of, run_of, vectors_of

POOLINGS = (
    "cls", "pooler", "mean", "mean_without_special", "max", "mean_sqrt_len", "weighted_mean", "last_token",
    "first_last", "last_four",
)  # fmt: skip
TEXTS = [*headlines()[:11], "비", "눈이 온다"]


def by_the_pipeline(reader, cell: Cell, text: str) -> np.ndarray:
    """The vector of one text alone, by the pooling that train.py builds."""
    split = reader.tokens(examples_of([text]))
    batch = Collator(reader.pad_token_id)([{k: v for k, v in split[0].items() if k != "labels"}])
    special = batch.pop("special_tokens_mask")
    with torch.inference_mode():
        encoded = replace(reader.encoder(**batch), special_BT=special)
        if len(cell.layers) == 1:
            encoded = replace(encoded, layers_BTD=(encoded.layers_BTD[cell.layers[0]],))
        kind = "mean" if cell.pooling == "mean_without_special" else cell.pooling
        config = PoolingConfig(kind=kind, include_special_tokens=cell.pooling != "mean_without_special")
        width = reader.backbone.config.hidden_size
        is_last = reader.backbone.config.model_type in CLS_IS_LAST
        pooling = build_pooling(config, width, layers=reader.layers, cls_is_last=is_last)
        return pooling(encoded)[0].numpy()


@pytest.mark.parametrize("family", ["bert", "xlnet", "gpt2", "deberta-v2", "albert"])
def test_every_cell_is_the_pipelines_own_pooling(tmp_path: Path, family: str) -> None:
    folder = write_family(tmp_path / family, family)
    run = run_of(["model=local", f"model.checkpoint={folder}", "trainer.per_device_eval_batch_size=4"],
                 tmp_path / "run")  # fmt: skip
    reader = reader_of(run)
    has_pooler = getattr(reader.backbone, "pooler", None) is not None
    cells = grid(POOLINGS, range(reader.layers + 1), reader.layers, has_pooler=has_pooler)
    assert len(cells) == 7 * 5 + 2 + has_pooler
    with vectors_of(reader, TEXTS, run, POOLINGS) as vectors:
        for cell in cells:
            found_ND = vectors.of(cell.pooling, cell.layers)
            wanted_ND = np.stack([by_the_pipeline(reader, cell, text) for text in TEXTS])
            np.testing.assert_allclose(found_ND, wanted_ND, atol=1e-5, rtol=1e-5, err_msg=cell.name)


def test_vectors_leave_no_file_behind_however_a_study_ends(tmp_path: Path) -> None:
    run = run_of([], tmp_path / "run")
    with vectors_of(reader_of(run), TEXTS, run, ["mean"]) as vectors:
        assert not list((tmp_path / "run").iterdir()), "the file has no name from the start"
        assert vectors.of("mean", (1,)).any()


def test_a_run_that_pools_cls_is_studied_whole(tmp_path: Path) -> None:
    # Training with pooling=cls computes the last layer for one token only.
    run = run_of(["pooling=cls"], tmp_path / "run")
    with vectors_of(reader_of(run), TEXTS, run, ["mean", "cls"]) as vectors:
        assert not np.allclose(vectors.of("mean", (2,)), vectors.of("cls", (2,)))


def test_vectors_that_the_disk_has_no_room_for_are_refused_before_the_pass(tmp_path: Path) -> None:
    with pytest.raises(RunFault, match="GB while the study runs"):
        Store(tmp_path / "vectors.bin", np.arange(10), {("mean", 0): 10**14})


def test_a_stored_matrix_comes_back_in_the_order_of_the_sentences(tmp_path: Path) -> None:
    store = Store(tmp_path / "vectors.bin", np.array([2, 0, 1]), {("mean", 0): 2, ("max", 0): 1})
    store.write(("mean", 0), 0, np.array([[1, 2], [3, 4]]))
    store.write(("max", 0), 0, np.array([[7], [8], [9]]))
    store.write(("mean", 0), 2, np.array([[5, 6]]))
    assert store.read(("mean", 0)).tolist() == [[3, 4], [5, 6], [1, 2]]
    assert store.read(("max", 0)).tolist() == [[8], [9], [7]]
    store.close()


@pytest.mark.slow
def test_the_mean_of_the_last_layer_is_that_of_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    folder = write_family(tmp_path / "bert", "bert")
    run = run_of(["model=local", f"model.checkpoint={folder}"], tmp_path / "run")
    module = Transformer(str(folder))
    theirs = SentenceTransformer(modules=[module, Pooling(32, "mean")], device="cpu").encode(TEXTS)
    with vectors_of(reader_of(run), TEXTS, run, ["mean"]) as vectors:
        np.testing.assert_allclose(vectors.of("mean", (4,)), theirs, atol=1e-5)


def test_long_sentences_come_fewer_at_a_time_and_count_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haechi.study import collect

    run = run_of([], tmp_path / "run")
    reader = reader_of(run)
    rows: list[int] = []
    reader.encoder.register_forward_pre_hook(
        lambda _, args, kwargs: rows.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    with vectors_of(reader, TEXTS, run, ["mean"]) as vectors:
        together = vectors.of("mean", (2,))
    assert rows == [len(TEXTS)]
    rows.clear()
    monkeypatch.setattr(collect, "MOST_TOKENS", 50)
    with vectors_of(reader, TEXTS, run, ["mean"]) as vectors:
        np.testing.assert_allclose(vectors.of("mean", (2,)), together, atol=1e-6)
    assert rows[0] < rows[-1] < len(TEXTS)
    assert sum(rows) == len(TEXTS)
