"""One training of `train.py`'s table, in a process of its own: its only argument is the setting, as JSON.

Prints one JSON object: examples per second of the training alone, the metric on the validation rows, what the
rows need in matrix products, and peak memory.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

BATCH = 32
# What each of the stock Trainer's ways adds to its defaults.
STOCK: dict[str, dict[str, Any]] = {
    "Trainer, padded to 128": {},
    "Trainer, dynamic padding": {},
    "Trainer, grouped by length": {"train_sampling_strategy": "group_by_length"},
    "Trainer, bf16, fused": {"bf16": True, "optim": "adamw_torch_fused"},
    "Trainer, grouped, bf16, fused": {
        "train_sampling_strategy": "group_by_length", "bf16": True, "optim": "adamw_torch_fused",
    },
}  # fmt: skip

WORK = {
    "matrix products": ("aten::mm", "aten::addmm", "aten::bmm"),
    "numbers moved and converted": ("aten::copy_", "aten::fill_", "aten::zero_"),
    "optimizer and clipping": (
        "aten::_fused_adamw",
        "aten::linalg_vector_norm",
        "aten::_foreach",
        "Optimizer",
    ),
    "dropout": ("_Dropped", "aten::bitwise"),
    "attention but for its products": ("_Attention", "aten::_softmax"),
    "masks of layers, and the interpreter within them": ("_Layer",),
    "activation and norms": ("aten::gelu", "aten::native_layer_norm"),
}
"""Beginnings of what torch's profiler calls an operation, by kind of work."""
OTHER = "the rest"


class Trained(NamedTuple):
    """What a training gave."""

    seconds: float
    metric: float
    lengths: list[int]
    """Tokens of every input, padding left out."""


def read(path: str) -> list[dict[str, Any]]:
    """Rows of a jsonl file."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def ours(setting: dict[str, Any]) -> Trained:
    """Seconds and metric of a training by Haechi, judged and built as a run is."""
    from haechi.compose import compose
    from haechi.data.encode import encode
    from haechi.modeling.build import build_model
    from haechi.modeling.describe import describe
    from haechi.preflight.evidence import Evidence
    from haechi.resolve import resolve
    from haechi.training import used_rows
    from haechi.training.setup import Setup
    from haechi.training.train import train

    kind, _, options = setting["variant"].partition(" ")[2].partition(", ")
    pair = ["task.columns.text_pair=text_pair"] if setting["task"] != "ynat" else []
    composed = compose([
        "model=local", f"model.checkpoint={setting['checkpoint']}", "task=files", *pair,
        f"task.objective={setting['objective']}", f"task.files.train={setting['train']}",
        f"task.files.validation={setting['validation']}", "pooling=cls", f"trainer={kind}",
        "trainer.num_train_epochs=1", f"trainer.learning_rate={setting['learning_rate']}",
        f"trainer.per_device_train_batch_size={BATCH}", "trainer.eval_strategy=no", f"seed={setting['seed']}",
        *(["task.encoder=bi", "pooling=mean"] if "bi-encoder" in options else []),
        *(["trainer.precision=float32"] if "float32" in options else []),
    ])  # fmt: skip
    evidence = Evidence(resolve(composed, composed.hydra), weights=True, full=True)
    run, description, tokenizer = evidence.whole, describe(evidence), evidence.final_tokenizer
    form = description.input_format()
    encoded = {name: encode(split.examples, tokenizer, form) for name, split in evidence.splits.items()}
    model = build_model(run, evidence, description.outputs)
    setup = Setup(
        run.config.task, run.config.trainer, description.labels, run.config.seed, tokenizer.padding_id,
        Path(setting["output"]), lambda *_: None,
    )  # fmt: skip
    if "whole table" in options:
        used_rows.MOST_USED = -1.0
    with profiled(setting.get("profile")):
        outcome = train(model, encoded, setup)
    metrics = setup.measure(outcome.predict(encoded["validation"]), encoded["validation"])
    inputs = [encoded["train"].input_ids, encoded["train"].pair_input_ids or []]
    return Trained(outcome.seconds, metrics[setting["metric"]], [len(ids) for part in inputs for ids in part])


@contextmanager
def profiled(path: str | None) -> Iterator[None]:
    """Write where the time goes, in seconds by kind of work, to a JSON file; without a path do nothing."""
    if path is None:
        yield
        return
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        yield
    found = dict.fromkeys([*WORK, OTHER], 0.0)
    for item in profiler.key_averages():
        kind = next((kind for kind, names in WORK.items() if item.key.startswith(names)), OTHER)
        found[kind] += item.self_cpu_time_total / 1e6
    Path(path).write_text(json.dumps(found), encoding="utf-8")


def stock(setting: dict[str, Any]) -> Trained:
    """Seconds and metric of transformers' Trainer, as the public example scripts use it."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(setting["seed"])
    train, validation = read(setting["train"]), read(setting["validation"])
    regression = setting["objective"] == "regression"
    labels = [] if regression else sorted({row["label"] for row in train})
    tokenizer = AutoTokenizer.from_pretrained(setting["checkpoint"])
    model = AutoModelForSequenceClassification.from_pretrained(
        setting["checkpoint"], num_labels=max(len(labels), 1), dtype="float32"
    )
    padding = "max_length" if "128" in setting["variant"] else False

    def encode(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        pairs = [row["text_pair"] for row in rows] if "text_pair" in rows[0] else None
        texts = [row["text"] for row in rows]
        inputs = tokenizer(texts, pairs, truncation=True, max_length=128, padding=padding)
        wanted = [float(row["label"]) if regression else labels.index(row["label"]) for row in rows]
        return [
            {**{key: values[index] for key, values in inputs.items()}, "labels": wanted[index]}
            for index in range(len(rows))
        ]

    rows = encode(train)
    lengths = [sum(row["attention_mask"]) for row in rows]
    arguments = TrainingArguments(
        output_dir=setting["output"], num_train_epochs=1, per_device_train_batch_size=BATCH,
        per_device_eval_batch_size=64, learning_rate=setting["learning_rate"], warmup_steps=0.1,
        seed=setting["seed"], save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=use_cpu(),
        **STOCK[setting["variant"]],
    )  # fmt: skip
    trainer = Trainer(
        model=model, args=arguments, train_dataset=rows,
        data_collator=DataCollatorWithPadding(tokenizer),
    )  # fmt: skip
    seconds = trainer.train().metrics["train_runtime"]
    logits = trainer.predict(encode(validation)).predictions
    if regression:
        found = correlation(logits[:, 0], [float(row["label"]) for row in validation])
    else:
        wanted = [labels.index(row["label"]) for row in validation]
        found = score(setting["metric"], logits.argmax(-1).tolist(), wanted)
    return Trained(seconds, found, lengths)


def sentence_transformers(setting: dict[str, Any]) -> Trained:
    """Seconds and metric of sentence-transformers' trainer with its cosine loss."""
    import numpy as np
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.losses import CosineSimilarityLoss
    from sentence_transformers.models import Pooling, Transformer

    encoder = Transformer(setting["checkpoint"], max_seq_length=128)
    model = SentenceTransformer(
        modules=[encoder, Pooling(encoder.get_word_embedding_dimension())],
        device="cpu" if use_cpu() else "cuda",
    ).float()
    train, validation = read(setting["train"]), read(setting["validation"])
    rows = Dataset.from_dict({
        "sentence1": [row["text"] for row in train], "sentence2": [row["text_pair"] for row in train],
        "score": [row["label"] / 5 for row in train],
    })  # fmt: skip
    arguments = SentenceTransformerTrainingArguments(
        output_dir=setting["output"], num_train_epochs=1, per_device_train_batch_size=BATCH,
        learning_rate=setting["learning_rate"], warmup_steps=0.1, seed=setting["seed"],
        save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=use_cpu(),
        bf16="bf16" in setting["variant"],
    )  # fmt: skip
    trainer = SentenceTransformerTrainer(model, arguments, rows, loss=CosineSimilarityLoss(model))
    seconds = trainer.train().metrics["train_runtime"]
    first, second = (
        model.encode([row[key] for row in validation], normalize_embeddings=True)
        for key in ("text", "text_pair")
    )
    texts = [row[key] for row in train for key in ("text", "text_pair")]
    return Trained(
        seconds, correlation(np.sum(first * second, 1), [row["label"] for row in validation]),
        [len(ids) for ids in model.tokenizer(texts, truncation=True, max_length=128)["input_ids"]],
    )  # fmt: skip


def products(checkpoint: str, lengths: list[int]) -> float:
    """Floating-point operations of an encoder's matrix products, forward and backward, over such inputs.

    Six for each weight of a layer and each token, and those of the attention. `lengths` in tokens.
    """
    config = json.loads((Path(checkpoint) / "config.json").read_text(encoding="utf-8"))
    layers, width, inner = (config[key] for key in ("num_hidden_layers", "hidden_size", "intermediate_size"))
    weights = layers * (4 * width**2 + 2 * width * inner)
    return float(sum(6 * weights * length + 12 * layers * width * length**2 for length in lengths))


def use_cpu() -> bool:
    """Whether there is no GPU."""
    import torch

    return not torch.cuda.is_available()


def correlation(given: Any, wanted: list[float]) -> float:
    """Pearson's."""
    import numpy as np

    return float(np.corrcoef(np.asarray(given, dtype=np.float64), wanted)[0, 1])


def score(metric: str, given: list[int], wanted: list[int]) -> float:
    """Macro F1 or accuracy, by scikit-learn."""
    from sklearn.metrics import accuracy_score, f1_score

    return float(
        accuracy_score(wanted, given) if metric == "accuracy" else f1_score(wanted, given, average="macro")
    )


def main() -> None:
    """Run the variant that the first argument describes."""
    setting = json.loads(sys.argv[1])
    ways: dict[str, Callable[[dict[str, Any]], Trained]] = {
        "Haechi": ours, "Trainer": stock, "sentence-transformers": sentence_transformers,
    }  # fmt: skip
    way = ways[setting["variant"].split()[0].rstrip(",")]
    started = time.perf_counter()
    trained = way(setting)
    found = {
        "examples_per_second": len(read(setting["train"])) / trained.seconds,
        "gflop_per_second": products(setting["checkpoint"], trained.lengths) / trained.seconds / 1e9,
        "metric": trained.metric,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "whole_seconds": time.perf_counter() - started,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
