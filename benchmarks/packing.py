"""What packing rows without padding would win: the same rows forward and backward, padded and packed.

    python benchmarks/packing.py                                     the embedded data, a tiny encoder
    python benchmarks/packing.py --encoder DIR --data DIR            KLUE's files, a real encoder

Packed, the rows of a batch lie one behind another in lines, positions begin anew with each row, and a mask of
blocks keeps the rows of a line apart. All ways take turns in one process, in bf16 where the machine has it.
"""

import argparse
import itertools
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import machine
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from train_variant import read
from transformers import AutoModel, PreTrainedModel, logging

from train import BENCHES, write_rows

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from haechi.data.batches import BatchPlan
from haechi.modeling.build import runs_on_cpu
from haechi.modeling.cpu_attention import hasten_attention
from haechi.modeling.cpu_dropout import hasten_dropout
from haechi.modeling.cpu_memory import keep_freed_memory
from haechi.schema.trainer import Precision
from haechi.training.precision import resolve_precision

BATCH, ROUNDS = 32, 3
WIDTHS = (64, 128, 256)
"""Tokens of a line."""

# Shape suffixes: B lines of a batch, T tokens of a line.


class Inputs(NamedTuple):
    """A batch as the backbone takes it."""

    ids_BT: Tensor
    mask: Tensor
    """(B, T) of padding, or (B, 1, T, T) of blocks."""
    positions_BT: Tensor
    firsts: Tensor
    """Places of the rows' first tokens among the B x T ones."""


Row = Sequence[int]
Form = Callable[[Sequence[Row]], Inputs]


def padded(rows: Sequence[Row]) -> Inputs:
    """A line for each row, as long as the longest."""
    ids_BT = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    lengths = torch.tensor([len(row) for row in rows])
    count, longest = ids_BT.shape
    places = torch.arange(longest)
    return Inputs(
        ids_BT, places < lengths[:, None], places.expand(count, longest), torch.arange(count) * longest
    )


def packed(width: int) -> Form:
    """Lines of about so many tokens; the longest row comes first, each into the line that has the least."""

    def form(rows: Sequence[Row]) -> Inputs:
        lines: list[list[Row]] = [[] for _ in range(math.ceil(sum(map(len, rows)) / width))]
        for row in sorted(rows, key=len, reverse=True):
            min(lines, key=lambda line: sum(map(len, line))).append(row)
        longest = max(sum(map(len, line)) for line in lines)
        ids_BT = torch.zeros(len(lines), longest, dtype=torch.long)
        positions_BT, owner_BT = torch.zeros_like(ids_BT), torch.full_like(ids_BT, -1)
        firsts: list[int] = []
        for number, line in enumerate(lines):
            at = 0
            for owner, row in enumerate(line):
                part = slice(at, at + len(row))
                ids_BT[number, part], owner_BT[number, part] = torch.tensor(row), owner
                positions_BT[number, part] = torch.arange(len(row))
                firsts.append(number * longest + at)
                at += len(row)
        # Padding at a line's end sees itself, so that no token sees nothing.
        blocks = (owner_BT[:, None, :, None] == owner_BT[:, None, None, :]).contiguous()
        return Inputs(ids_BT, blocks, positions_BT, torch.tensor(firsts))

    return form


def seconds_of(model: PreTrainedModel, head: nn.Linear, batches: Sequence[Inputs]) -> float:
    """Forward and backward over all batches."""
    mixed = resolve_precision(Precision.auto) is Precision.bf16
    started = time.perf_counter()
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            hidden = model(
                input_ids=batch.ids_BT, attention_mask=batch.mask, position_ids=batch.positions_BT
            ).last_hidden_state
            loss = head(hidden.flatten(0, 1)[batch.firsts]).float().square().mean()
        loss.backward()
        model.zero_grad()
    return time.perf_counter() - started


def rows_of(path: str, tokenizer: Tokenizer) -> list[Row]:
    """Token numbers of a file's rows."""
    texts = [(row["text"], row.get("text_pair")) for row in read(path)]
    return [tokenizer.encode(*(text for text in pair if text is not None)).ids[:512] for pair in texts]


def table(name: str, rows: list[Row], encoder: Path) -> Iterator[str]:
    """Examples per second of each way, and how much of what the model sees is padding."""
    lengths = [len(row) for row in rows]
    mixed_up = BatchPlan(lengths, BATCH, 1, by_length=False).batches()
    alike = BatchPlan(lengths, BATCH, 1).batches()
    ways: dict[str, tuple[list[list[int]], Form]] = {
        "random order, padded": (mixed_up, padded),
        "like length, padded (the default)": (alike, padded),
    }
    for width in WIDTHS:
        ways[f"random order, packed into lines of about {width}"] = (mixed_up, packed(width))
    model = AutoModel.from_pretrained(encoder, add_pooling_layer=False).float().train()
    head = nn.Linear(model.config.hidden_size, 7)
    hasten_dropout(model)
    hasten_attention(model)
    made = {way: [form([rows[at] for at in batch]) for batch in plan] for way, (plan, form) in ways.items()}
    for batches in made.values():
        seconds_of(model, head, batches[:3])
    found: dict[str, list[float]] = {way: [] for way in made}
    for way, batches in itertools.chain.from_iterable([made.items()] * ROUNDS):
        found[way].append(seconds_of(model, head, batches))
    yield f"\n**{name}**, {len(rows)} rows of {statistics.mean(lengths):.0f} tokens, batches of {BATCH}\n"
    yield "| batches | examples/s, fastest of three rounds | of the default | padding |"
    yield "| --- | --- | --- | --- |"
    default = min(found[list(made)[1]])
    for way, batches in made.items():
        seen = sum(batch.ids_BT.numel() for batch in batches)
        best = min(found[way])
        yield f"| {way} | {len(rows) / best:.1f} | {default / best:.2f} | {1 - sum(lengths) / seen:.1%} |"


def main() -> None:
    """Print a table for each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--encoder", type=Path, help="folder of a BERT checkpoint; without, the tiny one")
    parser.add_argument("--data", type=Path, help="folder with KLUE's v1.1 files; without, the embedded data")
    parser.add_argument("--rows", type=int, default=512)
    given = parser.parse_args()
    if not runs_on_cpu():
        raise SystemExit("this compares ways on a CPU")
    keep_freed_memory()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.manual_seed(0)
    print(machine.describe())
    with tempfile.TemporaryDirectory() as name:
        encoder = given.encoder
        if encoder is None:
            from haechi.checkpoint.tiny import make_tiny

            encoder = make_tiny(Path(name) / "tiny")
        tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
        for bench in BENCHES:
            rows = rows_of(write_rows(bench, given.data, Path(name), (given.rows, 1))["train"], tokenizer)
            for line in table(bench.name, rows, encoder):
                print(line, flush=True)


if __name__ == "__main__":
    main()
