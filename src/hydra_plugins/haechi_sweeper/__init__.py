"""Where Hydra finds our sweeper: plugins come from the namespace `hydra_plugins` and nowhere else."""

from collections.abc import Sequence
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class HaechiSweeper(Sweeper):
    """A grid whose jobs are kept account of, so that it resumes and none hides another."""

    searches = False

    def __init__(self, params: dict[str, str] | None = None, max_batch_size: int | None = None) -> None:
        """A sweeper that has not started.

        Args:
            params: what a preset sweeps, as `hydra.sweeper.params` has it: values by key.
            max_batch_size: jobs that the launcher is given at a time; None gives it all.
        """
        self.params = {str(key): str(value) for key, value in (params or {}).items()}
        self.max_batch_size = max_batch_size

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra has; the launcher is made of it."""
        from hydra.core.plugins import Plugins

        self.config, self.hydra_context = config, hydra_context
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        """Run the jobs that `arguments` and the preset's params stand for."""
        from haechi.sweep.run import run_sweep

        return run_sweep(self, self._with_params(arguments))

    def _with_params(self, arguments: Sequence[str]) -> list[str]:
        typed = {item.partition("=")[0].lstrip("+") for item in arguments}
        return [*(f"{key}={value}" for key, value in self.params.items() if key not in typed), *arguments]


class SearchSweeper(HaechiSweeper):
    """Trials that Optuna draws one after another; `sweep.trials` and the keys beside it say how."""

    searches = True


for _name, _class in (("haechi", HaechiSweeper), ("haechi_search", SearchSweeper)):
    ConfigStore.instance().store(
        group="hydra/sweeper",
        name=_name,
        node={
            "_target_": f"hydra_plugins.haechi_sweeper.{_class.__name__}",
            "params": None,
            "max_batch_size": None,
        },
        provider="haechi",
    )
