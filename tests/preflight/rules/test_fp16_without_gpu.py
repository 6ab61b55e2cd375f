"""TRAIN008: fp16 where no GPU can be seen."""

import sys

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "TRAIN008"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="judged on Linux only")


def example(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever GPUs there are, they are hidden."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    return ["trainer.precision=fp16"]


def test_the_example_fires_and_its_fixes_clear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(monkeypatch)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "CUDA_VISIBLE_DEVICES hides them all" in found.message
    assert_fixes_clear(overrides, CODE)


def test_minus_one_hides_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert codes(["trainer.precision=fp16"]) == [CODE]


def test_what_is_there_decides_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert (CODE in codes(["trainer.precision=fp16"])) is not torch.cuda.is_available()


@pytest.mark.parametrize("precision", ["auto", "float32", "bf16"])
def test_other_formats(monkeypatch: pytest.MonkeyPatch, precision: str) -> None:
    example(monkeypatch)
    assert codes([f"trainer.precision={precision}"]) == []


@pytest.mark.slow
def test_trainer_computes_in_float32_without_a_word(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    import torch
    from torch import nn
    from transformers import Trainer, TrainingArguments

    class Line(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(8, 8)
            self.dtypes: set[torch.dtype] = set()

        def forward(self, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            vector = self.linear(labels[:, None].float().expand(-1, 8))
            self.dtypes.add(vector.dtype)
            return {"loss": vector.float().square().mean()}

    for key, dtype in (("fp16", torch.float32), ("bf16", torch.bfloat16)):
        arguments = TrainingArguments(
            str(tmp_path), max_steps=1, save_strategy="no", use_cpu=True, report_to="none", disable_tqdm=True,
            **{key: True},
        )  # fmt: skip
        model = Line()
        Trainer(model, arguments, train_dataset=[{"labels": 1}] * 4).train()  # type: ignore[arg-type]
        assert model.dtypes == {dtype}
