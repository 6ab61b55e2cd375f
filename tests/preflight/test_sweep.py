"""Sweeps: what is put together equals what Hydra composes, each distinct job is judged once."""

import itertools
import time
from pathlib import Path

import pytest

from haechi import places
from haechi.compose import compose, dimensions
from haechi.preflight import sweep
from haechi.preflight.judge import judge
from haechi.preflight.sweep import Composer
from haechi.resolve import resolve
from judging import files_task, good_file

SWEEPS = [
    ["model=tiny,klue_bert,koelectra_base", "pooling=cls,mean"],
    ["model=klue_bert,klue_roberta_large", "trainer.learning_rate=1e-5,3e-5"],
    ["model=klue_bert,klue_roberta_large", "tokenizer=auto,klue_bert", "seed=1,2", "notify=none"],
    ["task=sample_topic,klue_ynat,klue_sts", "tokenizer.max_length=64,128", "tags=[a],[b,c]"],
    ["+model.config.hidden_dropout_prob=0.1,0.2", "model=tiny,klue_bert"],
    ["trainer.num_train_epochs=1,2.5", "trainer.warmup_steps=0,1,0.5", "trainer.precision=auto,bf16"],
    ["model.recipe.learning_rate=1e-5,2e-5", "model=klue_bert,klue_roberta_large"],
    ["run_dir=a,b", "task.metric=null,accuracy"],
    ["+tracking.tags.x=a,b", "+tracking.tags.y=a,b", "pooling.layer=-1,0"],
    ["experiment=klue_ynat,quick_ynat", "model=tiny,klue_bert"],
]


@pytest.mark.parametrize("overrides", SWEEPS, ids=lambda overrides: " ".join(overrides)[:60])
def test_what_is_put_together_is_what_hydra_composes(overrides: list[str]) -> None:
    choices = dimensions(overrides)
    composer = Composer(choices, places.CONF, "config")
    for job in itertools.product(*choices):
        composed = compose(list(job))
        expected, found = resolve(composed, composed.hydra), composer.run(job)
        assert found.config == expected.config
        assert found.overrides == expected.overrides
        assert found.origins == expected.origins
        assert found.folder.parent == expected.folder.parent or found.config.run_dir
        for key in ("trainer.learning_rate", "model.checkpoint", "tokenizer.source", "seed", "pooling.kind"):
            assert found.origins.of(key) == expected.origins.of(key)


def test_independent_choices_are_not_composed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[list[str]] = []

    def counting(overrides: list[str], *more: object):
        composed.append(overrides)
        return compose(overrides, *more)

    monkeypatch.setattr(sweep, "compose", counting)
    choices = dimensions(["model=tiny,klue_bert,mbert", "tokenizer=auto,klue_bert", "pooling=cls,mean,max"])
    composer = Composer(choices, places.CONF, "config")
    for job in composer.jobs():
        composer.run(job)
    assert len(list(composer.jobs())) == 18
    assert len(composed) == 1 + 2 + 1 + 2


def test_a_choice_that_cannot_be_composed_is_judged_in_its_jobs_only() -> None:
    verdicts = judge(["model=tiny,no_such_model", "pooling=cls,mean"], multirun=True)
    assert [[item.code for item in verdict.diagnostics] for verdict in verdicts] == [
        [], [], ["CFG001"], ["CFG001"],
    ]  # fmt: skip


def test_the_first_job_may_be_the_faulty_one() -> None:
    verdicts = judge(["model=no_such_model,tiny", "pooling=cls,mean"], multirun=True)
    assert [verdict.refused for verdict in verdicts] == [True, True, False, False]


def test_a_sweep_and_its_jobs_alone_have_the_same_findings(tmp_path: Path) -> None:
    files = files_task(good_file(tmp_path))
    overrides = [*files, "pooling=cls,pooler,mean", "tokenizer.max_length=4,64", "task.metric=null,accuracy"]
    jobs = list(itertools.product(*dimensions(overrides)))
    together = judge(overrides, multirun=True)
    assert len(together) == len(jobs) == 12
    for job, verdict in zip(jobs, together, strict=True):
        alone = judge(job)[0]
        assert [item.as_json() for item in verdict.diagnostics] == [
            item.as_json() for item in alone.diagnostics
        ]
        assert verdict.overrides == alone.overrides


def test_an_interval_needs_a_search_sweeper() -> None:
    found = judge(["trainer.learning_rate=interval(1e-5,1e-3)"], multirun=True)
    assert [item.code for item in found[0].diagnostics] == ["CFG007"]


def test_of_an_interval_the_ends_are_judged() -> None:
    assert dimensions(["trainer.learning_rate=interval(1e-5,1e-3)", "seed=1"], search=True) == [
        ["trainer.learning_rate=1e-05", "trainer.learning_rate=0.001"], ["seed=1"],
    ]  # fmt: skip
    assert dimensions(["trainer.learning_rate=tag(log, interval(1e-5,1e-3))"], search=True) == [
        ["trainer.learning_rate=1e-05", "trainer.learning_rate=0.001"]
    ]


@pytest.mark.parametrize(
    ("override", "count"),
    [
        ("pooling=glob(*)", len(list((places.CONF / "pooling").glob("*.yaml")))),
        ("pooling=glob(m*,exclude=mean)", 2),
        ("seed=range(1,10,3)", 3),
        ("seed=shuffle(range(1,5))", 4),
        ("seed=choice(1,2,3)", 3),
        ("seed=sort(3,1,2)", 3),
        ("tags=[a],[b]", 2),
    ],
)
def test_every_kind_of_sweep_is_expanded(override: str, count: int) -> None:
    assert len(dimensions([override])[0]) == (
        len([path for path in (places.CONF / "pooling").glob("m*.yaml") if path.stem != "mean"])
        if "m*" in override
        else count
    )


@pytest.mark.slow
def test_a_hundred_combinations_are_judged_in_three_seconds() -> None:
    overrides = [
        "model=klue_bert,koelectra_base,kcbert,klue_roberta_base",
        "tokenizer=auto,klue_bert,koelectra,kcbert",
        "pooling=cls,mean,max,pooler,last_token,attention,last_four",
        "preflight.network_timeout_seconds=0.1",
    ]
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        verdicts = judge(overrides, multirun=True)
        seconds.append(time.perf_counter() - started)
    assert len(verdicts) == 112
    assert min(seconds) < 3.0


def test_a_search_sweepers_space_is_judged_at_its_corners() -> None:
    sweeper = "hydra.sweeper._target_=some.SearchSweeper"
    verdicts = judge(
        [sweeper, "trainer.learning_rate=interval(1e-6,0.5)", "pooling=choice(cls,mean)"], multirun=True
    )
    assert [[item.code for item in verdict.diagnostics] for verdict in verdicts] == [
        [], [], ["TRAIN004"], ["TRAIN004"],
    ]  # fmt: skip


def test_what_hydra_meets_with_an_assertion_is_a_diagnostic() -> None:
    found = judge(["hydra/sweeper=basic", "++hydra.sweeper.params.pooling='cls,mean'"], multirun=True)
    assert [item.code for item in found[0].diagnostics] == ["CFG007"]
