"""MODEL007: facts that were overridden, or that the opened files contradict."""

import json
from pathlib import Path

from checkpoints import tiny_copy
from hub_server import HubServer, hub_environment, run_python, write_klue_bert
from judging import assert_fixes_clear, assert_only, codes

CODE = "MODEL007"


def example(tmp_path: Path) -> list[str]:
    """A fact that was overridden by hand."""
    return ["model.facts.hidden_size=1024"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_an_overridden_fact_is_an_error_even_if_true() -> None:
    assert assert_only(["model.facts.hidden_size=128"], CODE).severity.value == "error"
    assert CODE in codes(
        ["model=klue_bert", "model.facts.usable_positions=4096", "tokenizer.max_length=4096"]
    )


def test_facts_of_the_catalogue_are_fine() -> None:
    assert CODE not in codes(["model=klue_bert"])


def test_files_that_say_otherwise_are_a_warning(tmp_path: Path) -> None:
    folder = write_klue_bert(tmp_path / "repository")  # of tiny's sizes
    with HubServer() as server:
        server.add_model("klue/bert-base", folder)
        overrides = ["model=klue_bert", "preflight.format=json", "preflight.language=en"]
        environment = hub_environment(server.url, tmp_path)
        outcome = run_python("src/check.py", *overrides, environment=environment)
    found = json.loads(outcome.stdout)["jobs"][0]["diagnostics"]
    differing = [item for item in found if item["code"] == CODE]
    assert {item["severity"] for item in differing} == {"warning"}
    assert any("hidden_size 768, the opened files say 128" in item["message"] for item in differing)
    assert not any("model_type" in item["message"] for item in differing)


def test_another_checkpoint_has_other_facts(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert CODE not in codes(["model=klue_bert", f"model.checkpoint={folder}"])


def test_sizes_of_fresh_weights_are_no_difference() -> None:
    assert codes(["model.init=scratch", "+model.config.hidden_size=64"]) == []
