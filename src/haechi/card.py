"""The model card: README.md in the model's folder, as the hub reads it.

Source: https://huggingface.co/docs/hub/model-cards
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from haechi.aside import write_text
from haechi.checkpoint.locate import is_path
from haechi.outputs import Results
from haechi.preflight.check import Verdict
from haechi.preflight.diagnostic import Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rules.secret_in_config import mask
from haechi.resolve import Run
from haechi.schema.task import TOKENWISE, Objective

NAME = "README.md"
PURPOSES = {
    Objective.classification: "tells the class of a text",
    Objective.pair_classification: "tells the class of a pair of texts",
    Objective.regression: "scores a text or a pair of texts",
    Objective.relation: "tells the relation of two mentions in a sentence",
    Objective.token_classification: "tags the tokens of a sentence",
    Objective.span: "finds the answer to a question in its context",
}
# The hub's names of tasks.
TASKS = {
    Objective.classification: "text-classification",
    Objective.pair_classification: "text-classification",
    Objective.regression: "text-classification",
    Objective.relation: "text-classification",
    Objective.token_classification: "token-classification",
    Objective.span: "question-answering",
}
SPLITS = ("train", "validation", "test")
SETTINGS = (
    "learning_rate", "num_train_epochs", "max_steps", "per_device_train_batch_size",
    "gradient_accumulation_steps", "warmup_steps", "lr_scheduler_type", "weight_decay", "max_grad_norm",
    "precision",
)  # fmt: skip
MOST_CLASSES = 40


def write_card(
    folder: Path, evidence: Evidence, verdict: Verdict, results: Results, labels: Sequence[str]
) -> Path:
    """Write README.md into a model's folder.

    Args:
        folder: the model's.
        evidence: of the run.
        verdict: on it; its warnings are limits of the model.
        results: with the metrics of the best weights.
        labels: the classes that the model knows; none for scores and spans.
    """
    run = evidence.whole
    parts = [
        f"---\n{_front(folder, evidence, results).strip()}\n---",
        f"# {_title(run)}",
        _introduction(run),
        f"## Data\n\n{_data(run, results.rows)}",
        f"## Results\n\n{_metrics(results)}",
        f"## Training\n\n{_settings(evidence)}",
        f"## Use\n\n{_use(folder, run)}",
        "## Limits\n\n" + "\n".join(f"- {line}" for line in _limits(evidence, verdict, results, labels)),
    ]
    path = folder / NAME
    write_text(path, mask("\n\n".join(parts)) + "\n")
    return path


def _front(folder: Path, evidence: Evidence, results: Results) -> str:
    """What the hub reads: YAML, with the metrics as a model index."""
    from huggingface_hub import EvalResult, ModelCardData

    run, counts = evidence.whole, evidence.token_counts
    config = run.config
    objective = config.task.objective
    found = [
        EvalResult(
            task_type=TASKS[objective], dataset_type=config.task.name, dataset_name=_dataset(run),
            dataset_split=split, metric_type=name, metric_name=name, metric_value=round(value, 6),
        )
        for split, name, value in _headline(results.metrics)
    ]  # fmt: skip
    sentences = (folder / "modules.json").is_file()
    told: dict[str, Any] = {
        "language": ["ko"] if counts is not None and counts.is_korean else None,
        "license": _licence(evidence, certain=True),
        "base_model": None if is_path(config.model.checkpoint) else config.model.checkpoint,
        "library_name": "sentence-transformers" if sentences else "transformers",
        "pipeline_tag": "sentence-similarity" if sentences else "feature-extraction",
        "tags": ["haechi", objective.value, f"pooling-{config.pooling.kind}"],
    }
    if objective in TOKENWISE:
        told["tags"] = ["haechi", objective.value]
    return ModelCardData(
        **{name: value for name, value in told.items() if value is not None},
        **({"model_name": _title(run), "eval_results": found} if found else {}),
    ).to_yaml()


def _title(run: Run) -> str:
    return f"{_base(run)} on {run.config.task.name}"


def _base(run: Run) -> str:
    """The checkpoint as others may know it: a folder by its name alone."""
    model = run.config.model
    return Path(model.checkpoint).name if is_path(model.checkpoint) else model.checkpoint


def _dataset(run: Run) -> str:
    """The data as others may know them, without anybody's folders."""
    task = run.config.task
    names = [Path(path).name for split in SPLITS if (path := getattr(task.files, split))]
    if names:
        return f"{task.name} ({', '.join(names)})"
    return " ".join(part for part in (task.dataset.path, task.dataset.name) if part)


def _introduction(run: Run) -> str:
    config = run.config
    scratch = config.model.init.value == "scratch"
    how = "trained from scratch with the architecture of" if scratch else "fine-tuned from"
    return f"A model that {PURPOSES[config.task.objective]}, {how} `{_base(run)}` with Haechi."


def _data(run: Run, rows: Mapping[str, int]) -> str:
    task = run.config.task
    lines = ["| split | rows | file |", "| --- | ---: | --- |"]
    for split in SPLITS:
        if split in rows:
            path = getattr(task.files, split)
            source = f"`{Path(path).name}`" if path else _elsewhere(run, split)
            lines.append(f"| {split} | {rows[split]:,} | {source} |")
    return "\n".join(lines)


def _elsewhere(run: Run, split: str) -> str:
    task = run.config.task
    if not task.files.train:
        return f"`{_dataset(run)}` of the hub, revision `{task.dataset.revision}`"
    return f"split off the train rows, seed {run.config.seed}" if split == "validation" else ""


def _metrics(results: Results) -> str:
    found = list(_headline(results.metrics))
    if not found:
        return "None were computed."
    names = list(dict.fromkeys(name for _, name, _ in found))
    splits = list(dict.fromkeys(split for split, _, _ in found))
    values = {(split, name): f"{value:.4f}" for split, name, value in found}
    lines = [f"| metric | {' | '.join(splits)} |", f"| --- |{' ---: |' * len(splits)}"]
    lines += [
        f"| {name} | {' | '.join(values.get((split, name), '') for split in splits)} |" for name in names
    ]
    best = results.best
    if best.get("value") is not None:
        lines += ["", f"The weights are those of step {best['step']}, the best by `{best['metric']}`."]
    return "\n".join(lines)


def _headline(metrics: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """Split, name and value of each metric, those of single classes left out."""
    for name, value in metrics.items():
        split, slash, metric = name.partition("/")
        if slash and "/" not in metric:
            yield split, metric, value


def _settings(evidence: Evidence) -> str:
    config = evidence.whole.config
    told: dict[str, Any] = {
        "trainer": config.trainer.kind,
        "seed": config.seed,
        "max_length": config.tokenizer.max_length,
        "revision of the checkpoint": None if is_path(config.model.checkpoint) else config.model.revision,
    }
    if config.task.objective not in TOKENWISE:
        told["pooling"] = f"{config.pooling.kind}, layer {config.pooling.layer}"
    for name in SETTINGS:
        value = getattr(config.trainer, name)
        unused = config.trainer.max_steps <= 0 if name == "max_steps" else config.trainer.max_steps > 0
        if not (unused and name in {"max_steps", "num_train_epochs"}):
            told[name] = getattr(value, "value", value)
    lines = [f"| {name} | {value} |" for name, value in told.items() if value is not None]
    return "\n".join(["| setting | value |", "| --- | --- |", *lines])


def _use(folder: Path, run: Run) -> str:
    """Ways to load the model, those that there are."""
    config = run.config
    ways = [
        "Predictions with tokenizer, lengths and head of the training, from Haechi's folder:\n\n"
        "```sh\npython src/predict.py run=MODEL_FOLDER input=rows.csv output=predictions.jsonl\n```",
        "The encoder alone, without pooling and head:\n\n"
        "```python\nfrom transformers import AutoModel, AutoTokenizer\n\n"
        'model = AutoModel.from_pretrained("MODEL_FOLDER")\n'
        'tokenizer = AutoTokenizer.from_pretrained("MODEL_FOLDER")\n```',
    ]
    if (folder / "modules.json").is_file():
        ways.append(
            f"Vectors of sentences (pooling `{config.pooling.kind}`):\n\n"
            "```python\nfrom sentence_transformers import SentenceTransformer\n\n"
            'vectors = SentenceTransformer("MODEL_FOLDER").encode(["..."])\n```'
        )
    return "\n\n".join(ways)


def _limits(evidence: Evidence, verdict: Verdict, results: Results, labels: Sequence[str]) -> Iterator[str]:
    """What the model was not tried on, and what its run was warned of."""
    config = evidence.whole.config
    splits = [split for split in SPLITS[1:] if results.rows.get(split)]
    counted = " and ".join(f"{results.rows[split]:,} {split} rows" for split in splits)
    if counted:
        yield f"The results are of {counted} of this data and of one seed; other text was not tried."
    if "test" not in splits:
        yield "Validation rows chose the weights, and no others were scored: the results flatter the model."
    yield f"Inputs longer than {config.tokenizer.max_length} tokens are {_cut(config.task.objective)}."
    if 0 < len(labels) <= MOST_CLASSES:
        yield f"It knows these classes and no other: {', '.join(labels)}."
    if (believed := _licence(evidence, certain=False)) and _licence(evidence, certain=True) is None:
        yield f"The licence of the base checkpoint is believed to be {believed}; look it up before sharing."
    for item in _warnings(verdict):
        yield f"The run was warned: {item}"


def _cut(objective: Objective) -> str:
    return "read in windows that overlap" if objective is Objective.span else "cut off there"


def _warnings(verdict: Verdict) -> Sequence[str]:
    found = [item for item in verdict.diagnostics if item.severity is Severity.warning]
    return [f"{item.code}, {_without_folders(str(item.message))}" for item in found]


def _without_folders(text: str) -> str:
    """A message without the folders of the paths in it."""
    return " ".join(word if "/" not in word or not word.lstrip("`").startswith("/") else
                    "`" + word.strip("`").rpartition("/")[2] + "`" for word in text.split(" "))  # fmt: skip


def _licence(evidence: Evidence, *, certain: bool) -> str | None:
    """The licence of the checkpoint by the hub's name, as far as it is known, or known for certain."""
    facts = evidence.facts
    if facts.licence is None or (certain and "licence" in facts.uncertain):
        return None
    return facts.licence.lower()
