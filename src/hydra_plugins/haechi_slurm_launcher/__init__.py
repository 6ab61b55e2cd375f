"""`hydra/launcher=slurm`: the jobs of a sweep as one array of a SLURM queue, by submitit.

The published launcher gives up on all jobs when the first of them is lost, and starts one that SLURM has
preempted from its beginning. submitit is imported when jobs are launched.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

FOLDER = ".submitit"
"""Where submitit keeps its scripts, pickles and the output of the jobs, below the sweep's folder."""
QUEUE = ("partition", "account", "qos", "constraint", "array_parallelism", "setup")


class SlurmLauncher(Launcher):
    """Each job is one of the queue; one that is preempted goes on from its last checkpoint."""

    def __init__(
        self,
        cluster: str = "slurm",
        partition: str | None = None,
        account: str | None = None,
        qos: str | None = None,
        constraint: str | None = None,
        timeout_min: int = 240,
        cpus_per_task: int = 4,
        gpus_per_node: int | None = None,
        mem_gb: float | None = None,
        array_parallelism: int = 16,
        setup: Sequence[str] = (),
        additional: dict[str, Any] | None = None,
    ) -> None:
        """A launcher that has not submitted anything.

        Args:
            cluster: `slurm`, or `local` for processes of this machine, all at once, to try things out.
            partition, account, qos, constraint: as sbatch has them.
            timeout_min: minutes after which SLURM ends a job; it is queued again and goes on.
            cpus_per_task: cores of a job.
            gpus_per_node: GPUs of a job; None asks for none.
            mem_gb: memory of a job in GB; None leaves it to the partition.
            array_parallelism: jobs of the sweep that run at a time at most.
            setup: shell lines that a job runs first, `module load cuda` for example.
            additional: further options of sbatch, without their dashes.
        """
        self.cluster = cluster
        self.parameters: dict[str, Any] = {"timeout_min": timeout_min, "cpus_per_task": cpus_per_task}
        if mem_gb is not None:
            self.parameters["mem_gb"] = mem_gb
        if gpus_per_node is not None and cluster != "local":
            self.parameters["gpus_per_node"] = gpus_per_node
        values = (partition, account, qos, constraint, array_parallelism, list(setup))
        given = dict(zip(QUEUE, values, strict=True))
        self.parameters |= {f"slurm_{name}": value for name, value in given.items() if value}
        if additional:
            self.parameters["slurm_additional_parameters"] = dict(additional)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra has."""
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Submit the jobs and wait for all of them; one whose process is lost costs no other.

        Raises:
            RunFault: they cannot be submitted.
        """
        from haechi.sweep.progress import LostJob

        shared = (self.hydra_context, self.task_function, self.config, Singleton.get_state())
        submitted = self._submit([
            Job(shared, list(overrides), initial_job_idx + index)
            for index, overrides in enumerate(job_overrides)
        ])  # fmt: skip
        returns: list[JobReturn] = []
        try:
            for job in submitted:
                try:
                    returns.append(job.result())
                except Exception as error:
                    lost = JobReturn(status=JobStatus.FAILED)
                    lost.return_value = LostJob(f"{type(error).__name__}, job {job.job_id} of the queue")
                    returns.append(lost)
        except BaseException:
            # Whoever ends the sweep ends its jobs: the next start would meet them.
            for job in submitted[len(returns) :]:
                with suppress(Exception):
                    job.cancel()
            raise
        return returns

    def _submit(self, jobs: "Sequence[Job]") -> list[Any]:
        from haechi.fault import RunFault

        try:
            import submitit
        except ModuleNotFoundError as error:
            raise RunFault(
                "a sweep on SLURM needs submitit, which is not installed",
                ["`pip install -e '.[slurm]'` installs it"],
            ) from error
        try:
            folder = Path(str(self.config.hydra.sweep.dir)) / FOLDER
            executor: Any = submitit.AutoExecutor(folder=folder, cluster=self.cluster)
            executor.update_parameters(name="haechi", **self.parameters)
            if self.cluster == "local":
                executor._executor.update_parameters(**_local_gpus())
            with executor.batch():
                submitted = [executor.submit(job) for job in jobs]
        except Exception as error:
            said = [line for line in str(error).strip().splitlines() if line.strip()]
            raise RunFault(
                f"the jobs could not be submitted to `{self.cluster}`: "
                f"{(said or [type(error).__name__])[-1]}",
                ["`sinfo` shows the partitions, `hydra.launcher.partition` names one"],
                ["hydra/launcher=basic"],
            ) from error
        return submitted


def _local_gpus() -> dict[str, Any]:
    """All GPUs of this machine for each process that is started here: they deal them out (`gpus.py`)."""
    from haechi.gpus import visible_gpus

    numbers = tuple(int(name) for name in visible_gpus() if name.isdigit())
    return {"gpus_per_node": len(numbers), "visible_gpus": numbers}


class Job:
    """What a job of the queue runs; submitit keeps it in a file, and asks it how it goes on."""

    def __init__(self, shared: Any, overrides: list[str], number: int) -> None:
        self.shared, self.overrides, self.number = shared, overrides, number

    def __call__(self) -> JobReturn:
        """Run the job."""
        from haechi.sweep.elsewhere import run_elsewhere

        return run_elsewhere(self.shared, self.overrides, self.number)

    def checkpoint(self, *args: Any, **kwargs: Any) -> Any:
        """What is queued again where SLURM has preempted the job or its time was over."""
        from submitit.helpers import DelayedSubmission

        goes_on = [item for item in self.overrides if not item.startswith("trainer.resume=")]
        return DelayedSubmission(Job(self.shared, [*goes_on, "trainer.resume=auto"], self.number))


ConfigStore.instance().store(
    group="hydra/launcher",
    name="slurm",
    node={
        "_target_": "hydra_plugins.haechi_slurm_launcher.SlurmLauncher",
        "cluster": "slurm",
        "partition": None,
        "account": None,
        "qos": None,
        "constraint": None,
        "timeout_min": 240,
        "cpus_per_task": 4,
        "gpus_per_node": None,
        "mem_gb": None,
        "array_parallelism": 16,
        "setup": [],
        "additional": None,
    },
    provider="haechi",
)
