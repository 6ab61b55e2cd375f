"""Where the embeddings of new tokens start: transformers' two ways of resizing, and Haechi's.

    python benchmarks/new_tokens.py [DIR] [--markers untyped]
    python benchmarks/new_tokens.py DIR --train-file RE.json --validation-file RE_DEV.json [--seeds 2]

Adds the markers of relation extraction to a checkpoint (a folder in Hugging Face layout; without one the
embedded one) and compares the rows that they get: how far they lie apart, how long they are against the
other rows, how near the nearest of those is, and how far the mean vector of a sentence moves when the
markers of subject and object change places. With files in KLUE-RE's format it trains from each start as
well, with Haechi's own pipeline, and prints micro F1 on the validation rows after every epoch.
"""

import argparse
import json
import platform
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.utils import logging

from haechi.checkpoint.tiny import make_tiny
from haechi.compose import compose
from haechi.modeling.embeddings import make_room
from haechi.modeling.encoder import load_backbone
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from haechi.schema.model import Init
from haechi.schema.task import Markers
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import NewToken, add_tokens
from haechi.tokenization.runtime import RuntimeTokenizer

# Types of KLUE-RE's subjects and objects.
TYPES = ("ORG", "PER"), ("DAT", "LOC", "NOH", "ORG", "PER", "POH")
WAYS = {
    "transformers, `mean_resizing=True` (its default)": True,
    "transformers, `mean_resizing=False`": False,
    "Haechi: mean of the pieces, a little noise": None,
}


def extended(folder: Path, tokens: Sequence[NewToken], way: bool | None, seed: int = 0) -> PreTrainedModel:
    """The encoder with tokens added behind its last entry; None is Haechi's way."""
    torch.manual_seed(seed)
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=False).eval()
    rows = max(token.index for token in tokens) + 1
    if way is None:
        make_room(model, tokens, rows)
    else:
        model.resize_token_embeddings(rows, mean_resizing=way)
    return model


def rows_of(model: PreTrainedModel, tokens: Sequence[NewToken]) -> Tensor:
    """The rows of tokens."""
    return model.get_input_embeddings().weight.detach()[[token.index for token in tokens]]


def compare(folder: Path, markers: Sequence[str]) -> Iterator[str]:
    """The first table: mean values over the markers, or over pairs of them."""
    tokenizer, tokens = add_tokens(build_tokenizer(folder), [], markers, NewTokens.resize)
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    old = model.get_input_embeddings().weight.detach()
    shown = " ".join(tokenizer.backend.id_to_token(index) or "?" for index in tokens[0].pieces)
    yield f"{len(tokens)} markers, the first read as `{shown}`; {len(old):,} rows of {old.shape[1]}\n"
    yield (
        "| way | greatest difference of two new rows | mean cosine of two new rows "
        "| norm / median norm of the old rows | cosine to the nearest old row | mentions swapped |"
    )
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, way in WAYS.items():
        model = extended(folder, tokens, way)
        yield f"{row(name, rows_of(model, tokens), old)} {swapped(model, tokenizer, markers):.4f} |"
    pieces, first = tokens[0].pieces, len(old)
    for name, found in (("of the same pieces", (pieces, pieces[::-1])), ("without a known piece", ((), ()))):
        two = [NewToken(str(place), first + place, found[place], None) for place in (0, 1)]
        yield f"{row(f'Haechi: two tokens {name}', rows_of(extended(folder, two, None), two), old)} |"


def row(name: str, new: Tensor, old: Tensor) -> str:
    """What the rows alone tell."""
    apart = (new[:, None] - new[None]).abs().max()
    alike = functional.cosine_similarity(new[:, None], new[None], dim=-1)
    alike = alike[~torch.eye(len(new), dtype=torch.bool)].mean()
    near = (functional.normalize(new, dim=1) @ functional.normalize(old, dim=1).T).max(dim=1).values
    norm = (new.norm(dim=1) / old.norm(dim=1).median()).mean()
    return f"| {name} | {apart:.5f} | {alike:.3f} | {norm:.2f} | {near.mean():.2f} |"


def swapped(model: PreTrainedModel, tokenizer: RuntimeTokenizer, markers: Sequence[str]) -> float:
    """How far the mean vector of a sentence moves when subject and object change places, against its norm."""
    subject, object_ = markers[:2], markers[-2:]
    texts = [
        f"{first[0]}이순신{first[1]}은 {second[0]}한산도{second[1]}에서 이겼다"
        for first, second in ((subject, object_), (object_, subject))
    ]
    ids = torch.tensor([encoding.ids for encoding in tokenizer.encode_whole(texts)])
    with torch.inference_mode():
        one, other = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(dim=1)
    return ((one - other).norm() / one.norm()).item()


def train(folder: Path, given: argparse.Namespace, work: Path) -> Iterator[str]:
    """The second table: micro F1 by start and seed."""
    files = {}
    for name, path, count in (
        ("train", given.train_file, given.train_rows),
        ("validation", given.validation_file, given.validation_rows),
    ):
        rows = json.loads(path.read_text(encoding="utf-8"))[:count]
        files[name] = work / f"{name}.json"
        files[name].write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    overrides = [
        "model=local", f"model.checkpoint={folder}", "task=klue_re", "pooling=entity_start",
        *(f"task.files.{name}={path}" for name, path in files.items()), f"task.markers={given.markers}",
        "tokenizer.new_tokens=resize", "trainer.max_grad_norm=10",
        f"trainer.learning_rate={given.learning_rate}", f"trainer.num_train_epochs={given.epochs}",
        "tracking=none",
    ]  # fmt: skip
    yield f"{given.train_rows:,} train rows, {given.validation_rows:,} validation rows, `{overrides[3]}`\n"
    yield f"| way |{''.join(f' seed {seed} |' for seed in range(given.seeds))}"
    yield f"| --- |{' --- |' * given.seeds}"
    for name, way in WAYS.items():
        scores = [train_once(folder, [*overrides, f"seed={seed}"], way, work) for seed in range(given.seeds)]
        yield f"| {name} | {' | '.join(' '.join(f'{f1:.3f}' for f1 in score) for score in scores)} |"


def train_once(folder: Path, overrides: list[str], way: bool | None, work: Path) -> list[float]:
    """micro F1 after each epoch of one run."""
    from haechi.data.encode import encode
    from haechi.modeling.build import build_model
    from haechi.modeling.describe import describe
    from haechi.training.setup import Setup
    from haechi.training.train import train as fine_tune

    composed = compose(overrides)
    evidence = Evidence(resolve(composed, composed.hydra), weights=True, full=True)
    run, description, tokenizer = evidence.whole, describe(evidence), evidence.final_tokenizer
    form = description.input_format()
    encoded = {name: encode(split.examples, tokenizer, form) for name, split in evidence.splits.items()}
    model = build_model(run, evidence, description.outputs)
    if way is not None:
        table = model.encoder.backbone.get_input_embeddings().weight
        with torch.no_grad():
            indices = [token.index for token in evidence.new_tokens]
            other = extended(folder, evidence.new_tokens, way, run.config.seed)
            table[indices] = rows_of(other, evidence.new_tokens)
    found: list[float] = []

    def hear(metrics: dict[str, Any], *_: object) -> None:
        found.extend(value for key, value in metrics.items() if key == "validation/micro_f1")

    with tempfile.TemporaryDirectory(dir=work) as checkpoints:
        setup = Setup(
            run.config.task, run.config.trainer, description.labels, run.config.seed, tokenizer.padding_id,
            Path(checkpoints), hear,
        )  # fmt: skip
        fine_tune(model, encoded, setup)
    return found


def main() -> None:
    """Print the tables, and by what they were made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkpoint", type=Path, nargs="?", help="folder in Hugging Face layout")
    kinds = [kind.value for kind in Markers if kind is not Markers.punctuation]
    parser.add_argument("--markers", choices=kinds, default="untyped")
    parser.add_argument("--train-file", type=Path)
    parser.add_argument("--validation-file", type=Path)
    parser.add_argument("--train-rows", type=int, default=1000)
    parser.add_argument("--validation-rows", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"tokenizers {tokenizers.__version__}, Python {platform.python_version()}; ",
        end="",
    )
    with tempfile.TemporaryDirectory() as name:
        folder = given.checkpoint or make_tiny(Path(name) / "tiny")
        for line in compare(folder, marker_tokens(Markers(given.markers), TYPES)):
            print(line, flush=True)
        if given.train_file and given.validation_file:
            print()
            for line in train(folder, given, Path(name)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
