"""How fast and how light a verdict is, and what the same fault costs with stock code.

`python benchmarks/preflight.py` prints Markdown; `--faults` adds the comparison, `--rows N` sets the
length of the long file. Run it on a quiet machine: times are the median of five.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folders

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "transformers", "mlflow", "knockknock", "datasets", "pandas")
MEASURED = """
import json, sys
sys.argv = ["src/check.py", *sys.argv[1:]]
sys.path.insert(0, "src")
from haechi.command_line import check_and_exit
try:
    check_and_exit()
except SystemExit as end:
    status = end.code
loaded = [name for name in %r if name in sys.modules]
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"status": status, "loaded": loaded, "peak": peak}), file=sys.stderr)
"""


@dataclass
class Fault:
    """One mistake, for both sides."""

    name: str
    code: str
    overrides: list[str]
    stock: dict[str, Any]


def check(overrides: list[str]) -> tuple[float, dict[str, Any]]:
    """Wall time of one verdict in a process of its own, and what it says of itself."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED % (HEAVY,), *overrides, "preflight.format=json"],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"}, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    told = json.loads(done.stderr.strip().splitlines()[-1])
    verdict = json.loads(done.stdout)
    codes = [
        item["code"] for job in verdict["jobs"] for item in job["diagnostics"] if item["severity"] != "note"
    ]
    return seconds, told | {"codes": sorted(set(codes)), "jobs": len(verdict["jobs"])}


def row(name: str, overrides: list[str], times: int = 5) -> str:
    """A line of the first table."""
    runs = [check(overrides) for _ in range(times)]
    told = runs[0][1]
    codes = " ".join(told["codes"]) or "fit"
    seconds = statistics.median(seconds for seconds, _ in runs)
    loaded = ", ".join(told["loaded"]) or "none"
    return f"| {name} | {seconds:.2f} s | {told['peak'] / 1024:.0f} MiB | {loaded} | {codes} |"


def speed(work: Path, rows: int) -> Iterator[str]:
    """Times and memory of verdicts."""
    bert = folders.write_checkpoint(work / "bert")
    short = folders.write_rows(work / "short.tsv", 2_000)
    long = folders.write_rows(work / "long.tsv", rows)
    local = ["model=local", f"model.checkpoint={bert}", "task=files"]
    yield "| verdict | wall time | peak memory | heavy imports | findings |"
    yield "| --- | --- | --- | --- | --- |"
    yield row("`python src/check.py`, the embedded default", [])
    yield row("32,000-entry tokenizer, 2,000 rows", [*local, f"task.files.train={short}"])
    yield row(f"the same, {rows:,} rows judged by sample", [*local, f"task.files.train={long}"])
    whole = [*local, f"task.files.train={long}", "preflight.sample_rows=0"]
    yield row(f"the same, all {rows:,} rows in a stream", whole, times=1)
    others = [folders.write_checkpoint(work / f"bert{seed}", seed=seed) for seed in (1, 2, 3)]
    names = ",".join(map(str, [bert, *others]))
    sweep = [
        "-m", "model=local", f"model.checkpoint={names}", "tokenizer=local", f"tokenizer.source={names}",
        "pooling=cls,mean,max,last_token,attention,first_last,weighted_mean",
        "task=files", f"task.files.train={short}",
    ]  # fmt: skip
    yield row("sweep of 112: 4 checkpoints x 4 tokenizers x 7 poolings", sweep)


def faults(work: Path) -> Iterator[Fault]:
    """Ten mistakes."""
    bert = folders.write_checkpoint(work / "model")
    train, validation = (
        folders.write_rows(work / "train.tsv", 3_000),
        folders.write_rows(work / "dev.tsv", 500),
    )
    data = ["task=files", f"task.files.train={train}", f"task.files.validation={validation}"]
    files = {"train": str(train), "validation": str(validation), "output": str(work / "out")}

    def fault(name: str, code: str, checkpoint: Path, more: list[str], **stock: Any) -> Fault:
        local = ["model=local", f"model.checkpoint={checkpoint}"]
        base = more if any("task.files" in item for item in more) else [*data, *more]
        return Fault(name, code, [*local, *base], files | {"checkpoint": str(checkpoint)} | stock)

    other = folders.write_tokenizer(work / "other", seed=5)
    yield fault(
        "tokenizer of another checkpoint, same size", "TOK004", bert,
        ["tokenizer=local", f"tokenizer.source={other}"], tokenizer=str(other),
    )  # fmt: skip
    lower = folders.copy_with(
        bert, work / "lower", "tokenizer_config.json", lambda file: file.update(do_lower_case=True)
    )
    yield fault(
        "`do_lower_case` true on a cased vocabulary", "TOK002", lower, ["tokenizer.do_lower_case=true"]
    )
    bare = folders.write_checkpoint(work / "bare", tokenizer=False)
    yield fault("no tokenizer files in the folder", "TOK001", bare, [])
    pairs, pairs_dev = (folders.write_rows(work / f"p{n}.tsv", n, pair=True) for n in (3_000, 500))
    one = folders.write_checkpoint(work / "one", type_vocab_size=1)
    yield fault(
        "segment id 1 into one row of segments", "TOK008", one,
        ["task=files", "task.objective=pair_classification", "task.columns.text_pair=text_pair",
         f"task.files.train={pairs}", f"task.files.validation={pairs_dev}", "tokenizer.token_type_ids=true"],
        train=str(pairs), validation=str(pairs_dev),
    )  # fmt: skip
    long, long_dev = (folders.write_rows(work / f"l{n}.tsv", n, words=150) for n in (3_001, 501))
    yield fault(
        "`max_length` beyond the positions", "POS001", bert,
        ["task=files", f"task.files.train={long}", f"task.files.validation={long_dev}",
         "tokenizer.max_length=256"],
        train=str(long), validation=str(long_dev), max_length=256,
    )  # fmt: skip
    few = folders.write_checkpoint(work / "few", vocab_size=folders.ENTRIES - 4)
    yield fault("token ids beyond the embedding rows", "VOC001", few, [])
    yield fault(
        "heads of a pretrained model changed", "MODEL002", bert, ["+model.config.num_attention_heads=8"],
        config={"num_attention_heads": 8},
    )  # fmt: skip
    yield fault(
        "misspelt config key", "KEY001", bert, ["+model.config.hidden_droput_prob=0.3"],
        config={"hidden_droput_prob": 0.3},
    )  # fmt: skip
    yield fault("metric that is not produced", "TRAIN002", bert, ["task.metric=macro_fl"], metric="macro_fl")
    yield fault(
        "a class that only the validation rows have", "LABEL001", bert,
        ["task=files", f"task.files.train={train}", f"task.files.validation={_more_labels(work)}"],
        validation=str(_more_labels(work)), num_labels=len(folders.TOPICS),
    )  # fmt: skip


def _more_labels(work: Path) -> Path:
    return folders.write_rows(work / "more.tsv", 500, labels=8)


def compare(work: Path) -> Iterator[str]:
    """The second table."""
    yield "| fault | haechi | found after | stock code | after |"
    yield "| --- | --- | --- | --- | --- |"
    for item in faults(work):
        runs = [check(item.overrides) for _ in range(3)]
        seconds = statistics.median(seconds for seconds, _ in runs)
        found = "found" if item.code in runs[0][1]["codes"] else f"NOT FOUND ({runs[0][1]['codes']})"
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / "stock.py"), json.dumps(item.stock)],
            capture_output=True, text=True, check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
        told = json.loads(done.stdout.strip().splitlines()[-1])
        stock = f"{told['ended']} | {told['seconds']:.1f} s"
        yield f"| {item.name} | {item.code} {found} | {seconds:.2f} s | {stock} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--rows", type=int, default=2_000_000)
    arguments = parser.parse_args()
    cpu = next((line.partition(":")[2].strip() for line in _cpu() if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} x {cpu}, {memory:.0f} GiB, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as name:
        for line in speed(Path(name), arguments.rows):
            print(line, flush=True)
        if arguments.faults:
            print()
            for line in compare(Path(name)):
                print(line, flush=True)


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


if __name__ == "__main__":
    main()
