"""The surface: every option composes, every field is explained, trainer keys are those of transformers."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from haechi import places
from haechi.compose import compose
from haechi.schema.trainer import TrainerConfig

# Options whose point is that a value must be given with them.
NEEDED = {
    "model/local": ["model.checkpoint=DIR"],
    "tokenizer/local": ["tokenizer.source=DIR"],
    "task/files": ["task.files.train=a.csv"],
}
OPTIONS = sorted(
    f"{path.parent.name}/{path.stem}"
    for path in places.CONF.glob("*/*.yaml")
    if path.parent.name not in {"hydra", "experiment", "debug", "hparams_search"}
)
PRESETS = sorted(
    f"{path.parent.name}/{path.stem}"
    for group in ("experiment", "debug", "hparams_search")
    for path in (places.CONF / group).glob("*.yaml")
)
SCHEMA = sorted((places.ROOT / "src/haechi/schema").glob("*.py"))
# Keys of the trainer group that transformers spells otherwise or does not have.
OURS = {
    "kind", "precision", "resume", "length_bucket", "max_tokens_per_batch", "class_weights",
    "layerwise_lr_decay", "frozen_layers", "r_drop_alpha", "fgm_epsilon", "ema_decay",
    "early_stopping_patience", "compile",
}  # fmt: skip


@pytest.mark.parametrize("option", OPTIONS + PRESETS)
def test_every_option_composes(option: str) -> None:
    group, name = option.split("/")
    config = compose([f"{group}={name}", *NEEDED.get(option, [])])
    del config._metadata.flags["struct"]
    OmegaConf.to_container(
        OmegaConf.masked_copy(config, [key for key in config if key != "hydra"]), resolve=True
    )
    if group in {"model", "tokenizer", "task"}:
        assert config[group].name == name
    if group in {"pooling", "trainer", "tracking", "notify"}:
        assert config[group].kind == name


@pytest.mark.parametrize("path", SCHEMA, ids=lambda path: path.stem)
def test_every_field_has_a_docstring(path: Path) -> None:
    classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    for node in classes:
        if not any("dataclass" in ast.unparse(item) for item in node.decorator_list):
            continue
        assert ast.get_docstring(node), node.name
        for item, below in zip(node.body, [*node.body[1:], ast.Pass()], strict=True):
            if isinstance(item, ast.AnnAssign) and path.stem != "run":
                explained = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                assert explained, f"{node.name}.{ast.unparse(item.target)}"


def test_run_explains_what_is_no_group() -> None:
    source = (places.ROOT / "src/haechi/schema/run.py").read_text("utf-8")
    body = ast.parse(source).body[-1].body  # type: ignore[attr-defined]
    for item, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(item, ast.AnnAssign) and not ast.unparse(item.annotation).endswith("Config"):
            assert isinstance(below, ast.Expr), ast.unparse(item.target)


def test_trainer_keys_are_those_of_transformers() -> None:
    from transformers import TrainingArguments

    theirs = {item.name for item in fields(TrainingArguments)}
    assert {item.name for item in fields(TrainerConfig)} - theirs == OURS
