"""A small BERT that has learned to predict masked words of the embedded headlines, in some seconds."""

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import torch
from torch.nn import functional
from transformers import BertConfig, BertForMaskedLM, set_seed

from checkpoints import tiny_copy
from haechi import places
from haechi.tokenization.build import build_tokenizer

STEPS, ROWS = 160, 64


def headlines() -> list[str]:
    """The embedded train headlines."""
    lines = (places.SAMPLES / "topic" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"] for line in lines]


@cache
def _trained() -> Path:
    """A checkpoint of its own, made once a process."""
    folder = tiny_copy(Path(tempfile.mkdtemp(prefix="haechi.")) / "checkpoint")
    set_seed(0)
    tokenizer = build_tokenizer(folder)
    pad, mask = tokenizer.id("pad") or 0, tokenizer.id("mask") or 0
    rows = [torch.tensor(encoding.ids) for encoding in tokenizer.encode(headlines(), None, 32)]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad)
    config = BertConfig(
        vocab_size=tokenizer.length, hidden_size=64, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=128, max_position_embeddings=128, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForMaskedLM(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.01)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 5e-3 * min(1.0, (step + 1) / 20) * (1 - step / STEPS)
        batch = ids[torch.randint(len(ids), (ROWS,))]
        picked = (batch > mask) & (torch.rand(batch.shape) < 0.2)
        hidden = model.bert(
            batch.masked_fill(picked, mask), attention_mask=(batch != pad).long()
        ).last_hidden_state[picked]
        loss = functional.cross_entropy(model.cls(hidden), batch[picked])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    model.save_pretrained(folder)
    return folder


def masked_language_model(folder: Path) -> Path:
    """A copy of the trained checkpoint, with the tokenizer that it was trained with."""
    shutil.copytree(_trained(), folder)
    return folder
