"""Forecasts against what runs take: python benchmarks/forecast.py [--threads 2]

Calibrates an empty cache by a few steps of four other settings, then forecasts six and runs each of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = str(Path(sys.prefix) / "bin" / "python")
COMMON = ["notify=none", "tracking=none"]


def scratch(width: int, layers: int) -> list[str]:
    """An encoder of these sizes with weights that are drawn."""
    sizes = {
        "hidden_size": width, "num_hidden_layers": layers, "intermediate_size": 4 * width,
        "num_attention_heads": width // 64,
    }  # fmt: skip
    return ["model.init=scratch", *(f"+model.config.{name}={size}" for name, size in sizes.items())]


CALIBRATION = {
    "tiny": ["trainer.max_steps=20"],
    "256 x 4": [*scratch(256, 4), "trainer.max_steps=10", "task.max_train_rows=320"],
    "256 x 4, float32, long": [
        *scratch(256, 4), "task=sample_mrc", "trainer.precision=float32", "trainer.max_steps=4",
        "trainer.eval_strategy=no",
    ],
    "512 x 4, float32": [
        *scratch(512, 4), "trainer.precision=float32", "trainer.max_steps=6", "task.max_train_rows=200",
        "trainer.eval_strategy=no",
    ],
}  # fmt: skip
SETTINGS = {
    "tiny, 4 epochs": ["trainer.num_train_epochs=4"],
    "tiny, cls, custom loop, batch 8": [
        "trainer=custom", "pooling=cls", "trainer.per_device_train_batch_size=8",
        "trainer.num_train_epochs=2",
    ],
    "256 x 6, pairs, bf16": [*scratch(256, 6), "task=sample_nli", "trainer.num_train_epochs=3"],
    "384 x 6, float32, batch 16": [
        *scratch(384, 6), "trainer.precision=float32", "trainer.per_device_train_batch_size=16",
        "trainer.max_steps=30",
    ],
    "512 x 6, max pooling, bf16": [*scratch(512, 6), "pooling=max", "trainer.max_steps=20"],
    "256 x 4, spans of 128 tokens": [*scratch(256, 4), "task=sample_mrc", "trainer.max_steps=12"],
}  # fmt: skip


def main() -> None:
    """Print a table: forecast and measured, and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="haechi_forecast_") as scratch_folder:
        folder = Path(scratch_folder)
        environment = {
            **os.environ, "HAECHI_OUTPUTS": str(folder / "outputs"), "HAECHI_CACHE": str(folder / "cache"),
            "OMP_NUM_THREADS": str(arguments.threads), "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        began = time.perf_counter()
        for number, (name, words) in enumerate(CALIBRATION.items()):
            result = train(folder / f"calibration_{number}", words, environment)
            print(f"calibration {name}: {result['seconds']:.1f} s", flush=True)
        print(f"calibrated in {time.perf_counter() - began:.0f} s, {arguments.threads} threads")
        print("| setting | memory | measured | ratio | time | clock | ratio | less waiting | ratio |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for number, (name, words) in enumerate(SETTINGS.items()):
            expected = judged(words, environment)
            result = train(folder / f"setting_{number}", words, environment)
            print(row(name, expected, result), flush=True)
            forget_last(folder / "cache")


def judged(words: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """The forecast, as a program hears it."""
    done = subprocess.run(
        [PYTHON, str(ROOT / "src" / "check.py"), *COMMON, *words, "preflight.format=json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)["jobs"][0]["forecast"]


def train(folder: Path, words: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """results.json of a run."""
    done = subprocess.run(
        [PYTHON, str(ROOT / "src" / "train.py"), *COMMON, *words, f"run_dir={folder}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def forget_last(cache: Path) -> None:
    """Take back what the setting itself has taught, so that the six are forecast from the same runs."""
    (path,) = (cache / "forecast").glob("*.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["runs"] = content["runs"][:-1]
    path.write_text(json.dumps(content), encoding="utf-8")


def row(name: str, expected: dict[str, Any], result: dict[str, Any]) -> str:
    """A line of the table."""
    memory = expected["memory_bytes"] / 2**20, result["peak_memory_bytes"] / 2**20
    cells = [f"{memory[0]:.0f} MiB", f"{memory[1]:.0f} MiB", f"{memory[0] / memory[1]:.2f}"]
    expected_seconds, clock = expected["seconds_alone"], result["seconds"]
    # Other programs may have the processors meanwhile: Linux counts how long a run waited for one.
    alone = clock - result["waited_seconds"]
    cells += [f"{expected_seconds:.1f} s", f"{clock:.1f} s", f"{expected_seconds / clock:.2f}"]
    cells += [f"{alone:.1f} s", f"{expected_seconds / alone:.2f}"]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
