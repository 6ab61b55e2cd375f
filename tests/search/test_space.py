"""What Hydra's sweeps are to Optuna."""

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from haechi.fault import RunFault
from haechi.search.space import space_of


@pytest.mark.parametrize(
    ("override", "key", "expected"),
    [("trainer.learning_rate=interval(1e-5,1e-3)", "trainer.learning_rate", FloatDistribution(1e-5, 1e-3)),
     ("trainer.learning_rate=tag(log, interval(1e-5,1e-3))", "trainer.learning_rate",
      FloatDistribution(1e-5, 1e-3, log=True)),
     ("trainer.num_train_epochs=int(interval(1,5))", "trainer.num_train_epochs", IntDistribution(1, 5)),
     ("trainer.max_steps=range(10,50,10)", "trainer.max_steps", IntDistribution(10, 40, step=10)),
     ("pooling=cls,mean", "pooling", CategoricalDistribution(["cls", "mean"])),
     ("pooling=choice(cls,max)", "pooling", CategoricalDistribution(["cls", "max"])),
     ("pooling=glob(m*,exclude=mean*)", "pooling", CategoricalDistribution(["max"])),
     ("+model.config.hidden_dropout_prob=interval(0.0,0.3)", "+model.config.hidden_dropout_prob",
      FloatDistribution(0.0, 0.3))],
)  # fmt: skip
def test_a_sweep_becomes_the_distribution_that_it_means(override: str, key: str, expected: object) -> None:
    assert space_of(["model=tiny", override]).drawn == {key: expected}


def test_seeds_are_averaged_and_not_drawn() -> None:
    space = space_of(["seed=1,2", "trainer.max_steps=5", "trainer.learning_rate=interval(1e-5,1e-3)"])
    assert space.jobs({"trainer.learning_rate": 0.000123456789}) == [
        ["trainer.max_steps=5", "trainer.learning_rate=0.0001235", f"seed={seed}"] for seed in (1, 2)
    ]


@pytest.mark.parametrize("overrides", [["seed=1,2"], ["trainer.max_steps=5"], []])
def test_a_search_without_anything_to_draw_is_said_so(overrides: list[str]) -> None:
    with pytest.raises(RunFault, match="nothing to draw"):
        space_of(overrides)
