"""Composing: what is left of overrides, and the jobs of a sweep, against Hydra's own."""

import itertools

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

from haechi import places
from haechi.compose import as_value, compose, dimensions, register, settle
from haechi.preflight.judge import judge


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (["seed=1", "seed=2"], ["seed=2"]),
        (["seed=1", "trainer.max_steps=3", "seed=2"], ["trainer.max_steps=3", "seed=2"]),
        (["model=klue_bert", "model=tiny"], ["model=tiny"]),
        (["trainer.foo=1", "~trainer.foo"], []),
        (["+trainer.foo=1", "~trainer.foo"], []),
        (["seed=1", "~seed", "seed=2"], ["seed=2"]),
        (["~seed"], ["~seed"]),
        (["~seed", "~seed"], []),
        (["~trainer", "trainer=hf"], ["trainer=hf"]),
        (["+pooling=cls", "pooling=cls"], ["pooling=cls"]),
        (["+tags=[a]", "+tags=[b]"], ["+tags=[a]", "+tags=[b]"]),
        (["model", "~model"], []),
        (["tags=[a", "tags=[a]"], ["tags=[a]"]),
        (["task.metric=a=b", "task.metric=loss"], ["task.metric=loss"]),
        ([], []),
    ],
)
def test_settle(typed: list[str], left: list[str]) -> None:
    assert settle(typed) == left
    assert settle(left) == left


def test_a_group_and_its_keys_are_different_keys() -> None:
    overrides = ["model=klue_bert", "model.checkpoint=x", "model=tiny"]
    assert settle(overrides) == ["model.checkpoint=x", "model=tiny"]
    assert compose(settle(overrides)).model.name == "tiny"


@pytest.mark.parametrize(
    "text", ["a", "제목", "a b", 'say "x"', "null", "1.50", "a,b", "[x]", "~/a", "C:\\x", "", "a=b"]
)
def test_a_text_comes_back_from_hydras_grammar(text: str) -> None:
    value = OverridesParser.create().parse_override(f"tags={as_value(text)}").value()
    assert str(value) == text.replace("\\", "\\\\")


SWEEPS = [
    ["pooling=cls,mean,max"],
    ["pooling=cls,mean", "seed=1,2,3"],
    ["seed=range(1,10,3)", "pooling=choice(cls,max)"],
    ["model=glob(klue*)", "trainer.max_steps=5"],
    ["pooling=glob(*,exclude=p*)"],
    ["model=glob([k*,e*],exclude=*large)", "seed=1,2"],
    ["tags=[a],[b,c]"],
    ["task.metric='a b',loss"],
    ["seed=shuffle(range(1,2))"],
    ["trainer.learning_rate=sort(3e-5,1e-5)"],
    ["seed=4"],
]


@pytest.mark.parametrize("overrides", SWEEPS)
def test_dimensions_multiply_to_hydras_own_jobs(overrides: list[str]) -> None:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(version_base="1.3", config_dir=str(places.CONF)):
        parser = OverridesParser.create(config_loader=GlobalHydra.instance().config_loader())
        batches = BasicSweeper.split_arguments(parser.parse_overrides(overrides), max_batch_size=None)
    jobs = list(itertools.chain.from_iterable(batches))
    assert [settle(job) for job in itertools.product(*dimensions(overrides))] == [list(job) for job in jobs]


def test_jobs_that_are_the_same_share_a_verdict() -> None:
    verdicts = judge(["seed=1,1,2", "pooling=cls"], multirun=True)
    assert len(verdicts) == 3
    assert verdicts[0] is verdicts[1]
    assert verdicts[0] is not verdicts[2]


@pytest.mark.parametrize(("preset", "jobs"), [("learning_rate", 9), ("pooling", 9)])
def test_a_search_preset_is_expanded(preset: str, jobs: int) -> None:
    verdicts = judge([f"hparams_search={preset}"])
    assert len(verdicts) == jobs
    assert len({tuple(verdict.overrides) for verdict in verdicts}) == jobs
    assert len(judge([f"hparams_search={preset}", "seed=5"])) == jobs // 3


def test_one_faulty_job_is_found_among_good_ones() -> None:
    verdicts = judge(["trainer.learning_rate=1e-5,nan", "pooling=cls,pooler"], multirun=True)
    assert [verdict.refused for verdict in verdicts] == [False, True, True, True]


@pytest.mark.parametrize(
    "overrides",
    [
        ["trainer.learning_rate=1e-5"],
        ["model=klue_bert", "trainer.learning_rate=3e-5", "tokenizer.max_length=64", "seed=3"],
        ["task=files", "task.files.train=a.csv", "task.labels=[a,b]", "tags=[x]"],
        ["experiment=klue_ynat", "model.recipe.learning_rate=1e-5", "tokenizer.allow_cross=true"],
        ["task.columns.text='제목'", "task.metric=null"],
        ["hydra.job.chdir=true", "trainer.warmup_steps=1"],
        ["run_dir=x", "trainer.precision=bf16", "trainer.num_train_epochs=3"],
        ["+model.config.a=1", "trainer.warmup_steps=3"],
    ],
    ids=" ".join,
)
def test_values_are_set_as_hydra_sets_them(overrides: list[str]) -> None:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(version_base="1.3", config_dir=str(places.CONF)):
        expected = hydra_compose("config", overrides=overrides, return_hydra_config=True)
    for _ in range(2):
        found = compose(overrides)
        assert OmegaConf.to_container(found, resolve=False) == OmegaConf.to_container(expected, resolve=False)


def test_what_one_job_sets_does_not_reach_the_next() -> None:
    assert compose(["model=klue_bert", "trainer.max_steps=7"]).trainer.max_steps == 7
    assert compose(["model=klue_bert", "tokenizer.max_length=9"]).trainer.max_steps == -1


@pytest.mark.parametrize("wrong", ["trainer.no_such_key=1", "trainer.max_steps=many", "seed=1,2"])
def test_a_wrong_value_is_refused_in_hydras_words(wrong: str) -> None:
    with pytest.raises(HydraException):
        compose(["model=klue_bert", wrong])
