"""What a verdict rests on: a run's config, what else was typed, the environment; each reading is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from haechi.preflight.depth import DepthReport
from haechi.preflight.query import Inquiry, Shelf
from haechi.resolve import Environment, Run
from haechi.rows.fault import FileFault
from haechi.rows.splits import Split
from haechi.schema.run import RunConfig


class _Groups:
    """A run's config that tells which of its groups are read."""

    def __init__(self, inputs: "Inputs") -> None:
        self._inputs = inputs

    def __getattr__(self, name: str) -> Any:
        self._inputs.note(name)
        return getattr(self._inputs.whole.config, name)


class Inputs(Inquiry):
    """The inputs of one run's verdict."""

    def __init__(
        self,
        run: Run,
        *,
        weights: bool = False,
        full: bool = False,
        loaded: Mapping[str, Split | FileFault] | None = None,
        jobs: int = 1,
        by_facts: bool = False,
        shelf: Shelf | None = None,
        depth: DepthReport | None = None,
        swept: Sequence[str] | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            run: what is judged.
            weights: whether the weights are to be fetched too, so that their header can be judged.
            full: whether the rows are kept (`splits`), since the run is about to train on them.
            loaded: splits that the caller has read already (a hub data set); judged instead of files.
            by_facts: whether hub checkpoints are judged by what the catalogue says of them alone.
            jobs: how many jobs the sweep has that the run belongs to.
            shelf: answers of other jobs of the same sweep, all asked with the same `weights` and `full`.
            depth: what the deep check has measured.
            swept: keys that the jobs of the sweep differ in; None for a single run.
        """
        super().__init__(shelf)
        self.weights, self.jobs, self._by_facts = weights, jobs, by_facts
        self.whole = run
        """The run, for those who look at all of it anyway; rules ask for `run` or `config`."""
        self.in_sweep, self.swept = swept is not None, tuple(swept or ())
        self._full, self._loaded, self._depth = full, dict(loaded or {}), depth
        self._groups = cast(RunConfig, _Groups(self))

    def fingerprint(self, name: str) -> str:
        """Inputs are the config's groups, `run` for whatever else was typed, and `depth`."""
        if name == "depth":
            return repr(self._depth)
        if name == "run":
            return repr((self.whole.overrides, self.whole.folder))
        return repr(getattr(self.whole.config, name))

    @property
    def run(self) -> Run:
        """The run with its overrides and origins, which no other job shares."""
        self.note("run", *(item.name for item in fields(self.whole.config)))
        return self.whole

    @property
    def depth(self) -> DepthReport | None:
        """What the deep check has measured; None while it has not."""
        self.note("depth")
        return self._depth

    @property
    def environment(self) -> Environment:
        """What the verdict depends on besides the config; `notify` names one of the variables."""
        self.note("notify")
        return self.whole.environment

    @property
    def config(self) -> RunConfig:
        """The run's config."""
        return self._groups
