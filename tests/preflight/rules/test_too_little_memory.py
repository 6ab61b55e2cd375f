"""ENV005: what a run takes against what is free; with models and batches that no machine holds."""

import pytest

from haechi.forecast import machine
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "ENV005"
# A thousand million parameters and more a layer.
HUGE = ["model.init=scratch", "+model.config.hidden_size=16384", "+model.config.num_hidden_layers=96",
        "+model.config.intermediate_size=65536", "+model.config.num_attention_heads=128"]  # fmt: skip
GIBIBYTE = 2**30


def example(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A batch that needs nearly four GiB where one and a half are left."""
    monkeypatch.setattr(machine, "available", lambda: GIBIBYTE * 3 // 2)
    return [
        "model.init=scratch", "+model.config.hidden_size=512", "+model.config.num_hidden_layers=6",
        "+model.config.intermediate_size=2048", "+model.config.num_attention_heads=8",
        "trainer.per_device_train_batch_size=512", "trainer.max_steps=100",
    ]  # fmt: skip


def test_the_example_fires_and_its_fixes_clear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(monkeypatch)
    found = finding(overrides, CODE)
    assert found.severity.value == "error"
    assert "1.5 GiB free" in found.message
    batch, evaluated, accumulated = found.fixes[0]
    rows = int(batch.partition("=")[2])
    assert 1 <= rows < 512
    assert accumulated == f"trainer.gradient_accumulation_steps={512 // rows}"
    assert evaluated == f"trainer.per_device_eval_batch_size={min(rows, 64)}"
    assert_fixes_clear(overrides, CODE)


def test_a_model_that_no_machine_holds() -> None:
    found = finding(HUGE, CODE)
    assert [fix for fix in found.fixes if "batch" in fix[0]] == []
    assert any("not even one row" in note for note in found.notes)
    assert_fixes_clear(HUGE, CODE)
    assert_only([*HUGE, "trainer.num_train_epochs=1"], CODE)


def test_a_budget_of_tokens_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = [*example(monkeypatch), "trainer.max_tokens_per_batch=20000"]
    assert finding(overrides, CODE).fixes[0][0].startswith("trainer.max_tokens_per_batch=")
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("free", [None, 2 * GIBIBYTE])
def test_runs_that_fit_or_may_fit(monkeypatch: pytest.MonkeyPatch, free: int | None) -> None:
    monkeypatch.setattr(machine, "available", lambda: free)
    assert CODE not in codes([])


def test_what_barely_misses_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # About 0.8 GiB are forecast, roughly: half a GiB may be enough, a fifth is not.
    monkeypatch.setattr(machine, "available", lambda: GIBIBYTE * 6 // 10)
    assert CODE not in codes([])
    monkeypatch.setattr(machine, "available", lambda: GIBIBYTE // 5)
    assert CODE in codes([])


def test_free_memory_of_this_machine_is_known() -> None:
    assert (machine.available() or 0) > 2**28
