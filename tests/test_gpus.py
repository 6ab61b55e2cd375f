"""GPUs are dealt out to jobs beside each other, one each, and nobody else's are touched."""

import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from haechi import gpus, places

JOBLIB = "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher"
TAKE = f"""
import sys
sys.path.insert(0, {str(places.ROOT / "src")!r})
from omegaconf import OmegaConf
from haechi.gpus import take_gpu
hydra = OmegaConf.create({{"launcher": {{"_target_": {JOBLIB!r}}}, "job": {{"num": int(sys.argv[1])}}}})
print(take_gpu(hydra), take_gpu(hydra), flush=True)
sys.stdin.read()
"""


def worker(number: int, folder: Path, visible: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", TAKE, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"CUDA_VISIBLE_DEVICES": visible, "TMPDIR": str(folder)},
    )  # fmt: skip


def test_each_worker_has_a_gpu_of_its_own_and_frees_it_when_it_ends(tmp_path: Path) -> None:
    first, second = worker(0, tmp_path, "3,7"), worker(1, tmp_path, "3,7")
    told = sorted(process.stdout.readline() for process in (first, second))  # type: ignore[union-attr]
    assert told == ["3 None\n", "7 None\n"], "a second job in one worker keeps the worker's GPU"
    third = worker(5, tmp_path, "3,7")
    assert third.stdout is not None
    assert third.stdout.readline() == "7 None\n", "more jobs than GPUs share them in turn"
    for process in (first, second, third):
        process.communicate("")
    fourth = worker(0, tmp_path, "3,7")
    assert fourth.communicate("")[0].startswith("3")


@pytest.mark.parametrize(
    ("target", "cluster", "visible"),
    [("hydra._internal.core_plugins.basic_launcher.BasicLauncher", None, "0,1"), (JOBLIB, None, "5"),
     (JOBLIB, None, ""), ("hydra_plugins.haechi_slurm_launcher.SlurmLauncher", "slurm", "0,1")],
)  # fmt: skip
def test_where_there_is_nothing_to_deal_out_nothing_is_set(
    monkeypatch: pytest.MonkeyPatch, target: str, cluster: str | None, visible: str
) -> None:
    monkeypatch.setenv(gpus.VISIBLE, visible)
    hydra = OmegaConf.create({"launcher": {"_target_": target, "cluster": cluster}, "job": {"num": 0}})
    assert gpus.take_gpu(hydra) is None
    assert gpus.visible_gpus() == [name for name in visible.split(",") if name]
