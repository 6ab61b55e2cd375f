"""ENV002: what a run writes against what the disk has left; with a file that takes no room on it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkpoints import local, tiny_copy
from haechi.compose import compose
from haechi.forecast import machine
from haechi.preflight.check import check
from haechi.preflight.diagnostic import Diagnostic
from haechi.preflight.evidence import Evidence
from haechi.preflight.rules.little_disk_space import Plan
from haechi.resolve import resolve
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "ENV002"
EXTRA = "encoder.layer.1.extra.weight"


@pytest.fixture(autouse=True)
def emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files that claim to be as large as the disk do not stay behind; ENV005 would say that no memory
    holds them."""
    monkeypatch.setattr(machine, "available", lambda: None)
    yield
    shutil.rmtree(tmp_path / "checkpoint", ignore_errors=True)


def with_parameters(tmp_path: Path, count: int, name: str = EXTRA) -> list[str]:
    """A checkpoint with so many more parameters, in a hole of its file."""
    folder = tiny_copy(tmp_path / "checkpoint")
    path = folder / "model.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    end = len(content) - 8 - length
    header[name] = {"dtype": "F32", "shape": [count], "data_offsets": [end, end + 4 * count]}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    with path.open("r+b") as file:
        file.truncate(8 + len(text) + end + 4 * count)
    return local(folder)


def share_of_disk(tmp_path: Path, divisor: float) -> list[str]:
    """A checkpoint whose weights have so many bytes, once, that the disk has `divisor` times as many left."""
    return with_parameters(tmp_path, int(shutil.disk_usage(tmp_path).free / divisor / 4))


def example(tmp_path: Path) -> list[str]:
    """Three checkpoints of three copies need 9 bytes where the disk has 8.25."""
    return share_of_disk(tmp_path, 8.25)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "error"
    assert ["trainer.save_total_limit=1"] in found.fixes
    assert_fixes_clear(overrides, CODE)


def test_a_disk_that_is_barely_large_enough(tmp_path: Path) -> None:
    overrides = share_of_disk(tmp_path, 10)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert found.fixes[-1] == ["preflight.ignore=[ENV002]"]
    assert_fixes_clear(overrides, CODE)


def test_what_does_not_help_is_not_offered(tmp_path: Path) -> None:
    overrides = share_of_disk(tmp_path, 4)
    offered = finding(overrides, CODE).fixes
    assert ["trainer.save_total_limit=1"] not in offered
    assert ["trainer.eval_strategy=no"] in offered
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("more", "divisor"),
    [([], 12), (["trainer.save_total_limit=1"], 8.25), (["trainer.eval_strategy=no"], 1.5),
     (["trainer.num_train_epochs=1"], 5.5), (["model.init=scratch", "+model.config.hidden_size=64"], 4)],
)  # fmt: skip
def test_runs_that_fit(tmp_path: Path, more: list[str], divisor: float) -> None:
    assert CODE not in codes([*share_of_disk(tmp_path, divisor), *more])


def test_heads_of_the_pretraining_are_not_trained(tmp_path: Path) -> None:
    count = int(shutil.disk_usage(tmp_path).free / 8.25 / 4)
    assert CODE not in codes(with_parameters(tmp_path, count, "cls.predictions.decoder.weight"))


def test_the_models_of_a_whole_sweep(tmp_path: Path) -> None:
    overrides = share_of_disk(tmp_path, 30)
    composed = compose(overrides)

    def found(jobs: int) -> list[Diagnostic]:
        verdict = check(Evidence(resolve(composed, composed.hydra), jobs=jobs))
        return [item for item in verdict.diagnostics if item.code == CODE]

    # A job leaves two checkpoints and the model: 7 copies; the last one has 9 while it is writing.
    assert [len(found(jobs)) for jobs in (1, 3, 5)] == [0, 0, 1]
    assert found(5)[0].severity.value == "warning"
    assert "with all 5 jobs" in found(5)[0].message


def test_what_is_written_by_hand() -> None:
    # Weights of 10 bytes, so 30 a checkpoint: four written, two kept, a third while a new one is written.
    assert Plan(10, saves=4, limit=2).peak == 90
    assert Plan(10, saves=4, limit=2).left == 70
    assert Plan(10, saves=2, limit=2).peak == 70
    assert Plan(10, saves=0, limit=2).peak == 10
    assert Plan(10, saves=4, limit=2).of_sweep(3) == 70 + 70 + 90
