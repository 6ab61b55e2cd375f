"""The checkpoint that `model=tiny` names: a small BERT in Hugging Face layout, made on this machine.

Its WordPiece vocabulary is learned from the embedded headlines; its weights are drawn with a fixed
seed. Written without torch, so that even the first verdict stays light, and byte for byte the same
on every machine.
"""

import errno
import json
import os
import shutil
import tempfile
from pathlib import Path

from haechi import places

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SPARE_SLOTS = 32
LEARNED_PIECES = 4000
CONFIG = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 512,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "max_position_embeddings": 128,
    "type_vocab_size": 2,
    "initializer_range": 0.02,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
    "dtype": "float32",
}

BYTES = 6_000_000
"""What the checkpoint takes on a disk, and some more."""


def make_tiny(folder: Path) -> Path:
    """Write the checkpoint unless it is there; safe when several processes start at once.

    Raises:
        OSError: the folder cannot be written.
    """
    if (folder / "config.json").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The libraries that write its files have errors of their own for it.
    if shutil.disk_usage(folder.parent).free < BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    aside = Path(tempfile.mkdtemp(prefix="tiny.", dir=folder.parent))
    try:
        _write(aside)
        aside.chmod(0o755)
        aside.rename(folder)
    except OSError:
        # Another process was first: what it wrote is byte for byte the same.
        if not (folder / "config.json").is_file():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _write(folder: Path) -> None:
    vocabulary = _learn_vocabulary()
    tokenizer = _tokenizer(vocabulary)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL_TOKENS, strict=True))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "BertTokenizer",
            "do_lower_case": False,
            "strip_accents": False,
            "model_max_length": CONFIG["max_position_embeddings"],
            **{f"{role}_token": token for role, token in special.items()},
        },
    )
    _write_weights(folder / "model.safetensors", len(vocabulary))
    _write_json(folder / "config.json", {**CONFIG, "vocab_size": len(vocabulary)})


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _learn_vocabulary() -> dict[str, int]:
    """WordPiece entries: special tokens, every common syllable, learned pieces, spare slots."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    with (places.SAMPLES / "topic" / "train.jsonl").open(encoding="utf-8") as file:
        titles = [json.loads(line)["title"] for line in file]
    # WordPieceTrainer breaks ties by the order of a hash table and so learns another vocabulary each
    # time. BpeTrainer does not; a mark before each word tells first pieces from continuing ones.
    mark = "\u2581"
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Metaspace(mark, prepend_scheme="always")]
    )
    learner.train_from_iterator(
        titles, trainers.BpeTrainer(vocab_size=LEARNED_PIECES, special_tokens=[], show_progress=False)
    )
    learned = [piece for piece, _ in sorted(learner.get_vocab().items(), key=lambda item: item[1])]
    learned = [piece[1:] if piece.startswith(mark) else f"##{piece}" for piece in learned if piece != mark]
    # Titles alone know some 900 syllables; the 2,350 of KS X 1001 keep other text from being [UNK].
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4) if _in_ks_x_1001(chr(code))]
    printable = [chr(code) for code in range(0x21, 0x7F)]
    letters = [*printable, *syllables]
    pieces = [
        *SPECIAL_TOKENS,
        *(f"[unused{slot}]" for slot in range(SPARE_SLOTS)),
        *letters,
        *(f"##{letter}" for letter in letters),
        *learned,
    ]
    return {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}


def _in_ks_x_1001(syllable: str) -> bool:
    try:
        return len(syllable.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _tokenizer(vocabulary: dict[str, int]):
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL_TOKENS])
    return tokenizer


def _write_weights(path: Path, rows: int) -> None:
    """BERT's parameters under their usual names: normal(0, 0.02) matrices, zero biases, unit norms."""
    import numpy as np
    from safetensors.numpy import save_file

    draw = np.random.Generator(np.random.PCG64(20261122))
    tensors: dict[str, np.ndarray] = {}
    for name, shape in _shapes(rows).items():
        if name.endswith("LayerNorm.weight"):
            tensors[name] = np.ones(shape, np.float32)
        elif name.endswith("bias"):
            tensors[name] = np.zeros(shape, np.float32)
        else:
            tensors[name] = draw.normal(0.0, CONFIG["initializer_range"], shape).astype(np.float32)
    tensors["embeddings.word_embeddings.weight"][CONFIG["pad_token_id"]] = 0.0
    save_file(tensors, path, metadata={"format": "pt"})


def _shapes(rows: int) -> dict[str, tuple[int, ...]]:
    width, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (rows, width),
        "embeddings.position_embeddings.weight": (CONFIG["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (CONFIG["type_vocab_size"], width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    for layer in range(CONFIG["num_hidden_layers"]):
        linear = {
            "attention.self.query": (width, width),
            "attention.self.key": (width, width),
            "attention.self.value": (width, width),
            "attention.output.dense": (width, width),
            "intermediate.dense": (inner, width),
            "output.dense": (width, inner),
        }
        for name, shape in linear.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = (width,)
            shapes[f"encoder.layer.{layer}.{name}.bias"] = (width,)
    return shapes
