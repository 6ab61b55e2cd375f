"""How time and memory grow with the length of inputs, the rows of a batch, the model and the data.

    python benchmarks/growth.py --out growth.png

Each setting runs in a process of its own: a few steps of `trainer=custom` with rows that are all of one
length, or, for the data, what comes before the first step (read, judge and encode every row, plan the
batches). Checkpoints with random weights and texts made of the embedded headlines are written for it.
"""

import argparse
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import machine

import folders

SOURCES = Path(__file__).resolve().parents[1] / "src"
STEPS = 5
"""Measured ones; another comes first and does not count."""
TRAIN_ROWS, LONGEST = 512, 512


class Setting(NamedTuple):
    """What one process does."""

    width: int = 384
    layers: int = 6
    rows: int = 8
    """Of a batch."""
    length: int = 64
    """Tokens of every row."""
    train_rows: int = 0
    """Of the data; 0 for a setting whose steps are measured."""


class Point(NamedTuple):
    """What a setting gave."""

    x: float
    name: str
    seconds: float
    """Of a step, or of the preparation."""
    peak_mib: float
    imports_mib: float
    """What the process had before it did anything."""


class Sweep(NamedTuple):
    """One column of the plot."""

    title: str
    axis: str
    time: str
    settings: tuple[Setting, ...]


SWEEPS = (
    Sweep("length of the inputs", "tokens of a row (8 rows, 384 x 6)", "step",
          tuple(Setting(length=length) for length in (16, 32, 64, 128, 256, 512))),
    Sweep("rows of a batch", "rows (64 tokens, 384 x 6)", "step",
          tuple(Setting(rows=rows) for rows in (1, 2, 4, 8, 16, 32, 64))),
    Sweep("size of the model", "million parameters (8 rows, 64 tokens)", "step",
          tuple(Setting(width=width, layers=layers) for width, layers in
                ((64, 2), (128, 2), (256, 4), (384, 6), (512, 8), (768, 12)))),
    Sweep("rows of the data", "train rows", "preparation",
          tuple(Setting(width=128, layers=2, train_rows=rows)
                for rows in (1_000, 3_000, 10_000, 30_000, 100_000))),
)  # fmt: skip


def write_texts(path: Path, rows: int, headlines: int) -> Path:
    """Distinct texts of several headlines each, the label being that of the first."""
    source = SOURCES / "haechi" / "samples" / "topic" / "train.jsonl"
    found = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    draw, texts = random.Random(rows), dict[str, str]()
    while len(texts) < rows:
        drawn = draw.choices(found, k=headlines)
        texts[" ".join(item["title"] for item in drawn)] = drawn[0]["label"]
    items = ({"text": text, "label": label} for text, label in texts.items())
    lines = (f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def write_checkpoint(work: Path, setting: Setting) -> Path:
    """A BERT of that size, unless it is there."""
    folder = work / f"{setting.width}x{setting.layers}"
    if not folder.is_dir():
        folders.write_checkpoint(
            folder, hidden_size=setting.width, num_hidden_layers=setting.layers,
            num_attention_heads=setting.width // 32 if setting.width < 512 else setting.width // 64,
            intermediate_size=4 * setting.width, max_position_embeddings=LONGEST,
        )  # fmt: skip
        path = folder / "tokenizer_config.json"
        declared = json.loads(path.read_text(encoding="utf-8")) | {"model_max_length": LONGEST}
        path.write_text(json.dumps(declared), encoding="utf-8")
    return folder


def measure(work: Path, setting: Setting) -> dict[str, float]:
    """A setting in a process of its own."""
    given = {"checkpoint": str(write_checkpoint(work, setting)), "work": str(work), **setting._asdict()}
    command = [sys.executable, __file__, "--setting", json.dumps(given)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{setting} failed:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def one(given: dict[str, Any]) -> dict[str, float]:
    """What a process does: judge a run, and take its first steps unless the data is what counts."""
    sys.path.insert(0, str(SOURCES))
    from haechi.compose import compose
    from haechi.data.encode import encode
    from haechi.modeling.build import build_model
    from haechi.modeling.describe import describe
    from haechi.preflight.check import check
    from haechi.preflight.evidence import Evidence
    from haechi.resolve import resolve
    from haechi.training.custom import train
    from haechi.training.setup import Setup

    imports, work, counts_data = machine.resident_mib(), Path(given["work"]), given["train_rows"] > 0
    limit = LONGEST if counts_data else given["length"]
    started = time.perf_counter()
    composed = compose([
        "model=local", f"model.checkpoint={given['checkpoint']}", "task=files", "trainer=custom",
        "task.objective=classification", f"tokenizer.max_length={limit}",
        f"task.files.train={work / ('data' if counts_data else 'long')}_{given['train_rows']}.jsonl",
        f"task.files.validation={work / 'validation.jsonl'}", f"trainer.max_steps={STEPS + 1}",
        f"trainer.per_device_train_batch_size={given['rows']}", "trainer.eval_strategy=no",
        "trainer.logging_steps=1", "trainer.learning_rate=5e-5", "trainer.num_train_epochs=1",
    ])  # fmt: skip
    evidence = Evidence(resolve(composed, composed.hydra), weights=True, full=True)
    verdict = check(evidence)
    if verdict.refused:
        raise SystemExit("\n".join(str(item.message) for item in verdict.diagnostics))
    run, description, tokenizer = evidence.whole, describe(evidence), evidence.final_tokenizer
    form = description.input_format()
    encoded = {name: encode(split.examples, tokenizer, form) for name, split in evidence.splits.items()}
    ends: list[float] = []
    setup = Setup(
        run.config.task, run.config.trainer, description.labels, run.config.seed, tokenizer.padding_id,
        work / "out", lambda *_: ends.append(time.perf_counter()),
    )  # fmt: skip
    if counts_data:
        setup.plan(encoded["train"])
        seconds, parameters = time.perf_counter() - started, 0
    else:
        assert set(encoded["train"].lengths) == {given["length"]}, "every row is cut to one length"
        model = build_model(run, evidence, description.outputs)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        train(model, encoded, setup)
        seconds = statistics.median(end - begin for begin, end in pairwise(ends))
    return {
        "seconds": seconds, "peak_mib": machine.resident_mib(peak=True), "imports_mib": imports,
        "parameters": parameters,
    }  # fmt: skip


def points_of(sweep: Sweep, found: dict[Setting, dict[str, float]]) -> list[Point]:
    """What the settings of a sweep gave, from the smallest to the largest."""
    points: list[Point] = []
    for setting in sweep.settings:
        given = found[setting]
        if setting.train_rows:
            x, name = float(setting.train_rows), f"{setting.train_rows:,}"
        elif "model" in sweep.title:
            x = given["parameters"] / 1e6
            name = f"{x:.1f} M ({setting.width} x {setting.layers})"
        else:
            x = float(setting.length if "length" in sweep.title else setting.rows)
            name = f"{x:.0f}"
        points.append(Point(x, name, given["seconds"], given["peak_mib"], given["imports_mib"]))
    return points


def exponent(points: Sequence[Point], values: Sequence[float]) -> float:
    """Slope of the upper half in log-log: 1 where twice as much takes twice as long."""
    half = len(points) // 2
    return statistics.linear_regression(
        [math.log(point.x) for point in points[half:]], [math.log(value) for value in values[half:]]
    ).slope


def exponents(points: Sequence[Point]) -> tuple[float, float]:
    """Those of time and of the memory beyond what the imports take."""
    memory = [max(point.peak_mib - point.imports_mib, 1.0) for point in points]
    return exponent(points, [point.seconds for point in points]), exponent(points, memory)


def table(sweep: Sweep, points: Sequence[Point]) -> Iterator[str]:
    """A sweep in Markdown, its exponents below."""
    yield f"\n| {sweep.title}: {sweep.axis} | {sweep.time}, s | peak memory, MiB | beyond the imports, MiB |"
    yield "| --- | --- | --- | --- |"
    for point in points:
        beyond = point.peak_mib - point.imports_mib
        yield f"| {point.name} | {point.seconds:.3f} | {point.peak_mib:,.0f} | {beyond:,.0f} |"
    seconds, memory = exponents(points)
    yield f"\n{sweep.title}: time grows with its power {seconds:.2f}, memory with {memory:.2f}"


def draw(sweeps: Sequence[tuple[Sweep, Sequence[Point]]], path: Path) -> None:
    """Time above, memory below, one column a sweep."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    figure = Figure(figsize=(14.0, 6.5), layout="constrained")
    panels = figure.subplots(2, len(sweeps), sharex="col")
    for column, (sweep, points) in enumerate(sweeps):
        above, below = panels[0][column], panels[1][column]
        xs, (time_power, memory_power) = [point.x for point in points], exponents(points)
        peaks = [point.peak_mib for point in points]
        above.loglog(xs, [point.seconds for point in points], color="tab:blue", marker="o", markersize=4)
        above.set_title(f"{sweep.title}\n{sweep.time}: power {time_power:.2f}", fontsize=10)
        below.loglog(xs, peaks, color="tab:orange", marker="o", markersize=4, label="process")
        imports = statistics.median(point.imports_mib for point in points)
        below.axhline(imports, color="tab:gray", linestyle="--", linewidth=1.0, label="imports alone")
        below.set_title(f"memory beyond imports: power {memory_power:.2f}", fontsize=10)
        below.set_ylim(imports / 1.5, 8_000)
        below.set_xlabel(sweep.axis, fontsize=9)
        above.set_ylabel(f"seconds of a {sweep.time}" if column == 0 else sweep.time, fontsize=9)
        below.set_ylabel("peak memory, MiB", fontsize=9)
        below.set_xticks(xs, [point.name.split(" (")[0] for point in points], fontsize=8, rotation=45)
        for panel in (above, below):
            panel.grid(visible=True, which="major", linewidth=0.4)
            panel.xaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            panel.yaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    panels[1][0].legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=100)


def main() -> None:
    """Print the tables, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, help="where the plot goes; without, none is drawn")
    parser.add_argument("--setting", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.setting:
        print(json.dumps(one(json.loads(given.setting))))
        return
    print(machine.describe())
    found: dict[Setting, dict[str, float]] = {}
    drawn: list[tuple[Sweep, Sequence[Point]]] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write_texts(work / "long_0.jsonl", TRAIN_ROWS, LONGEST // 8)
        write_texts(work / "validation.jsonl", 64, 2)
        for sweep in SWEEPS:
            for setting in sweep.settings:
                if setting.train_rows:
                    write_texts(work / f"data_{setting.train_rows}.jsonl", setting.train_rows, 2)
                if setting not in found:
                    found[setting] = measure(work, setting)
                    print(f"  {setting}: {found[setting]}", file=sys.stderr, flush=True)
            points = points_of(sweep, found)
            drawn.append((sweep, points))
            for line in table(sweep, points):
                print(line, flush=True)
    if given.out:
        draw(drawn, given.out)


if __name__ == "__main__":
    main()
