"""How far the masked-word test of the deep check tells the right tokenizer from others of the same size.

    HAECHI_REAL_DATA=DIR python benchmarks/masked_words.py [--minutes 6] [--folder DIR] [--samples 100]

Trains a small BERT (4 layers, 192 wide, 8,000 WordPieces) on masked words of KLUE-YNAT's train headlines
and of KorQuAD's contexts, in one thread, and keeps it in the folder. Then the test is repeated on samples
of sentences that were not trained on, KLUE-YNAT's dev headlines and KLUE-STS's dev sentences, with the
right tokenizer and with four others of the same size, and on weights that were never trained. The
thresholds of TOK020 follow from the table; its page has it. `told` counts the samples that TOK020 fires on.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM, set_seed
from transformers.utils import logging

from haechi.checkpoint.tiny import SPECIAL_TOKENS
from haechi.deep.masked_words import try_masked_words
from haechi.preflight.depth import MaskedWords
from haechi.preflight.rules.masked_words_unlikely import is_told
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

ENTRIES = 8000
SPECIAL = len(SPECIAL_TOKENS)
PAD, MASK = SPECIAL_TOKENS.index("[PAD]"), SPECIAL_TOKENS.index("[MASK]")
BATCH, LONGEST, PEAK_RATE, WARMUP = 64, 64, 1e-3, 300
# klue/roberta-* have the special tokens of klue/bert-base in this order.
OTHER_ORDER = {"[CLS]": 0, "[PAD]": 1, "[SEP]": 2, "[UNK]": 3, "[MASK]": 4}


def klue(name: str, *columns: str) -> list[str]:
    """Texts of one of KLUE's files."""
    path = Path(os.environ["HAECHI_REAL_DATA"]) / "data" / "klue" / name
    return [row[column] for row in json.loads(path.read_text(encoding="utf-8")) for column in columns]


def korquad() -> list[str]:
    """Sentences of KorQuAD's contexts."""
    path = Path(os.environ["HAECHI_REAL_DATA"]) / "data" / "korquad" / "KorQuAD_v1.0_dev.json"
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    contexts = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    sentences = [part for context in contexts for part in re.split(r"(?<=다\.) |\n+", context)]
    return [sentence for sentence in sentences if len(sentence) > 10]


def learn_tokenizer(texts: Sequence[str], folder: Path) -> None:
    """A WordPiece tokenizer of `ENTRIES` entries, in the files that a BERT has."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # type: ignore[call-arg]
    learner.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    learner.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=ENTRIES, special_tokens=list(SPECIAL_TOKENS), limit_alphabet=2000, show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    learner.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, SPECIAL_TOKENS.index(token)) for token in ("[CLS]", "[SEP]")],
    )
    folder.mkdir(parents=True, exist_ok=True)
    learner.save(str(folder / "tokenizer.json"))
    roles = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL_TOKENS, strict=True))
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": False}
    settings |= {f"{role}_token": token for role, token in roles.items()}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def train(folder: Path, minutes: float) -> None:
    """Train the small BERT for so many minutes and write it as a checkpoint."""
    set_seed(0)
    texts = [*klue("ynat-v1.1_train.json", "title"), *korquad()]
    learn_tokenizer(texts, folder)
    rows = [encoding.ids for encoding in build_tokenizer(folder).encode(texts, None, LONGEST)]
    config = BertConfig(
        vocab_size=ENTRIES, hidden_size=192, num_hidden_layers=4, num_attention_heads=4,
        intermediate_size=768, max_position_embeddings=128,
    )  # fmt: skip
    model = BertForMaskedLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    started, losses = time.perf_counter(), []
    for step, ids in enumerate(_batches(rows)):
        share = (time.perf_counter() - started) / 60 / minutes
        if share >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min(1, step / WARMUP) * max(0.05, 1 - share)
        picked = (ids >= SPECIAL) & (torch.rand(ids.shape) < 0.2)
        inputs = _masked(ids, picked)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.bert(inputs, attention_mask=(ids != PAD).long()).last_hidden_state[picked]
            loss = functional.cross_entropy(model.cls(hidden).float(), ids[picked])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    model.save_pretrained(folder)
    last = statistics.mean(losses[-100:])
    (folder / "TRAINED.txt").write_text(f"{len(losses):,} steps in {minutes:g} min, loss {last:.2f}\n")


def _batches(rows: list[list[int]]) -> Iterator[torch.Tensor]:
    chance = random.Random(0)
    while True:
        order = list(range(len(rows)))
        chance.shuffle(order)
        batches: list[list[int]] = []
        for start in range(0, len(order), 50 * BATCH):
            bucket = sorted(order[start : start + 50 * BATCH], key=lambda row: len(rows[row]))
            batches += [bucket[at : at + BATCH] for at in range(0, len(bucket), BATCH)]
        chance.shuffle(batches)
        for batch in batches:
            longest = max(len(rows[row]) for row in batch)
            yield torch.tensor([rows[row] + [PAD] * (longest - len(rows[row])) for row in batch])


def _masked(ids: torch.Tensor, picked: torch.Tensor) -> torch.Tensor:
    """BERT's recipe: of the picked tokens 80 % are masked, 10 % are replaced, 10 % stay."""
    chance = torch.rand(ids.shape)
    inputs = torch.where(picked & (chance < 0.8), MASK, ids)
    return torch.where(picked & (chance > 0.9), torch.randint(SPECIAL, ENTRIES, ids.shape), inputs)


def permute_ordinary(content: dict[str, Any]) -> None:
    """Every ordinary entry gets another one's id."""
    vocabulary = content["model"]["vocab"]
    ids = sorted(index for index in vocabulary.values() if index >= SPECIAL)
    moved = dict(zip(ids, random.Random(1).sample(ids, len(ids)), strict=True))
    vocabulary |= {token: moved.get(index, index) for token, index in vocabulary.items()}


def shift_by_one(content: dict[str, Any]) -> None:
    """Every ordinary entry gets the id of the next one."""
    vocabulary, ordinary = content["model"]["vocab"], ENTRIES - SPECIAL
    vocabulary |= {
        token: SPECIAL + (index - SPECIAL + 1) % ordinary
        for token, index in vocabulary.items()
        if index >= SPECIAL
    }


def permute_special(content: dict[str, Any]) -> None:
    """Only the special tokens change places, as between klue/bert-base and klue/roberta-*."""
    content["model"]["vocab"] |= OTHER_ORDER
    for token in content["added_tokens"]:
        token["id"] = OTHER_ORDER[token["content"]]
    for token in content["post_processor"]["special_tokens"].values():
        token["ids"] = [OTHER_ORDER[token["id"]]]


def variant(right: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> RuntimeTokenizer:
    """The right tokenizer with one change, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    shutil.copy(right / "tokenizer_config.json", folder)
    content = json.loads((right / "tokenizer.json").read_text(encoding="utf-8"))
    change(content)
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return build_tokenizer(folder)


def tokenizers_of(folder: Path) -> dict[str, RuntimeTokenizer]:
    """The right tokenizer and the wrong ones, all of the same size."""
    other = folder / "other_text"
    if not other.is_dir():
        learn_tokenizer(klue("klue-nli-v1.1_train.json", "premise", "hypothesis"), other)
    return {
        "the right one": build_tokenizer(folder),
        "special tokens permuted": variant(folder, folder / "special", permute_special),
        "ordinary ids permuted": variant(folder, folder / "permuted", permute_ordinary),
        "ids shifted by one": variant(folder, folder / "shifted", shift_by_one),
        "learned on other text": build_tokenizer(other),
    }


def row(name: str, found: Sequence[MaskedWords]) -> str:
    """One line of the table."""
    told = sum(is_told(item) for item in found)
    cells = [
        name,
        f"{statistics.mean(item.words for item in found):.0f}",
        _spread([item.put_right for item in found]),
        _spread([item.margin for item in found]),
        _spread([item.gain for item in found]),
        f"{told} of {len(found)}",
    ]
    return f"| {' | '.join(cells)} |"


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def measure(folder: Path, samples: int) -> None:
    """Print the table."""
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    untrained = BertForMaskedLM(model.config).eval()
    tokenizers = tokenizers_of(folder)
    texts = {
        "headlines": klue("ynat-v1.1_dev.json", "title"),
        "sentences": klue("klue-sts-v1.1_dev.json", "sentence1", "sentence2"),
    }
    head = ["tokenizer", "words", "put right", "margin", "gain", "told"]
    print(f"| {' | '.join(head)} |")
    print(f"|{' --- |' * len(head)}")
    cases = [(name, model, tokenizer) for name, tokenizer in tokenizers.items()]
    cases.append(("the right one, weights never trained", untrained, tokenizers["the right one"]))
    for kind, lines in texts.items():
        for name, tried, tokenizer in cases:
            found = [
                try_masked_words(tried, tokenizer, lines, token_type_ids=True, seed=seed)
                for seed in range(samples)
            ]
            print(row(f"{name}, {kind}", [item for item in found if item is not None]), flush=True)


def main() -> None:
    """Train unless that was done, measure, and say on what."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6.0, help="training time")
    parser.add_argument("--folder", type=Path, default=Path("outputs/benchmarks/masked_words"))
    parser.add_argument("--samples", type=int, default=100, help="repetitions of the test")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if not (arguments.folder / "config.json").is_file():
        train(arguments.folder, arguments.minutes)
    trained = arguments.folder / "TRAINED.txt"
    print(f"{platform.machine()}, one thread, torch {torch.__version__}; ", end="")
    print(trained.read_text().strip() if trained.is_file() else "trained elsewhere", end="\n\n")
    measure(arguments.folder, arguments.samples)


if __name__ == "__main__":
    main()
