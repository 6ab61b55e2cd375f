"""What one pass for every layer and every pooling costs, beside encoding once for each of them.

    python benchmarks/study.py [--encoder DIR] [--data FILE] [--rows 1000] [--rounds 3]

Encodes the same sentences, each way in a process of its own, round by round, so that what else the machine
does meets all of them; the fastest round counts.

plain       the encoder once, mean of the last layer, kept: what any single setting costs
study       the pass of study.py: every layer, ten poolings, vectors on disk
st MODE     sentence-transformers with one of its poolings, last layer
st layers   the same with `mean`, once for each layer, on a model cut off there

Without arguments it takes the embedded headlines and a small random BERT of twelve layers.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import numpy as np
import torch

from haechi import places
from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import EncodedSplit
from haechi.modeling.cpu_memory import keep_freed_memory
from haechi.modeling.encoder import Encoder, load_backbone
from haechi.modeling.poolings import build_pooling
from haechi.rows.examples import Example
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.study import STUDIED
from haechi.schema.task import Objective
from haechi.study.cells import BY_LAYER
from haechi.study.collect import collect, plan_of
from haechi.study.store import Store
from haechi.tokenization.build import build_tokenizer

BATCH, LONGEST = 64, 128
MODES = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")


def sentences(data: Path | None, rows: int) -> list[str]:
    """Texts of a JSON file with titles or pairs of sentences, or the embedded headlines."""
    if data is None:
        lines = Path(places.sample_file("topic/train.jsonl")).read_text(encoding="utf-8").splitlines()
        found = [json.loads(line)["title"] for line in lines]
    else:
        keys = ("title", "sentence1", "sentence2")
        found = [
            row[key] for row in json.loads(data.read_text(encoding="utf-8")) for key in keys if key in row
        ]
    return list(dict.fromkeys(found))[:rows]


def made_up(folder: Path) -> Path:
    """A random BERT of twelve layers, 256 wide, with the embedded headlines' vocabulary."""
    import shutil

    from transformers import BertConfig, BertModel

    from haechi.checkpoint.tiny import make_tiny

    source = make_tiny(folder / "tiny")
    entries = build_tokenizer(source).length
    torch.manual_seed(0)
    config = BertConfig(vocab_size=entries, hidden_size=256, num_hidden_layers=12, num_attention_heads=4,
                        intermediate_size=1024)  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder / "bert")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, folder / "bert" / name)
    return folder / "bert"


def tokens_of(folder: Path, texts: list[str]) -> tuple[EncodedSplit, int]:
    """The sentences as token ids, the longest first, and the id that pads."""
    tokenizer = build_tokenizer(folder)
    form = InputFormat(Objective.classification, LONGEST, special_tokens=True)
    split = encode([Example(0, text, None, None) for text in texts], tokenizer, form, labelled=False)
    return split.by_length()[0], tokenizer.padding_id


@torch.inference_mode()
def plain(encoder: Encoder, split: EncodedSplit, pad: int) -> None:
    """One setting, as the pipeline computes it, the vectors kept."""
    collate, pooling = Collator(pad), build_pooling(PoolingConfig(kind="mean"), 1)
    kept = []
    for start in range(0, len(split), BATCH):
        items = [{"input_ids": split.input_ids[i]} for i in range(start, min(start + BATCH, len(split)))]
        kept.append(pooling(encoder(**collate(items))).numpy())
    np.concatenate(kept)


def study(encoder: Encoder, split: EncodedSplit, pad: int) -> None:
    """Every layer and pooling, as study.py does."""
    last = int(encoder.backbone.config.num_hidden_layers)
    poolings = [name for name in STUDIED if name != "pooler"]
    plan = plan_of(poolings, range(last + 1), last, has_pooler=False)
    hidden = int(encoder.backbone.config.hidden_size)
    embedding = int(encoder.backbone.get_input_embeddings().weight.shape[1])  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as folder:
        order = np.arange(len(split))
        store = Store(Path(folder) / "vectors.bin", order, plan.widths(hidden, embedding))
        collect(encoder, split, plan, store, batch_size=BATCH, pad_token_id=pad)
        store.close()


def stock(folder: Path, texts: list[str], mode: str, layers: int | None) -> float:
    """Seconds of sentence-transformers with a pooling, on a model cut off behind some layers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    module: Any = Transformer(str(folder), max_seq_length=LONGEST)
    module.auto_model.float()
    if layers is not None:
        module.auto_model.encoder.layer = module.auto_model.encoder.layer[:layers]
    width = int(module.auto_model.config.hidden_size)
    model = SentenceTransformer(modules=[module, Pooling(width, mode)], device="cpu")
    model.encode(texts[:BATCH], batch_size=BATCH)
    started = time.perf_counter()
    model.encode(texts, batch_size=BATCH)
    return time.perf_counter() - started


def child(arguments: argparse.Namespace) -> None:
    """One way, once: its seconds, tokenization left out for ours, and the peak of its memory."""
    texts = sentences(arguments.data, arguments.rows)
    way, _, rest = arguments.child.partition(":")
    if way == "st":
        mode, _, layers = rest.partition(":")
        seconds = stock(arguments.encoder, texts, mode, int(layers) if layers else None)
    else:
        keep_freed_memory()
        split, pad = tokens_of(arguments.encoder, texts)
        backbone = load_backbone(arguments.encoder, {}, Init.pretrained, with_pooler=False)
        encoder = Encoder(backbone, all_layers=way == "study").eval()
        plain(encoder, split.taken(range(BATCH)), pad)
        started = time.perf_counter()
        {"plain": plain, "study": study}[way](encoder, split, pad)
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak": machine.resident_mib(peak=True)}))


def measure(arguments: argparse.Namespace, way: str, rows: int) -> dict[str, float]:
    """What a child says of one way."""
    command = [
        sys.executable,
        __file__,
        "--child",
        way,
        "--encoder",
        str(arguments.encoder),
        "--rows",
        str(rows),
    ]
    command += ["--data", str(arguments.data)] if arguments.data else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", default="")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments.encoder = arguments.encoder or made_up(Path(folder))
        layers = json.loads((arguments.encoder / "config.json").read_text("utf-8"))["num_hidden_layers"]
        once = ["plain", "study", *(f"st:{mode}" for mode in MODES)]
        found: dict[str, list[dict[str, float]]] = {}
        for _ in range(arguments.rounds):
            for way in once:
                found.setdefault(way, []).append(measure(arguments, way, arguments.rows))
        # Each layer once: they are many, and only their sum is told.
        deep = [measure(arguments, f"st:mean:{count}", arguments.rows) for count in range(1, layers + 1)]
        few = {way: measure(arguments, way, max(BATCH, arguments.rows // 4)) for way in ("plain", "study")}
    best = {way: min(item["seconds"] for item in items) for way, items in found.items()}
    print(f"{machine.describe()}")
    print(f"{arguments.rows} sentences, {layers} layers, batches of {BATCH}\n")
    print("| way | seconds | of plain | peak MiB | peak MiB, a quarter of the rows |")
    print("| --- | --- | --- | --- | --- |")
    for way in once:
        quarter = f"{few[way]['peak']:.0f}" if way in few else ""
        peak = min(item["peak"] for item in found[way])
        print(f"| {way} | {best[way]:.2f} | {best[way] / best['plain']:.2f} | {peak:.0f} | {quarter} |")
    depth = sum(item["seconds"] for item in deep)
    modes = sum(best[f"st:{mode}"] for mode in MODES)
    print(f"| st, six poolings, last layer | {modes:.2f} | {modes / best['plain']:.2f} | | |")
    print(f"| st, mean, every layer | {depth:.2f} | {depth / best['plain']:.2f} | | |")
    grid = depth * len(BY_LAYER)
    many = f"{len(BY_LAYER)} poolings, computed from the line above"
    print(f"| st, every layer, {many} | {grid:.0f} | {grid / best['plain']:.0f} | | |")


if __name__ == "__main__":
    main()
