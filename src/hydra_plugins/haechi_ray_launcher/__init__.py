"""`hydra/launcher=ray`: the jobs of a sweep on a Ray cluster, or on one that is started for them here.

The published launcher pins a cloudpickle of 2023, gives up on a whole sweep when one worker dies, and opens a
dashboard. Ray itself is imported when jobs are launched.
"""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

SECONDS_FOR_AN_ANSWER = 5.0
SOURCES = Path(__file__).resolve().parents[2]
PASSED = (
    "HAECHI_OUTPUTS", "HAECHI_CACHE", "HF_HOME", "HF_ENDPOINT", "HF_HUB_OFFLINE", "OMP_NUM_THREADS",
    "TQDM_DISABLE",
)  # fmt: skip
"""Variables that workers get from here; secrets come from the environment that `ray start` was given."""


class RayLauncher(Launcher):
    """Each job is a task of Ray's, with as many cores and GPUs as it asks for."""

    def __init__(
        self,
        address: str | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        max_jobs: int | None = None,
    ) -> None:
        """A launcher that has not connected.

        Args:
            address: of a running cluster, `auto` or `ray://host:10001` for example; None starts one here.
            num_cpus: cores that a job needs.
            num_gpus: GPUs that a job needs; Ray shows it these and no others.
            max_jobs: jobs at a time at most; None is as many as the cluster has room for.
        """
        self.address, self.num_cpus, self.num_gpus, self.max_jobs = address, num_cpus, num_gpus, max_jobs

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra has."""
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs; one whose worker dies is said to be lost, and costs no other.

        Raises:
            RunFault: there is no Ray, or it does not answer.
        """
        from haechi.fault import RunFault

        try:
            import ray
        except ModuleNotFoundError as error:
            raise RunFault(
                "a sweep on Ray needs Ray, which is not installed",
                ["`pip install -e '.[ray]'` installs it"], ["hydra/launcher=basic"],
            ) from error  # fmt: skip

        from haechi.sweep.elsewhere import run_elsewhere
        from haechi.sweep.progress import LostJob

        setup_globals()
        _connect(self.address)
        try:
            task = ray.remote(num_cpus=self.num_cpus, num_gpus=self.num_gpus, max_retries=0)(run_elsewhere)
            shared = ray.put((self.hydra_context, self.task_function, self.config, Singleton.get_state()))
            waiting = list(enumerate(job_overrides))
            running: dict[Any, int] = {}
            returns: dict[int, JobReturn] = {}
            while waiting or running:
                while waiting and (self.max_jobs is None or len(running) < self.max_jobs):
                    index, overrides = waiting.pop(0)
                    running[task.remote(shared, list(overrides), initial_job_idx + index)] = index
                done, _ = ray.wait(list(running))
                for reference in done:
                    index = running.pop(reference)
                    try:
                        returns[index] = ray.get(reference)
                    except Exception as error:
                        lost = JobReturn(status=JobStatus.FAILED)
                        lost.return_value = LostJob(f"{type(error).__name__}")
                        returns[index] = lost
            return [returns[index] for index in range(len(job_overrides))]
        finally:
            ray.shutdown()


def _connect(address: str | None) -> None:
    """Connect to the cluster, or start one.

    Raises:
        RunFault: it does not answer.
    """
    import logging

    import ray

    from haechi.fault import RunFault

    # The sources are on shared storage, at the same place on every machine.
    passed = {name: os.environ[name] for name in PASSED if os.environ.get(name)}
    environment = {"env_vars": {"PYTHONPATH": str(SOURCES), **passed}}
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    here: dict[str, Any] = {} if address else {"include_dashboard": False}
    try:
        _probe(address)
        ray.init(address=address, runtime_env=environment, logging_level=logging.ERROR, **here)
    except Exception as error:
        where = f"at `{address}`" if address else "on this machine"
        raise RunFault(
            f"Ray {where} does not answer: {str(error).strip().splitlines()[0][:200]}",
            ["`ray status` shows whether the cluster is up"],
            ["hydra.launcher.address=null", "hydra/launcher=basic"],
        ) from error


def _probe(address: str | None) -> None:
    """See that somebody listens there: Ray itself tries for minutes.

    Raises:
        OSError: nobody does.
    """
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        with socket.create_connection((host.strip("[]"), int(port)), SECONDS_FOR_AN_ANSWER):
            pass


ConfigStore.instance().store(
    group="hydra/launcher",
    name="ray",
    node={
        "_target_": "hydra_plugins.haechi_ray_launcher.RayLauncher",
        "address": None,
        "num_cpus": 1,
        "num_gpus": 0,
        "max_jobs": None,
    },
    provider="haechi",
)
