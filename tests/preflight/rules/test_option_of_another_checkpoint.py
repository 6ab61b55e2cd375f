"""MODEL011: a checkpoint over an option of another one."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from haechi import places
from haechi.compose import compose
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from haechi.schema.model import ModelFacts
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL011"


def example(tmp_path: Path) -> list[str]:
    """A folder over an option whose learning rate is that of random weights."""
    return [f"model.checkpoint={tiny_copy(tmp_path / 'checkpoint')}"]


def facts(*overrides: str) -> ModelFacts:
    """The facts that verdicts rest on."""
    composed = compose(list(overrides))
    return Evidence(resolve(composed, composed.hydra)).facts


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert found.fixes == [["model=local", f"model.checkpoint={tmp_path / 'checkpoint'}"]]
    assert_fixes_clear(overrides, CODE)


def test_the_option_of_the_checkpoint_is_offered() -> None:
    overrides = ["model=klue_bert", "model.checkpoint=klue/roberta-base"]
    assert finding(overrides, CODE).fixes == [["model=klue_roberta_base", "~model.checkpoint"]]
    assert_fixes_clear(overrides, CODE)


def test_verdicts_rest_on_the_facts_of_the_checkpoint() -> None:
    typed = facts("model=klue_bert", "model.checkpoint=klue/roberta-base")
    assert typed == facts("model=klue_roberta_base")
    assert typed.type_vocab_size == 1
    assert facts("model=local", "model.checkpoint=klue/roberta-base") == typed
    assert facts("model=klue_bert", "model.checkpoint=somebody/unknown") == ModelFacts()
    assert "POOL001" in codes(["model=klue_bert", "model.checkpoint=klue/roberta-base", "pooling=pooler"])


@pytest.mark.parametrize(
    ("option", "checkpoint"),
    [("bert_base_cased", "bert-base-cased"), ("bert_base_cased", "google-bert/bert-base-cased"),
     ("klue_bert", "klue/bert-base"), ("xlmr_base", "FacebookAI/xlm-roberta-base")],
)  # fmt: skip
def test_old_and_new_ids_name_one_checkpoint(option: str, checkpoint: str) -> None:
    overrides = [f"model={option}", f"model.checkpoint={checkpoint}"]
    assert CODE not in codes(overrides)
    assert facts(*overrides) == facts(f"model={option}")


def test_local_describes_nothing(tmp_path: Path) -> None:
    assert codes(local(tiny_copy(tmp_path / "checkpoint"))) == []
    assert CODE not in codes(["model=local", "model.checkpoint=klue/bert-base"])
    assert codes([f"model.checkpoint={places.tiny_folder()}"]) == []


def test_a_copy_of_the_described_checkpoint(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    described = facts("model=klue_bert")
    overrides = ["model=klue_bert", f"model.checkpoint={folder}"]
    assert CODE in codes(overrides)
    # A folder of klue/bert-base without its weights, as far as facts go.
    (folder / "model.safetensors").unlink()
    sizes = {key: getattr(described, key) for key in ("hidden_size", "num_hidden_layers", "vocab_size")}
    positions = {"max_position_embeddings": described.max_position_embeddings}
    edit_json(folder / "config.json", lambda content: content.update(sizes, **positions))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    assert CODE not in codes(overrides)
