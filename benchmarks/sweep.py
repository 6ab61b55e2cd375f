"""What a job of a sweep costs beyond its training: by launcher, beside processes started one after another.

    python benchmarks/sweep.py                   24 jobs each way
    python benchmarks/sweep.py --jobs 8 --only basic joblib

The jobs are short trainings of the embedded default, so that nearly all of their time is what is asked about:
imports, judging, reading and encoding, building, saving, tracking, and for a sweep its plan, its report and
the parent run. A job's training is the median time between its first and its last logged point in a process
that is warm: a fresh one imports in between. With two jobs at a time half of it counts for each. Memory is
the peak of the sum over all processes, shared pages divided (PSS), as Linux has it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import machine

ROOT = Path(__file__).resolve().parents[1]
SHORT = ["debug=steps20", "trainer.max_steps=20", "trainer.eval_steps=10", "notify=none"]
SEPARATE = "separate processes, one after another"
WAYS = {
    "basic": ["hydra/launcher=basic"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "ray": ["hydra/launcher=ray"],
}
NEEDED = {"joblib": "hydra_plugins.hydra_joblib_launcher", "ray": "ray"}
AT_A_TIME = {SEPARATE: 1, "basic": 1, "joblib": 2, "ray": 2}


class Measured(NamedTuple):
    """One way, all jobs."""

    seconds: float
    training: float
    """Median of the jobs' trainings, in seconds."""
    peak_mib: float


class Memory(threading.Thread):
    """Looks at a process and all below it five times a second."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak_mib, self.over = root, 0.0, threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self.over.wait(0.2):
            self.peak_mib = max(self.peak_mib, sum(map(_pss_mib, _below(self.root))))


def _below(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found, new = {root}, {root}
    while new:
        new = {process for process, parent in parents.items() if parent in new} - found
        found |= new
    return sorted(found)


def _pss_mib(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def measure(commands: list[list[str]], outputs: Path) -> Measured:
    """Run commands one after another."""
    environment = {**os.environ, "HAECHI_OUTPUTS": str(outputs), "HF_HUB_OFFLINE": "1"}
    began, peak = time.perf_counter(), 0.0
    for command in commands:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "src" / "train.py"), *command], env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        memory = Memory(process.pid)
        memory.start()
        _, said = process.communicate()
        memory.over.set()
        memory.join()
        peak = max(peak, memory.peak_mib)
        if process.returncode:
            sys.exit(said.decode()[-2000:])
    seconds = time.perf_counter() - began
    trainings = [_training_seconds(path) for path in outputs.rglob("metrics.jsonl")]
    return Measured(seconds, statistics.median(trainings), peak)


def _training_seconds(journal: Path) -> float:
    times = [json.loads(line)["time"] for line in journal.read_text(encoding="utf-8").splitlines()]
    return times[-1] - times[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=24)
    parser.add_argument("--only", nargs="*", choices=[*WAYS, "separate"], default=[*WAYS, "separate"])
    given = parser.parse_args()
    grid = ["pooling=cls,mean", f"seed=range(1,{given.jobs // 2 + 1})"]
    single = [[f"pooling={kind}", f"seed={seed}"] for kind in ("cls", "mean")
              for seed in range(1, given.jobs // 2 + 1)]  # fmt: skip
    found: dict[str, Measured] = {}
    for name in [name for name in ("separate", *WAYS) if name in given.only]:
        if name in NEEDED and find_spec(NEEDED[name]) is None:
            print(f"{name}: left out, it is not installed", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            # The checkpoint and MLflow's database are made once, and not counted.
            measure([[*SHORT, "trainer.max_steps=1"]], Path(folder))
            for made in Path(folder).glob("sample_topic"):
                made.rename(Path(folder) / "before")
            for journal in (Path(folder) / "before").rglob("metrics.jsonl"):
                journal.unlink()
            commands = [[*SHORT, *job] for job in single] if name == "separate" else [
                ["-m", *SHORT, *grid, *WAYS[name]]
            ]  # fmt: skip
            way = SEPARATE if name == "separate" else name
            found[way] = measure(commands, Path(folder))
            print(f"{way}: {found[way].seconds:.0f} s", file=sys.stderr, flush=True)
    _print_table(found, given.jobs)


def _print_table(found: dict[str, Measured], jobs: int) -> None:
    print(f"{jobs} jobs; {machine.describe()}\n")
    print("| way | wall time | a job | its training | beyond it | of separate processes | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    warm = min(item.training for name, item in found.items() if AT_A_TIME[name] == 1)
    beyond: dict[str, float] = {}
    for name, measured in found.items():
        training = warm if AT_A_TIME[name] == 1 else measured.training / AT_A_TIME[name]
        beyond[name] = measured.seconds / jobs - training
        share = f"{beyond[name] / beyond[SEPARATE]:.2f}" if SEPARATE in beyond else ""
        print(
            f"| {name} | {measured.seconds:.0f} s | {measured.seconds / jobs:.2f} s | {training:.2f} s | "
            f"{beyond[name]:.2f} s | {share} | {measured.peak_mib:,.0f} MiB |"
        )


if __name__ == "__main__":
    main()
