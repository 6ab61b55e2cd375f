"""From the command to the end of the first optimizer step, against a bare script that does little else.

    python benchmarks/startup.py                                    the embedded headlines, the tiny encoder
    python benchmarks/startup.py --encoder DIR --train-file FILE    another checkpoint; KLUE-YNAT's train file

The bare script imports torch and transformers, loads the same checkpoint and takes one step with 32 of the
same rows. What is counted is wall time from the start of the process. The judgement that comes first in
`train.py` is what `check.py` takes for the same run beyond the start of an interpreter. Rounds alternate; the
first, which warms the disk's cache and makes MLflow's database, does not count.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import machine

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "src" / "haechi" / "samples" / "topic" / "train.jsonl"
BATCH, VALIDATION_ROWS, LONGEST = 32, 64, 128
BARE = f"""
import json, sys, time
import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer
with open(sys.argv[2], encoding="utf-8") as file:
    rows = [json.loads(line) for line in file][:{BATCH}]
labels = sorted({{row["label"] for row in rows}})
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForSequenceClassification.from_pretrained(
    sys.argv[1], num_labels=len(labels), dtype="float32"
)
model.train()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
texts = [row["text"] for row in rows]
batch = tokenizer(texts, truncation=True, max_length={LONGEST}, padding=True, return_tensors="pt")
wanted = torch.tensor([labels.index(row["label"]) for row in rows])
model(**batch, labels=wanted).loss.backward()
optimizer.step()
print(time.time())
"""
INTERPRETER, CHECK, SCRIPT = "interpreter alone", "`check.py`", "bare script"
WAYS = {
    "`train.py`": ["trainer=hf"],
    "`train.py tracking=none`": ["trainer=hf", "tracking=none"],
    "`train.py trainer=custom`": ["trainer=custom"],
    "`train.py trainer=custom tracking=none`": ["trainer=custom", "tracking=none"],
}


class Files(NamedTuple):
    """What all of them read."""

    checkpoint: Path
    train: Path
    validation: Path


def write_files(given: argparse.Namespace, work: Path) -> Files:
    """The checkpoint and rows of a run, drawn from what was given or embedded."""
    encoder = given.encoder
    if encoder is None:
        sys.path.insert(0, str(ROOT / "src"))
        from haechi.checkpoint.tiny import make_tiny

        encoder = make_tiny(work / "tiny")
    source: Path = given.train_file or SAMPLE
    content = source.read_text(encoding="utf-8")
    items = json.loads(content) if content.startswith("[") else map(json.loads, content.splitlines())
    rows = [{"text": item["title"], "label": item["label"]} for item in items]
    random.Random(0).shuffle(rows)
    validation, train = rows[:VALIDATION_ROWS], rows[VALIDATION_ROWS:][: given.rows]
    files = Files(encoder.absolute(), work / "train.jsonl", work / "validation.jsonl")
    for path, drawn in ((files.train, train), (files.validation, validation)):
        lines = (f"{json.dumps(row, ensure_ascii=False)}\n" for row in drawn)
        path.write_text("".join(lines), encoding="utf-8")
    return files


def overrides(files: Files) -> list[str]:
    """A run on these files."""
    return [
        "model=local", f"model.checkpoint={files.checkpoint}", "task=files", "task.objective=classification",
        f"task.files.train={files.train}", f"task.files.validation={files.validation}",
        f"tokenizer.max_length={LONGEST}", f"trainer.per_device_train_batch_size={BATCH}",
        "trainer.learning_rate=5e-5", "trainer.num_train_epochs=1", "trainer.max_steps=1",
        "trainer.logging_steps=1", "trainer.eval_strategy=no",
    ]  # fmt: skip


def command_of(way: str, files: Files, run: Path) -> list[str]:
    """What is measured; `run` is the folder of a run."""
    if way == INTERPRETER:
        return ["-c", ""]
    if way == SCRIPT:
        return ["-c", BARE, str(files.checkpoint), str(files.train)]
    if way == CHECK:
        return ["src/check.py", *overrides(files)]
    return ["src/train.py", *overrides(files), *WAYS[way], f"run_dir={run}"]


def seconds_of(way: str, files: Files, work: Path) -> float:
    """Wall time from a process's start to the end of its first step, or to its own end if it takes none."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HAECHI_OUTPUTS": str(work / "outputs")}
    for name in ("SLACK_WEBHOOK_URL", "MLFLOW_TRACKING_URI"):
        environment.pop(name, None)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        run = Path(folder) / "run"
        command = [sys.executable, *command_of(way, files, run)]
        started = time.time()
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False
        )
        seconds = time.time() - started
        if ended.returncode:
            raise SystemExit(f"{way} failed:\n{ended.stderr[-2000:]}")
        if way == SCRIPT:
            return float(ended.stdout.splitlines()[-1]) - started
        return first_step(run) - started if way in WAYS else seconds


def first_step(run: Path) -> float:
    """When a run's first step had ended, in seconds since the epoch."""
    with (run / "metrics.jsonl").open(encoding="utf-8") as file:
        return next(
            point["time"] for point in map(json.loads, file) if point["step"] == 1 and "train/loss" in point
        )


def table(found: dict[str, list[float]]) -> Iterator[str]:
    """Medians, and the ratios to the bare script."""
    middle = {way: statistics.median(values) for way, values in found.items()}
    judged, bare = middle[CHECK] - middle[INTERPRETER], middle[SCRIPT]
    yield "| command | first step ends after, s | of the bare script | less judging, s | of the bare script |"
    yield "| --- | --- | --- | --- | --- |"
    for way in (SCRIPT, *WAYS):
        seconds, less = middle[way], middle[way] - (judged if way in WAYS else 0.0)
        spread = f"{seconds:.2f} ({min(found[way]):.2f} to {max(found[way]):.2f})"
        yield f"| {way} | {spread} | {seconds / bare:.2f} | {less:.2f} | {less / bare:.2f} |"
    yield f"\nJudging: {judged:.2f} s; {CHECK} {middle[CHECK]:.2f} s, interpreter {middle[INTERPRETER]:.2f} s"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--encoder", type=Path, help="a checkpoint folder; without, the tiny one")
    parser.add_argument("--train-file", type=Path, help="json or jsonl with `title` and `label`")
    parser.add_argument("--rows", type=int, default=2048, help="train rows at most")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        files = write_files(given, work)
        count = len(files.train.read_text(encoding="utf-8").splitlines())
        print(f"{files.checkpoint.name}, {count:,} train rows\n")
        found: dict[str, list[float]] = {way: [] for way in (INTERPRETER, CHECK, SCRIPT, *WAYS)}
        for number in range(given.rounds + 1):
            for way, values in found.items():
                seconds = seconds_of(way, files, work)
                print(f"  round {number} {way}: {seconds:.2f}", file=sys.stderr, flush=True)
                if number:
                    values.append(seconds)
        for line in table(found):
            print(line)


if __name__ == "__main__":
    main()
