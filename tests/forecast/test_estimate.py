"""What a run takes: counted, and corrected by earlier runs."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from haechi import places
from haechi.compose import compose
from haechi.forecast import Work, forecast, work_of
from haechi.forecast import machine as this_machine
from haechi.forecast.estimate import duration, guessed_bytes, guessed_seconds, largest_batch
from haechi.forecast.measure import waited_seconds
from haechi.forecast.records import MOST, Record, keep, records
from haechi.preflight.evidence import Evidence
from haechi.preflight.judge import judge
from haechi.preflight.report import render
from haechi.resolve import resolve
from haechi.schema.preflight import Format

BASE = Work(
    parameters=110_000_000, idle_parameters=0, layer_parameters=85_000_000, layers=12, width=768, heads=12,
    rows=32, length=128, eval_rows=64, eval_length=128, steps=1000, train_tokens=2e6, eval_tokens=1e6,
    mean_length=64.0, saves=4, passes=1, precision="float32", trainer="hf", device="cpu", threads=2,
    tracked=True,
)  # fmt: skip


def work(*overrides: str) -> Work:
    composed = compose(list(overrides))
    found = work_of(Evidence(resolve(composed, composed.hydra)))
    assert found is not None
    return found


def test_sizes_are_those_of_the_run() -> None:
    found = work("trainer.per_device_train_batch_size=16", "trainer.max_steps=10", "tracking=none")
    assert (found.layers, found.width, found.rows, found.steps, found.tracked) == (2, 128, 16, 10, False)
    assert found.parameters == pytest.approx(1.3e6, rel=0.05)
    assert found.train_tokens == pytest.approx(10 * 16 * found.mean_length)
    # Without the weights' header the count is nearly the same.
    scratch = work("model.init=scratch", "trainer.per_device_train_batch_size=16", "trainer.max_steps=10")
    assert scratch.parameters == pytest.approx(found.parameters, rel=0.02)
    # What a larger vocabulary adds is not trained.
    larger = work("model.init=scratch", "+model.config.vocab_size=20000", "trainer.max_steps=10")
    assert larger.idle_parameters - found.idle_parameters == larger.parameters - scratch.parameters > 0
    twice = work("trainer=custom", "trainer.r_drop_alpha=1", "trainer.max_steps=10")
    assert twice.passes == 2


def test_windows_of_long_contexts_are_counted() -> None:
    one = work("task=sample_mrc", "trainer.num_train_epochs=1", "trainer.eval_strategy=no")
    assert one.steps > 135 / 32
    assert one.length <= 128


def test_more_of_anything_takes_more() -> None:
    for change in ({"rows": 64}, {"length": 256}, {"parameters": 3e8}, {"passes": 2}, {"tracked": True}):
        assert guessed_bytes(replace(BASE, **change)) >= guessed_bytes(BASE)  # type: ignore[arg-type]
    assert guessed_bytes(replace(BASE, precision="bf16")) < guessed_bytes(BASE)
    idle = replace(BASE, idle_parameters=10_000_000)
    assert guessed_bytes(idle) == guessed_bytes(BASE) - 12 * 10_000_000
    assert guessed_seconds(idle) < guessed_seconds(BASE)
    for change in (
        {"train_tokens": 4e6},
        {"steps": 2000},
        {"saves": 9},
        {"eval_tokens": 5e6},
        {"threads": 1},
    ):
        assert guessed_seconds(replace(BASE, **change)) > guessed_seconds(BASE)  # type: ignore[arg-type]


def test_a_run_like_it_corrects_the_guess_and_an_unlike_one_hardly() -> None:
    took = Record(BASE, round(guessed_bytes(BASE) * 2), guessed_seconds(BASE) * 3, 20.0)
    found = forecast(BASE, [took])
    assert found.memory_bytes == pytest.approx(took.peak_bytes, rel=0.03)
    assert found.seconds == pytest.approx(took.training_seconds + 20, rel=0.03)
    assert found.runs == 1
    far = replace(BASE, parameters=1_000_000, width=128, rows=4, length=16, mean_length=9.0)
    assert forecast(far, [took]).memory_bytes == pytest.approx(guessed_bytes(far), rel=0.1)
    other_device = Record(replace(BASE, device="gpu"), 1, 1.0, 1.0)
    assert forecast(BASE, [other_device]) == forecast(BASE, [])


def test_what_is_imported_once_is_counted_once() -> None:
    cold, warm = Record(BASE, 10**9, 100.0, 8.0), Record(BASE, 10**9, 100.0, 2.0, warm=True)
    found = forecast(BASE, [cold, warm])
    assert found.seconds - found.warm_seconds == pytest.approx(6.0)


def test_the_batch_that_fits() -> None:
    room = guessed_bytes(replace(BASE, rows=8, eval_rows=8)) * 1.01
    assert largest_batch(BASE, room, []) == 8
    assert largest_batch(BASE, 1e8, []) is None


def test_runs_are_kept_for_this_machine(outputs: Path) -> None:
    assert records() == []
    record = Record(BASE, 1, 2.0, 3.0)
    for _ in range(5):
        keep(record)
    assert records() == [record] * 3
    for number in range(MOST + 5):
        keep(Record(replace(BASE, steps=number), 1, 2.0, 3.0))
    assert len(records()) == MOST
    assert records()[-1].work.steps == MOST + 4
    path = outputs / "cache" / "forecast" / f"{this_machine.name()}.json"
    for content in ("", "[]", '{"format": 99, "runs": []}', '{"format": 1, "runs": [{"work": {}}]}'):
        path.write_text(content)
        assert records() == []


def test_the_verdict_shows_it_and_a_sweep_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(this_machine, "load_factor", lambda: 1.0)
    verdicts = judge(["pooling=cls,mean", "trainer.max_steps=10"], multirun=True)
    each = [verdict.forecast for verdict in verdicts]
    assert each[0] is not None
    assert each[1] is not None
    text = render(verdicts, Format.text, 0.0)
    total = duration(each[0].seconds + each[1].warm_seconds)
    assert f"forecast: 2 jobs, about 0.8 GiB of memory, {total} (rough" in text
    (job, _) = json.loads(render(verdicts, Format.json, 0.0))["jobs"]
    assert set(job["forecast"]) == {"memory_bytes", "seconds", "seconds_alone", "calibrated"}
    monkeypatch.setattr(this_machine, "load_factor", lambda: 3.0)
    (busy,) = judge(["pooling=cls", "trainer.max_steps=10"])
    assert busy.forecast is not None
    assert busy.forecast.as_json()["seconds"] == pytest.approx(3 * each[0].seconds, abs=0.1)
    assert f"{duration(each[0].seconds)} if nothing else ran here" in busy.forecast.text
    assert "예상: " in render(judge(["preflight.language=ko"]), Format.text, 0.0)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (59, "59 s"), (200, "3 min 20 s"), (7260, "2 h 1 min")]
)
def test_times_are_read_by_people(seconds: float, said: str) -> None:
    assert duration(seconds) == said


PEAKS = f"""
import sys
sys.path.insert(0, {str(places.ROOT / "src")!r})
from haechi.forecast.measure import peak_bytes, reset_peak
reset_peak()
before = peak_bytes()
held = bytearray(200 * 2**20)
during = peak_bytes()
del held
reset_peak()
print(*(value or 0 for value in (before, during, peak_bytes())))
"""


def test_the_peak_is_counted_anew() -> None:
    """In a process of its own: others free memory meanwhile."""
    done = subprocess.run([sys.executable, "-c", PEAKS], capture_output=True, text=True, check=True)
    before, during, after = map(int, done.stdout.split())
    if not before:
        pytest.skip("this system does not count")
    assert during >= before + 190 * 2**20
    assert after < before + 100 * 2**20


def test_waiting_for_a_processor_is_counted() -> None:
    before = waited_seconds()
    assert 0 <= waited_seconds() - before < 1
