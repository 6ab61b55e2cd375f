"""Checkpoints and data files for the benchmarks, written for them: nothing is downloaded.

A BERT of four layers with a WordPiece vocabulary of 32,000 entries (every Hangul syllable, at the
beginning of a word and inside of it, and pairs of syllables), and headlines made of its words.
"""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENTRIES = 32_000
TOPICS = ("정치", "경제", "사회", "생활문화", "세계", "IT과학", "스포츠")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def vocabulary(seed: int = 0) -> dict[str, int]:
    """32,000 entries; another seed gives the ordinary ones another order."""
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    ascii_ = [chr(code) for code in range(33, 127)]
    entries = [*ascii_, *syllables, *(f"##{item}" for item in (*ascii_, *syllables))]
    pairs = random.Random(7)
    seen = set(entries)
    while len(entries) < ENTRIES - len(SPECIAL):
        pair = pairs.choice(syllables) + pairs.choice(syllables)
        if pair not in seen:
            seen.add(pair)
            entries.append(pair)
    if seed:
        random.Random(seed).shuffle(entries)
    return {token: index for index, token in enumerate([*SPECIAL, *entries])}


def write_checkpoint(folder: Path, *, seed: int = 0, tokenizer: bool = True, **config: Any) -> Path:
    """A small BERT with random weights and its tokenizer, in Hugging Face layout."""
    import torch
    from transformers import BertConfig, BertModel

    settings: dict[str, Any] = {
        "vocab_size": ENTRIES, "hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4,
        "intermediate_size": 256, "max_position_embeddings": 130,
    }  # fmt: skip
    torch.manual_seed(0)
    BertModel(BertConfig(**settings | config), add_pooling_layer=False).save_pretrained(folder)
    if tokenizer:
        write_tokenizer(folder, seed)
    return folder


def write_tokenizer(folder: Path, seed: int = 0) -> Path:
    """tokenizer.json and tokenizer_config.json."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    backend = Tokenizer(models.WordPiece(vocabulary(seed), unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    backend.save(str(folder / "tokenizer.json"))
    declared = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "model_max_length": 128}
    roles = ("pad", "unk", "cls", "sep", "mask")
    declared |= {f"{role}_token": token for role, token in zip(roles, SPECIAL, strict=True)}
    (folder / "tokenizer_config.json").write_text(json.dumps(declared), encoding="utf-8")
    return folder


def copy_with(source: Path, folder: Path, file: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a folder with one JSON file changed."""
    shutil.copytree(source, folder)
    content = json.loads((folder / file).read_text(encoding="utf-8"))
    change(content)
    (folder / file).write_text(json.dumps(content), encoding="utf-8")
    return folder


def write_rows(
    path: Path, rows: int, *, words: int = 8, pair: bool = False, labels: int = len(TOPICS)
) -> Path:
    """A tsv of headlines; the label shows in the first word, so that there is something to learn."""
    draw = random.Random(rows)
    pool = [
        "".join(chr(draw.randrange(0xAC00, 0xD7A4)) for _ in range(draw.randint(1, 4))) for _ in range(5000)
    ]
    with path.open("w", encoding="utf-8") as file:
        file.write("text\ttext_pair\tlabel\n" if pair else "text\tlabel\n")
        for _ in range(rows):
            label = draw.randrange(labels)
            text = " ".join([TOPICS[label % len(TOPICS)], *draw.choices(pool, k=words)])
            second = f"{' '.join(draw.choices(pool, k=words))}\t" if pair else ""
            file.write(f"{text}\t{second}{TOPICS[label % len(TOPICS)]}{label // len(TOPICS) or ''}\n")
    return path
