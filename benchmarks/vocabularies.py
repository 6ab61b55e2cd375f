"""Short trainings of small random checkpoints that read with real vocabularies, entity markers added.

    python benchmarks/vocabularies.py --train TRAIN --validation DEV kcbert=bert=DIR koelectra=electra=DIR ...

A vocabulary is named with a family and the folder that holds it (vocab.txt, or vocab.json and merges.txt).
The files are relations in KLUE's format. A last argument `name==DIR` names a checkpoint that is there, with
its weights. Prints one Markdown table. Nothing is downloaded.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 512}
# Random weights have further to go than pretrained ones.
SCRATCH_LEARNING_RATE = 1e-3
COLUMNS = (
    "vocabulary", "family", "entries", "spare slots", "ids of the four markers", "embedding rows",
    "loss, first and last", "micro F1", "seconds",
)  # fmt: skip


class Trained(NamedTuple):
    """What a training left."""

    markers: list[int]
    rows_before: int
    rows_after: int
    losses: list[float]
    metrics: dict[str, float]
    seconds: float
    ignored: list[str]


def write_checkpoint(source: Path, family: str, folder: Path, sizes: Mapping[str, int] = SIZES) -> Path:
    """A random checkpoint of a family and these sizes, by default small ones, with a vocabulary's files."""
    import torch
    from transformers import AutoConfig, AutoModel

    shutil.copytree(source, folder)
    (folder / "config.json").unlink(missing_ok=True)
    if (folder / "vocab.txt").is_file():
        declared = {"do_lower_case": False, "tokenizer_class": "BertTokenizer"}
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        ids: dict[str, Any] = {"pad_token_id": vocabulary.index("[PAD]"), "max_position_embeddings": 256}
        entries = len(vocabulary)
    else:
        declared = {"tokenizer_class": "RobertaTokenizer"}
        known = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        entries, ids = len(known), {"pad_token_id": known["<pad>"], "max_position_embeddings": 258}
    (folder / "tokenizer_config.json").write_text(json.dumps(declared), encoding="utf-8")
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **sizes, **ids, vocab_size=entries)
    AutoModel.from_config(config).save_pretrained(folder)
    return folder


def counted(folder: Path) -> tuple[int, int]:
    """Entries of a folder's vocabulary, and how many of them are spare, such as `[unused0]`."""
    from haechi.tokenization.build import build_tokenizer
    from haechi.tokenization.new_tokens import spare_slots

    tokenizer = build_tokenizer(folder)
    return tokenizer.length, len(spare_slots(tokenizer))


def train(checkpoint: Path, outputs: Path, overrides: list[str]) -> Trained:
    """Run train.py; what it refuses of the language is passed over, and said."""
    command = [sys.executable, str(ROOT / "src/train.py"), "model=local", f"model.checkpoint={checkpoint}"]
    environment = {**os.environ, "HAECHI_OUTPUTS": str(outputs), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([*command, *overrides], env=environment, capture_output=True, text=True)
    ignored: list[str] = []
    if done.returncode == 2 and "error[TOK003]" in done.stderr:
        ignored = ["TOK003"]
        command.append("preflight.ignore=[TOK003]")
        done = subprocess.run([*command, *overrides], env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    (folder,) = (path.parent for path in outputs.rglob("results.json"))
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    points = [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()]
    vocabulary = json.loads((folder / "model/tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    ids = {item["content"]: item["id"] for item in vocabulary}
    return Trained(
        markers=[ids[token] for token in ("<subj>", "</subj>", "<obj>", "</obj>")],
        rows_before=json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))["vocab_size"],
        rows_after=json.loads((folder / "model/config.json").read_text(encoding="utf-8"))["vocab_size"],
        losses=[point["train/loss"] for point in points if "train/loss" in point],
        metrics=results["metrics"],
        seconds=results["seconds"],
        ignored=ignored,
    )


def row(name: str, family: str, entries: int, slots: int, found: Trained) -> str:
    """A line of the table."""
    ids = f"{found.markers[0]:,} to {found.markers[-1]:,}"
    rows = f"{found.rows_before:,} to {found.rows_after:,}"
    rows = f"{found.rows_after:,}, as before" if found.rows_before == found.rows_after else rows
    shown = f"{name} (with `preflight.ignore=[{','.join(found.ignored)}]`)" if found.ignored else name
    cells = (
        shown, family, f"{entries:,}", f"{slots:,}", ids, rows,
        f"{found.losses[0]:.2f}, {found.losses[-1]:.2f}", f"{found.metrics['validation/micro_f1']:.3f}",
        f"{found.seconds:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("vocabularies", nargs="+", metavar="NAME=FAMILY=DIR")
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--validation", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=3)
    arguments = parser.parse_args()
    overrides = [
        "experiment=klue_re", f"task.files.train={arguments.train.resolve()}",
        f"task.files.validation={arguments.validation.resolve()}",
        f"trainer.num_train_epochs={arguments.epochs}", "trainer.eval_strategy=no",
        "trainer.load_best_model_at_end=false", "tracking=none", "notify=none",
    ]  # fmt: skip
    print(f"experiment=klue_re, {arguments.epochs:g} epochs; {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    for item in arguments.vocabularies:
        name, family, source = item.split("=", 2)
        with tempfile.TemporaryDirectory() as scratch:
            given = Path(source).resolve()
            folder = write_checkpoint(given, family, Path(scratch) / "checkpoint") if family else given
            rate = [f"trainer.learning_rate={SCRATCH_LEARNING_RATE}"] if family else []
            found = train(folder, Path(scratch) / "outputs", [*overrides, *rate])
            print(row(name, family or "its own", *counted(folder), found), flush=True)


if __name__ == "__main__":
    main()
