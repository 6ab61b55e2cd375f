"""Fine-tuning, side by side: Haechi's two trainers, the stock Trainer in five ways, sentence-transformers.

    python benchmarks/train.py                                        the embedded sample, a tiny encoder
    python benchmarks/train.py --encoder DIR --data DIR --seeds 3     KLUE's files, a real encoder

Every variant runs in a process of its own, on the same rows with the same batch size and learning rate, one
after another and round by round, so that what else the machine does meets them all. Quality is that after the
same rows.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "src" / "haechi" / "samples"
CLASSES = (
    "Trainer, padded to 128",
    "Trainer, dynamic padding",
    "Trainer, grouped by length",
    "Trainer, bf16, fused",
    "Trainer, grouped, bf16, fused",
    "Haechi hf",
    "Haechi custom",
    "Haechi custom, float32",
)
SCORES = (*CLASSES, "sentence-transformers, bi-encoder", "sentence-transformers, bi-encoder, bf16",
          "Haechi custom, bi-encoder")  # fmt: skip


class Bench(NamedTuple):
    """A task of the table."""

    name: str
    objective: str
    metric: str
    variants: tuple[str, ...]
    files: tuple[str, str]
    """KLUE's."""
    sample: str
    """Folder of the embedded data."""


BENCHES = (
    Bench(
        "ynat", "classification", "macro_f1", CLASSES,
        ("ynat-v1.1_train.json", "ynat-v1.1_dev.json"), "topic",
    ),
    Bench(
        "nli", "pair_classification", "accuracy", CLASSES,
        ("klue-nli-v1.1_train.json", "klue-nli-v1.1_dev.json"), "nli",
    ),
    Bench(
        "sts", "regression", "pearsonr", SCORES,
        ("klue-sts-v1.1_train.json", "klue-sts-v1.1_dev.json"), "sts",
    ),
)  # fmt: skip
PLAIN = "Trainer, dynamic padding"
ONCE = ("Trainer, padded to 128", "Haechi custom, float32")
"""Measured in the first round only: nobody needs their spread, and they take the longest."""
TEXTS = ("title", "sentence1", "sentence2", "premise", "hypothesis")

Found = dict[str, list[dict[str, float]]]
"""What each variant gave in each round."""


def neutral(row: dict[str, Any]) -> dict[str, Any]:
    """A row of KLUE's or of the embedded data as text, text_pair and label."""
    texts = [str(row[key]) for key in TEXTS if key in row]
    label = row.get("gold_label", row.get("label"))
    if label is None or isinstance(label, dict):
        label = (row.get("labels") or label)["real-label"]
    found: dict[str, Any] = {"text": texts[0], "label": label}
    return {**found, "text_pair": texts[1]} if len(texts) > 1 else found


def write_rows(bench: Bench, data: Path | None, folder: Path, rows: tuple[int, int]) -> dict[str, str]:
    """Train and validation rows, the same for every variant, in files of their own."""
    written: dict[str, str] = {}
    for name, count, file in zip(("train", "validation"), rows, bench.files, strict=True):
        if data is not None:
            found = json.loads((data / file).read_text(encoding="utf-8"))
        else:
            lines = (SAMPLES / bench.sample / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
            found = [json.loads(line) for line in lines]
        drawn = random.Random(0).sample(found, min(count, len(found)))
        path = folder / f"{bench.name}_{name}.jsonl"
        lines = (json.dumps(neutral(row), ensure_ascii=False) for row in drawn)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        written[name] = str(path)
    return written


def measure(setting: dict[str, Any]) -> dict[str, float]:
    """One training in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, str(HERE / "train_variant.py"), json.dumps(setting)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ended.returncode:
        raise SystemExit(f"{setting['variant']} on {setting['task']} failed:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def setting_of(bench: Bench, given: argparse.Namespace, encoder: Path, seed: int) -> dict[str, Any]:
    """What the variants of a round have in common."""
    return {
        "task": bench.name, "objective": bench.objective, "metric": bench.metric, "checkpoint": str(encoder),
        "seed": seed, "learning_rate": given.learning_rate,
    }  # fmt: skip


def rounds(
    bench: Bench, given: argparse.Namespace, folder: Path, encoder: Path
) -> dict[str, list[dict[str, float]]]:
    """Train with every variant; a round has a seed of its own."""
    files = write_rows(bench, given.data, folder, (given.rows, given.validation_rows))
    variants = [name for name in bench.variants if not given.variants or name in given.variants]
    found: Found = {variant: [] for variant in variants}
    for seed in range(1, given.seeds + 1):
        for variant in variants:
            if seed > 1 and variant in ONCE:
                continue
            with tempfile.TemporaryDirectory(dir=folder) as output:
                setting = {**setting_of(bench, given, encoder, seed), **files}
                found[variant].append(measure({**setting, "variant": variant, "output": output}))
            print(f"  {bench.name} seed {seed} {variant}: {found[variant][-1]}", file=sys.stderr, flush=True)
    return found


def table(bench: Bench, found: Found, peak: dict[str, float]) -> Iterator[str]:
    """The fastest round's speed, its ratio to dynamic padding or else the first row, and the metric.

    The fastest, since what else the machine does only ever slows a round down.

    `peak` has the GFLOP/s of the machine's matrix products by number format.
    """
    rates = ", ".join(f"{name} {rate:,.0f}" for name, rate in peak.items())
    yield f"\n**{bench.name}**, matrix products in GFLOP/s: {rates}\n"
    base = PLAIN if PLAIN in found else next(iter(found))
    yield (
        f"| trainer | examples/s | of {base.removeprefix('Trainer, ')} | of the products' rate | "
        f"{bench.metric}, lowest to highest seed | peak MiB |"
    )
    yield "| --- | --- | --- | --- | --- | --- |"
    plain = fastest(found[base], "examples_per_second")
    for name, items in found.items():
        scores = sorted(item["metric"] for item in items)
        speed = fastest(items, "examples_per_second")
        kind = "float32" if runs_in_float32(name) else "bfloat16"
        share = fastest(items, "gflop_per_second") / peak[kind]
        spread = f"{statistics.mean(scores):.3f} ({scores[0]:.3f} to {scores[-1]:.3f})"
        yield (
            f"| {name} | {speed:.1f} | {speed / plain:.2f} | {share:.0%} of {kind}'s | {spread} | "
            f"{max(item['peak_mib'] for item in items):,.0f} |"
        )


def profile(bench: Bench, given: argparse.Namespace, folder: Path, encoder: Path) -> str:
    """Where our own loop's time goes, by torch's profiler, which itself takes some."""
    files = write_rows(bench, given.data, folder, (given.rows, given.validation_rows))
    path = folder / "profile.json"
    measure({**setting_of(bench, given, encoder, 1), **files, "variant": "Haechi custom",
             "profile": str(path), "output": str(folder / "profiled")})  # fmt: skip
    found: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    whole = sum(found.values())
    shares = ", ".join(f"{kind} {seconds / whole:.0%}" for kind, seconds in found.items())
    return f"{bench.name}, where the time of `trainer=custom` goes: {shares}"


def fastest(items: list[dict[str, float]], name: str) -> float:
    """Of what the rounds gave."""
    return max(item[name] for item in items)


def runs_in_float32(variant: str) -> bool:
    """Whether a variant computes in float32 where the machine has bf16."""
    return "float32" in variant or not ("Haechi" in variant or "bf16" in variant)


def products() -> dict[str, float]:
    """GFLOP/s of the machine's matrix products by number format: what all of this can reach at most."""
    code = (
        "import time, torch\n"
        "device = 'cuda' if torch.cuda.is_available() else 'cpu'\n"
        "wait = torch.cuda.synchronize if device == 'cuda' else (lambda: None)\n"
        "size = 8192 if device == 'cuda' else 2048\n"
        "for kind in (torch.float32, torch.bfloat16):\n"
        "    a = torch.randn(size, size, device=device).to(kind); a @ a; wait()\n"
        "    t = time.perf_counter(); n = 0\n"
        "    while time.perf_counter() - t < 2: a @ a; wait(); n += 1\n"
        "    print(str(kind)[6:], 2 * size**3 * n / (time.perf_counter() - t) / 1e9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in ended.stdout.splitlines())}


def main() -> None:
    """Print the tables, and by what they were made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--encoder", type=Path, help="a checkpoint folder; without, the tiny one")
    parser.add_argument("--data", type=Path, help="folder with KLUE's v1.1 files; without, the embedded data")
    parser.add_argument("--tasks", nargs="+", choices=[bench.name for bench in BENCHES],
                        default=[bench.name for bench in BENCHES])  # fmt: skip
    parser.add_argument("--rows", type=int, default=2048, help="train rows, one epoch")
    parser.add_argument("--validation-rows", type=int, default=1000)
    parser.add_argument("--variants", nargs="+", choices=SCORES, help="rows of the table; without, all")
    parser.add_argument("--seeds", type=int, default=1, help="rounds, each with a seed of its own")
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--profile", action="store_true", help="only say where the time of our loop goes")
    given = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    peak = products()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = given.encoder
        if encoder is None:
            sys.path.insert(0, str(HERE.parent / "src"))
            from haechi.checkpoint.tiny import make_tiny

            encoder = make_tiny(folder / "tiny")
        for bench in BENCHES:
            if bench.name not in given.tasks:
                continue
            if given.profile:
                print(profile(bench, given, folder, encoder), flush=True)
                continue
            found = rounds(bench, given, folder, encoder)
            # What else the machine does slows the products down too.
            peak = {name: max(rate, peak[name]) for name, rate in products().items()}
            for line in table(bench, found, peak):
                print(line, flush=True)


if __name__ == "__main__":
    main()
