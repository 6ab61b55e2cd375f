"""The shape of the code: one direction, a light zone, a page that tells the truth."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from haechi import places

PACKAGE = places.ROOT / "src" / "haechi"
# A module imports from its own layer or one further up.
LAYERS = [
    {"places", "text", "fault", "launch", "aside", "orphan", "gpus", "alone", "words", "saved"},
    {"schema"},
    {"compose"},
    {"hub", "checkpoint", "push"},
    {"tokenization", "rows"},
    {"resolve", "settings"},
    {"sweep_record"},
    {"preflight", "forecast"},
    {"outputs", "plots", "page_font", "card"},
    {"data", "modeling"},
    {"training", "predictions", "predict"},
    {"deep"},
    {"tracking", "notify"},
    {"search"},
    {"surroundings", "identity"},
    {"rerun"},
    {"command_line", "typed"},
    {"session"},
    {"report", "sweep", "sync"},
    {"pipeline"},
    {"study"},
    {"docs", "compatibility", "added_tokens"},
]
HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "mlflow",
    "knockknock",
    "pandas",
    "sklearn",
    "seqeval",
    "scipy",
    "matplotlib",
    "optuna",
    "ray",
    "joblib",
}
HEAVY_ZONE = {"data", "modeling", "training", "deep", "study"}
# The model's code at the tracking server: MLflow runs the file, nothing here imports it.
LOADED_BY_OTHERS = {"tracking.pyfunc_model"}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def layer_of(module: str) -> int:
    part = module.partition(".")[0]
    found = [index for index, layer in enumerate(LAYERS) if part in layer]
    assert found, f"{part} has no layer"
    return found[0]


def imported(path: Path, *, everywhere: bool) -> set[str]:
    """Modules that a file imports at module level, or anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else _at_module_level(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _at_module_level(tree: ast.Module) -> list[ast.stmt]:
    return [
        node for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]  # fmt: skip


def test_imports_go_one_way() -> None:
    for module, path in modules().items():
        if not module or module == "__init__":
            continue
        for name in imported(path, everywhere=True):
            if not name.startswith("haechi."):
                continue
            target = name.removeprefix("haechi.")
            assert layer_of(target) <= layer_of(module), f"{module} imports {target}"


def test_only_the_heavy_zone_imports_heavy_packages_at_module_level() -> None:
    for module, path in modules().items():
        if module.partition(".")[0] in HEAVY_ZONE or module in LOADED_BY_OTHERS:
            continue
        heavy = {name for name in imported(path, everywhere=False) if name.partition(".")[0] in HEAVY}
        assert not heavy, f"{module} imports {heavy}"


def test_a_verdict_leaves_heavy_packages_out() -> None:
    code = (
        "import sys; from haechi.preflight.judge import judge;"
        "judge([]); judge(['pooling=pooler']); judge(['model=klue_roberta_base', 'tokenizer=klue_bert']);"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(places.ROOT / "src"), "HF_HUB_OFFLINE": "1", "PATH": ""},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_the_architecture_page_names_every_module_and_no_other() -> None:
    text = (places.ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `src/haechi/([\w/.]+)` \|", text, re.MULTILINE))
    top = {path.name if path.is_file() else f"{path.name}/" for path in PACKAGE.iterdir()}
    assert named == {name for name in top if not name.startswith("__")}


@pytest.mark.slow
def test_generated_pages_are_those_of_the_code() -> None:
    from haechi.docs import pages

    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is stale; run `make docs`"


def test_the_config_keys_are_those_of_transformers() -> None:
    from haechi.checkpoint.config_keys import TABLE
    from haechi.modeling.config_keys import dump

    assert TABLE.read_text(encoding="utf-8") == dump(), "run `make config-keys`"
