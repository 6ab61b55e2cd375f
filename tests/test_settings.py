"""What decides about a training, and what does not."""

from pathlib import Path

from haechi import outputs
from haechi.compose import compose
from haechi.resolve import resolve
from haechi.settings import differences, saved_settings, settings_of


def settings(*overrides: str) -> dict:
    composed = compose(list(overrides))
    return settings_of(resolve(composed, composed.hydra).config)


def test_a_number_is_equal_however_it_is_spelt() -> None:
    first, second = settings("trainer.learning_rate=1e-3"), settings("trainer.learning_rate=0.001")
    assert differences(first, second) == {}


def test_what_decides_differs_and_what_does_not_is_left_out() -> None:
    changed = ["pooling=cls", "seed=7", "trainer.logging_steps=3", "notify=none", "run_dir=/tmp/x"]
    assert differences(settings(), settings(*changed)) == {
        "pooling.kind": ("mean", "cls"), "seed": (42, 7),
    }  # fmt: skip


def test_a_config_that_a_run_has_left_says_the_same(tmp_path: Path) -> None:
    composed = compose([f"run_dir={tmp_path}", "+model.config.hidden_dropout_prob=0.2"])
    run = resolve(composed, composed.hydra)
    outputs.write_config(run)
    assert differences(saved_settings(tmp_path / "config.yaml"), settings_of(run.config)) == {}


def test_a_key_that_only_one_version_knows_is_no_difference() -> None:
    assert differences({"trainer.new_key": 1, "seed": 42}, {"seed": 42}) == {}
