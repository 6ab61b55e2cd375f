"""Resolving: where each value was set, keys that nothing reads, the run's folder."""

from pathlib import Path

import pytest

from haechi import places
from haechi.compose import compose
from haechi.resolve import Origins, Run, UnknownKeys, resolve


def resolved(*overrides: str) -> Run:
    composed = compose(overrides)
    return resolve(composed, composed.hydra)


@pytest.mark.parametrize(
    ("overrides", "key", "origin"),
    [
        ([], "seed", "conf/config.yaml"),
        (["seed=3"], "seed", "command line"),
        (["++seed=3"], "seed", "command line"),
        ([], "model", "conf/config.yaml"),
        (["model=klue_bert"], "model", "command line"),
        (["model=klue_bert"], "model.checkpoint", "conf/model/klue_bert.yaml"),
        (["model=klue_bert", "model.checkpoint=x/y"], "model.checkpoint", "command line"),
        ([], "model.revision", "conf/model/tiny.yaml|default in src/haechi/schema/model.py"),
        (["+model.config.hidden_dropout_prob=0.2"], "model.config.hidden_dropout_prob", "command line"),
        (["+model.config={hidden_dropout_prob: 0.2}"], "model.config.hidden_dropout_prob", "command line"),
        (["+model.config.a.b=1"], "model.config.a", "command line"),
        ([], "trainer.weight_decay", "default in src/haechi/schema/trainer.py"),
        ([], "trainer.learning_rate", "conf/trainer/hf.yaml"),
        (["model.recipe.learning_rate=1e-4"], "trainer.learning_rate", "conf/trainer/hf.yaml"),
        ([], "run_dir", "default in src/haechi/schema/run.py"),
        (["experiment=klue_ynat"], "trainer.learning_rate", "conf/experiment/klue_ynat.yaml"),
        (["experiment=klue_ynat"], "task", "conf/experiment/klue_ynat.yaml"),
        (["experiment=klue_ynat"], "task.objective", "conf/task/klue_ynat.yaml"),
        (["experiment=klue_ynat"], "model", "conf/config.yaml"),
        (["experiment=klue_ynat", "trainer.learning_rate=1e-5"], "trainer.learning_rate", "command line"),
        (["debug=steps20"], "task.max_train_rows", "conf/debug/steps20.yaml"),
        (["experiment=quick_ynat", "debug=steps20"], "task.max_train_rows", "conf/debug/steps20.yaml"),
        (
            ["experiment=quick_ynat", "debug=steps20"],
            "trainer.num_train_epochs",
            "conf/experiment/quick_ynat.yaml",
        ),
    ],
)
def test_origins(overrides: list[str], key: str, origin: str) -> None:
    assert resolved(*overrides).origins.of(key) in origin.split("|")


@pytest.mark.parametrize(
    ("overrides", "key", "asked"),
    [
        (["task.n_best=5"], "task.n_best", True),
        (["experiment=klue_mrc"], "task.doc_stride", True),
        (["task=klue_mrc"], "task.doc_stride", False),
        (["task=klue_sts"], "task.positive_from", False),
        ([], "task.n_best", False),
        ([], "seed", False),
    ],
)
def test_what_was_asked_for_is_told_from_what_an_option_brings(
    overrides: list[str], key: str, asked: bool
) -> None:
    assert resolved(*overrides).origins.is_asked_for(key) is asked


def test_a_saved_config_asks_for_nothing_by_itself(tmp_path: Path) -> None:
    saved = Origins((), {}, config_dir=tmp_path)
    (tmp_path / "config.yaml").write_text("task:\n  n_best: 20\n", encoding="utf-8")
    assert saved.of("task.n_best") == str(tmp_path / "config.yaml")
    assert not saved.is_asked_for("task.n_best")


def test_the_preset_that_is_named_as_origin_is_the_one_that_won() -> None:
    assert resolved("experiment=quick_ynat", "debug=steps20").config.task.max_train_rows == 256


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("+foo=1", "foo"), ("+trainer.foo=1", "trainer.foo"), ("+model.facts.foo=1", "model.facts.foo"),
        ("+task.files.dev=a", "task.files.dev"), ("+foo.bar=1", "foo"),
    ],
)  # fmt: skip
def test_keys_that_nothing_reads(override: str, key: str) -> None:
    with pytest.raises(UnknownKeys) as caught:
        resolved(override)
    assert caught.value.keys == [key]


def test_the_folder(outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolved().folder.parent == outputs / "sample_topic"
    assert resolved(f"run_dir={tmp_path}/a").folder == tmp_path / "a"
    assert resolved(f"hydra.run.dir={tmp_path}/b").folder == tmp_path / "b"
    monkeypatch.chdir(tmp_path)
    assert resolved("run_dir=relative").folder == tmp_path / "relative"
    monkeypatch.delenv("HAECHI_OUTPUTS")
    assert resolved().folder.parent == places.ROOT / "outputs" / "sample_topic"


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)]
)
def test_the_environment_is_read(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    monkeypatch.setenv("SLACK_WEBHOOK_URL", " https://example.com/secret ")
    run = resolved()
    assert run.environment.hub_offline is expected
    assert run.environment.webhook_is_set
    assert run.environment.webhook_is_url
    assert "secret" not in repr(run)
