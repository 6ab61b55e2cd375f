"""Leaving the embeddings of absent tokens out of training changes no number, and nobody else notices."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from families import FAMILIES, write_family
from haechi.checkpoint.architectures import WITH_POOLER
from haechi.data.split import EncodedSplit
from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.encoder import load_backbone
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.trainer import TrainerConfig
from haechi.training import used_rows
from haechi.training.optimizer import build_optimizer
from haechi.training.used_rows import UsedRows, only_used_rows
from trainings import STEPS, Training, model_of, run, split_of

both = pytest.mark.parametrize("kind", ["hf", "custom"])
SETTINGS: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.3},
    {"weight_decay": 0.3, "layerwise_lr_decay": 0.7, "max_steps": 7},
    {"frozen_layers": 1},
]
CONFIG = TrainerConfig(kind="custom", learning_rate=1e-3, num_train_epochs=1, weight_decay=0.1)


def table_of(model: TextModel) -> Tensor:
    table = model.encoder.backbone.get_input_embeddings()
    assert type(table) is nn.Embedding
    return table.weight.detach()


def without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, **settings: Any) -> Training:
    """The training with the whole table."""
    with monkeypatch.context() as patch:
        patch.setattr(used_rows, "MOST_USED", -1.0)
        return run(tmp_path, "whole", kind, **settings)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        *((kind, settings) for kind in ("hf", "custom") for settings in SETTINGS),
        # Pieces of our own loop.
        ("custom", {"r_drop_alpha": 1.0, "fgm_epsilon": 0.5, "ema_decay": 0.9}),
        ("custom", {"ema_decay": 0.9, "weight_decay": 0.3}),
    ],
)
def test_losses_metrics_and_all_rows_are_those_of_the_whole_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, settings: dict[str, Any]
) -> None:
    """The validation rows have tokens that the train rows lack."""
    whole = without(monkeypatch, tmp_path, kind, **STEPS, **settings)
    found = run(tmp_path, "used", kind, **STEPS, **settings)
    assert found.losses == pytest.approx(whole.losses, abs=1e-6)
    for name in ("train/grad_norm", "validation/loss", "validation/macro_f1"):
        assert found.of(name) == pytest.approx(whole.of(name), rel=1e-5, abs=1e-6), name
    assert torch.allclose(table_of(found.model), table_of(whole.model), atol=1e-6)
    split = split_of(48)
    absent = sorted(
        set(range(len(table_of(found.model)))) - {token for row in split.input_ids for token in row}
    )
    assert torch.equal(table_of(found.model)[absent[1:]], table_of(whole.model)[absent[1:]])
    unseen = split_of(30, seed=9)
    assert found.outcome.predict(unseen) == pytest.approx(whole.outcome.predict(unseen), abs=1e-5)


@both
def test_a_checkpoint_has_all_rows_and_moments_of_those_in_use(tmp_path: Path, kind: str) -> None:
    found = run(tmp_path, "used", kind, **STEPS)
    path = sorted((tmp_path / "used").glob("checkpoint-*"))[-1]
    name = next(name for name in load_file(path / "model.safetensors") if "word_embeddings" in name)
    rows, width = table_of(found.model).shape
    assert load_file(path / "model.safetensors")[name].shape == (rows, width)
    assert not [name for name in load_file(path / "model.safetensors") if re.search("table|place|used", name)]
    stored = torch.load(path / "optimizer.pt", weights_only=True)
    states = (stored if kind == "hf" else stored["optimizer"])["state"].values()
    used = {0, *(token for row in split_of(48).input_ids for token in row)}
    shapes = [tuple(state["exp_avg"].shape) for state in states]
    assert (len(used), width) in shapes
    assert (rows, width) not in shapes


@both
def test_a_checkpoint_of_other_rows_is_refused(tmp_path: Path, kind: str) -> None:
    """As many rows, other tokens: their moments would move other words."""
    run(tmp_path, "used", kind, **STEPS)
    split = split_of(48)
    last = max(token for row in split.input_ids for token in row)
    moved = EncodedSplit(
        [[token + (token == last) for token in row] for row in split.input_ids], labels=split.labels
    )
    others = {"train": moved, "validation": split_of(40, 1)}
    with pytest.raises(RunFault, match="other entries") as caught:
        run(tmp_path, "used", kind, splits=others, **{**STEPS, "num_train_epochs": 8}, resume="auto")
    assert caught.value.fixes == ["trainer.resume=null"]


@both
def test_a_checkpoint_of_the_whole_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    without(monkeypatch, tmp_path, kind, **STEPS)
    with pytest.raises(RunFault, match="other entries"):
        run(tmp_path, "whole", kind, **{**STEPS, "num_train_epochs": 8}, resume="auto")


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_gives_the_outputs_and_gradients_of_the_whole_table(family: str, tmp_path: Path) -> None:
    write_family(tmp_path / family, family)
    backbone = load_backbone(tmp_path / family, {}, Init.pretrained, with_pooler=family in WITH_POOLER)
    model = assemble(backbone, PoolingConfig(kind="mean"), 3).eval()
    ids, padding = torch.arange(8, 24).view(2, 8), int(backbone.config.pad_token_id or 0)
    ids[1, 6:] = padding
    mask = torch.ones_like(ids).index_fill(1, torch.tensor([6, 7]), 0)
    wanted = model(ids, mask)["logits"]
    wanted.sum().backward()
    table = backbone.get_input_embeddings()
    gradient, table.weight.grad = table.weight.grad, None
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    split = EncodedSplit(ids.tolist())
    with only_used_rows(model, split, padding, CONFIG):
        standing = backbone.get_input_embeddings()
        assert isinstance(standing, UsedRows)
        assert torch.equal(model(ids, mask)["logits"], wanted)
        other = torch.arange(20, 36).view(2, 8)
        assert torch.isfinite(model(other, torch.ones_like(other))["logits"]).all()
        standing.train()
        found = model(ids, mask)["logits"]
        assert torch.equal(found, wanted)
        found.sum().backward()
        assert torch.equal(standing.weight.grad, gradient[standing.used_U])
        with pytest.raises(IndexError):
            model(other, torch.ones_like(other))
        assert model.state_dict().keys() == before.keys()
    assert table_of(model).shape == gradient.shape
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    assert backbone.get_input_embeddings().padding_idx == table.padding_idx
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_weights_are_read_and_written_in_the_shape_of_the_table(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    stored = {name: torch.rand_like(tensor) for name, tensor in model.state_dict().items()}
    with only_used_rows(model, split_of(8), 0, CONFIG):
        model.load_state_dict(stored)
        name = next(name for name in stored if "word_embeddings" in name)
        assert torch.equal(model.state_dict()[name], stored[name])
        with pytest.raises(RuntimeError, match=r"size mismatch for .*word_embeddings"):
            model.load_state_dict({**stored, name: stored[name][:-1]})
        with pytest.raises(RuntimeError, match=r"Missing key.*word_embeddings"):
            model.load_state_dict({key: value for key, value in stored.items() if key != name})
    assert torch.equal(table_of(model), stored[name])


@pytest.mark.parametrize(
    "settings", [{"frozen_layers": 1}, {"ema_decay": 0.9}], ids=lambda settings: next(iter(settings))
)
def test_what_is_frozen_or_averaged_under_decay_stays_whole(tmp_path: Path, settings: dict[str, Any]) -> None:
    model = model_of(tmp_path)
    with only_used_rows(model, split_of(8), 0, TrainerConfig(**{**vars(CONFIG), **settings})):
        assert type(model.encoder.backbone.get_input_embeddings()) is nn.Embedding


def test_a_table_that_is_mostly_in_use_or_shared_stays_whole(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    rows = len(table_of(model))
    with only_used_rows(model, EncodedSplit([range(rows * 4 // 5)]), 0, CONFIG):
        assert type(model.encoder.backbone.get_input_embeddings()) is nn.Embedding
    model.head.tied = nn.Linear(1, 1)
    model.head.tied.weight = model.encoder.backbone.get_input_embeddings().weight
    with only_used_rows(model, split_of(8), 0, CONFIG):
        assert type(model.encoder.backbone.get_input_embeddings()) is nn.Embedding


def test_the_table_is_whole_again_where_a_training_fails(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    before = table_of(model).clone()
    with pytest.raises(RunFault), only_used_rows(model, split_of(8), 0, CONFIG):
        raise RunFault("no")
    assert torch.equal(table_of(model), before)


def test_it_is_said_how_many_are_in_use(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="haechi")
    model = model_of(tmp_path)
    with only_used_rows(model, EncodedSplit([[2, 3], [3, 9]]), 0, CONFIG):
        pass
    assert f"word embeddings: 4 of {len(table_of(model)):,} are in use, and trained" in caplog.text


def test_second_texts_and_padding_are_in_use() -> None:
    split = EncodedSplit([[2, 7], [2, 9]], pair_input_ids=[[4], [9, 5]])
    assert used_rows.used_rows(split, 1, 12).tolist() == [1, 2, 4, 5, 7, 9]


def test_absent_rows_decay_as_adamw_would_have_it(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    before = table_of(model).clone()
    with only_used_rows(model, split_of(8), 0, CONFIG):
        optimizer = build_optimizer(model, CONFIG)
        ids = torch.tensor([split_of(8).input_ids[0]])
        model.train()(ids, torch.ones_like(ids))["logits"].sum().backward()
        optimizer.step()
    absent = [
        row for row in range(len(before)) if row not in {t for ids in split_of(8).input_ids for t in ids}
    ]
    assert torch.equal(table_of(model)[absent[1:]], (before * (1 - 1e-3 * 0.1))[absent[1:]])
