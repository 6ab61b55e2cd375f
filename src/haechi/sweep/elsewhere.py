"""One job of a sweep in a process that has nothing but what it was sent: on Ray, on SLURM."""

from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, run_job, setup_globals
from omegaconf import open_dict


def run_elsewhere(shared: Any, overrides: list[str], number: int) -> JobReturn:
    """One job, in a process that has nothing but what it was sent."""
    hydra_context, task_function, config, state = shared
    setup_globals()
    Singleton.set_state(state)
    sweep_config = hydra_context.config_loader.load_sweep_config(config, overrides)
    with open_dict(sweep_config):
        sweep_config.hydra.job.id = sweep_config.hydra.job.num = number
    HydraConfig.instance().set_config(sweep_config)
    given = run_job(
        hydra_context=hydra_context, task_function=task_function, config=sweep_config,
        job_dir_key="hydra.sweep.dir", job_subdir_key="hydra.sweep.subdir",
    )  # fmt: skip
    return _plain(given)


def _plain(given: JobReturn) -> JobReturn:
    """What is needed of a return, without exceptions that another process cannot read."""
    said = given._return_value  # pyright: ignore[reportPrivateUsage]
    plain = JobReturn(status=given.status)
    plain.return_value = said if given.status is JobStatus.COMPLETED else RuntimeError(str(said))
    return plain
