"""A real encoder on real pairs: the numbers of sentence-transformers, and the parts of Korean words."""

import json
from pathlib import Path

import numpy as np
import pytest

from running import run
from studying import reader_of, run_of, vectors_of

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


def test_the_last_layers_mean_is_that_of_sentence_transformers(real_data: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    folder = real_data / "models" / "me5_small_ko"
    rows = json.loads((real_data / "data/klue/klue-sts-v1.1_dev.json").read_text(encoding="utf-8"))[:20]
    texts = [row["sentence1"] for row in rows]
    module = Transformer(str(folder), model_kwargs={"dtype": "float32"})
    model = SentenceTransformer(modules=[module, Pooling(384, "mean")], device="cpu")
    prepared = run_of(["model=local", f"model.checkpoint={folder}"], tmp_path / "run")
    with vectors_of(reader_of(prepared), texts, prepared, ["mean", "last_four"]) as vectors:
        np.testing.assert_allclose(vectors.of("mean", (12,)), model.encode(texts), atol=1e-5)


def test_a_real_encoder_is_best_at_its_end_and_nouns_outweigh_particles(
    real_data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("kiwipiepy")
    data = real_data / "data" / "klue"
    process = run(
        tmp_path, "task=klue_sts", f"task.files.train={data / 'klue-sts-v1.1_train.json'}",
        f"task.files.validation={data / 'klue-sts-v1.1_dev.json'}", "model=local",
        f"model.checkpoint={real_data / 'models' / 'me5_small_ko'}", "study.max_rows=100", "tracking=none",
        "study.layers=[0,6,-1]", "study.token_sentences=8", "notify=none", script="study",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-2000:]
    (folder,) = (path for path in (tmp_path / "klue_sts").iterdir())
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert study["best"].endswith("@12")
    best = next(item for item in study["ranking"] if item["name"] == study["best"])
    assert best["value"] > 0.7
    words = next(item for item in study["ranking"] if item["name"] == "input_embeddings")
    assert not words["is_within_noise"]
    part = study["tokens"]["part"]["vector/leave_one_out"]
    assert part["noun"] > part["josa"]
