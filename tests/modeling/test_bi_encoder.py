"""A bi-encoder: two texts, one encoder, the cosine as a score."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from checkpoints import tiny_copy
from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.modeling.assemble import BiEncoder, assemble
from haechi.modeling.description import Description
from haechi.modeling.encoder import load_backbone
from haechi.modeling.heads import CosineHead
from haechi.modeling.save import load_model, save_model
from haechi.predict import load_predictor
from haechi.rows.examples import Example
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective
from haechi.tokenization.build import build_tokenizer
from running import QUICK, only_folder, results, run

PAIRS = [
    ("버스가 늦었다", "버스가 제시간에 오지 않았다"),
    ("회의는 세 시에 시작한다", "고양이가 창가에서 오래 잔다"),
    ("비", "비가 온다고 해서 우산을 챙겨 나왔는데 해가 났다"),
]


def description(pooling: PoolingConfig, highest: float | None = 5.0) -> Description:
    return Description(
        "regression", asdict(pooling), None, 32, True, True, highest_score=highest
    )  # fmt: skip


def build(folder: Path, pooling: PoolingConfig) -> BiEncoder:
    torch.manual_seed(0)
    backbone = load_backbone(tiny_copy(folder), {}, Init.pretrained, with_pooler=False)
    model = assemble(backbone, pooling, 1, Objective.regression, 5.0).eval()
    assert isinstance(model, BiEncoder)
    return model


def batch(folder: Path, pooling: PoolingConfig) -> dict[str, torch.Tensor]:
    tokenizer = build_tokenizer(folder)
    examples = [Example(row, *pair, 1.0) for row, pair in enumerate(PAIRS, start=1)]
    split = encode(examples, tokenizer, description(pooling).input_format())
    return Collator(tokenizer.padding_id)([split[index] for index in range(len(split))])


def test_the_head_is_the_cosine_on_the_scale() -> None:
    first, second = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[4.0, 3.0], [0.0, 2.0]])
    assert CosineHead(5.0)(first, second).tolist() == [[pytest.approx(5 * 24 / 25)], [0.0]]
    assert CosineHead(5.0)(first, -first).squeeze(-1).tolist() == pytest.approx([-5.0, -5.0])
    assert torch.isfinite(CosineHead(5.0)(torch.zeros(1, 2), torch.zeros(1, 2))).all()


@pytest.mark.parametrize("kind", ["mean", "cls", "max", "last_four", "attention"])
def test_each_text_is_encoded_by_itself(tmp_path: Path, kind: str) -> None:
    pooling = PoolingConfig(kind=kind)
    model = build(tmp_path / "checkpoint", pooling)
    whole = batch(tmp_path / "checkpoint", pooling)
    with torch.inference_mode():
        scores = model(**whole)["logits"].squeeze(-1)
        # The other way round: the same scores.
        turned = {name.removeprefix("pair_"): value for name, value in whole.items() if "pair_" in name}
        turned |= {f"pair_{name}": whole[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
        again = model(**turned)["logits"].squeeze(-1)
    assert torch.allclose(scores, again, atol=1e-5)
    assert not whole["token_type_ids"].any()
    assert not whole["pair_token_type_ids"].any()
    assert whole["input_ids"].shape != whole["pair_input_ids"].shape


def test_equal_texts_have_the_highest_score(tmp_path: Path) -> None:
    pooling = PoolingConfig(kind="mean")
    model = build(tmp_path / "checkpoint", pooling)
    whole = batch(tmp_path / "checkpoint", pooling)
    whole |= {f"pair_{name}": whole[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
    with torch.inference_mode():
        assert torch.allclose(model(**whole)["logits"], torch.full((3, 1), 5.0), atol=1e-4)


def test_special_tokens_may_be_left_out_of_both_texts(tmp_path: Path) -> None:
    pooling = PoolingConfig(kind="mean", include_special_tokens=False)
    model = build(tmp_path / "checkpoint", pooling)
    whole = batch(tmp_path / "checkpoint", pooling)
    assert whole["pair_special_tokens_mask"].shape == whole["pair_input_ids"].shape
    with torch.inference_mode():
        counted = model(**whole)["logits"]
        whole["pair_special_tokens_mask"] = torch.zeros_like(whole["pair_special_tokens_mask"])
        assert not torch.allclose(model(**whole)["logits"], counted)


def saved(tmp_path: Path, pooling: PoolingConfig) -> tuple[BiEncoder, Path]:
    model = build(tmp_path / "checkpoint", pooling)
    tokenizer = build_tokenizer(tmp_path / "checkpoint")
    save_model(model, tokenizer, description(pooling), tmp_path / "model")
    return model, tmp_path / "model"


def test_a_saved_bi_encoder_predicts_the_same(tmp_path: Path) -> None:
    pooling = PoolingConfig(kind="mean")
    model, folder = saved(tmp_path, pooling)
    with torch.inference_mode():
        scores = model(**batch(tmp_path / "checkpoint", pooling))["logits"].squeeze(-1).tolist()
    assert isinstance(load_model(folder)[0], BiEncoder)
    found = load_predictor(folder)([{"text": one, "text_pair": other} for one, other in PAIRS])
    assert [row["score"] for row in found] == pytest.approx(scores, abs=1e-5)


@pytest.mark.slow
def test_sentence_transformer_gives_the_score_over_the_scale(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    pooling = PoolingConfig(kind="mean")
    model, folder = saved(tmp_path, pooling)
    with torch.inference_mode():
        scores = model(**batch(tmp_path / "checkpoint", pooling))["logits"].squeeze(-1).numpy()
    stock = SentenceTransformer(str(folder), device="cpu")
    sides = [stock.encode([pair[side] for pair in PAIRS]) for side in (0, 1)]
    assert np.allclose(np.diag(stock.similarity(*sides)) * 5, scores, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["bi", "cross"])
def test_a_run_learns_scores_and_logs_klues_metrics(tmp_path: Path, encoder: str) -> None:
    rows = [
        f"{one} {number},{one if number % 2 else other} {number},{5.0 if number % 2 else 0.5}"
        for number in range(60)
        for one, other in PAIRS[:2]
    ]
    path = tmp_path / "pairs.csv"
    path.write_text("\n".join(["a,b,label", *rows]), encoding="utf-8")
    outcome = run(
        tmp_path, *QUICK, "task=files", "task.objective=regression", f"task.files.train={path}",
        "task.columns.text=a", "task.columns.text_pair=b", "task.columns.label=label", "notify=none",
        f"task.encoder={encoder}", "task.positive_from=3", "trainer.max_steps=20", "trainer.eval_steps=10",
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    metrics = results(only_folder(tmp_path, "files"))["metrics"]
    assert metrics["validation/pearsonr"] > 0.5
    assert 0 <= metrics["validation/f1"] <= 1
