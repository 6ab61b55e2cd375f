"""Small checkpoints on disk, whole or with one fault, made without torch."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from haechi.checkpoint.tiny import make_tiny


def tiny_copy(folder: Path) -> Path:
    """A checkpoint of its own, the same as `model=tiny`."""
    source = make_tiny(folder.parent / f".{folder.name}.source")
    shutil.copytree(source, folder)
    return folder


def edit_json(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a JSON file in place."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def edit_weights(
    folder: Path, change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray] | None]
) -> None:
    """Change the tensors of a checkpoint; what `change` returns, if anything, replaces them all."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    save_file(change(tensors) or tensors, path, metadata={"format": "pt"})


def with_pooler(folder: Path) -> Path:
    """Give a checkpoint a pooler."""

    def change(tensors: dict[str, np.ndarray]) -> None:
        width = tensors["embeddings.LayerNorm.weight"].shape[0]
        tensors["pooler.dense.weight"] = np.eye(width, dtype=np.float32)
        tensors["pooler.dense.bias"] = np.zeros(width, np.float32)

    edit_weights(folder, change)
    return folder


def as_roberta(folder: Path) -> Path:
    """Turn a copy of tiny into a RoBERTa with a WordPiece vocabulary, as klue/roberta-* are.

    One row of segment embeddings, positions numbered from the padding id on, the five special tokens
    permuted against BERT's order: [CLS] 0, [PAD] 1, [SEP] 2, [UNK] 3, [MASK] 4.
    """
    order = {"[CLS]": 0, "[PAD]": 1, "[SEP]": 2, "[UNK]": 3, "[MASK]": 4}

    def permute(content: dict[str, Any]) -> None:
        content["model"]["vocab"] |= order
        for token in content["added_tokens"]:
            token["id"] = order[token["content"]]
        for token in content["post_processor"]["special_tokens"].values():
            token["ids"] = [order[token["id"]]]
        for piece in content["post_processor"]["pair"]:
            next(iter(piece.values()))["type_id"] = 0

    edit_json(folder / "tokenizer.json", permute)

    def roberta(content: dict[str, Any]) -> None:
        content |= {"model_type": "roberta", "architectures": ["RobertaModel"], "type_vocab_size": 1}
        content |= {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
        content["max_position_embeddings"] += 2
        content["tokenizer_class"] = "BertTokenizer"

    edit_json(folder / "config.json", roberta)

    def change(tensors: dict[str, np.ndarray]) -> None:
        positions = tensors["embeddings.position_embeddings.weight"]
        tensors["embeddings.position_embeddings.weight"] = np.vstack([positions, positions[:2]])
        types = "embeddings.token_type_embeddings.weight"
        tensors[types] = tensors[types][:1].copy()

    edit_weights(folder, change)
    return folder


def as_gpt2(folder: Path) -> Path:
    """Turn a copy of tiny into a GPT-2 as far as its header and its config.json tell.

    The tokenizer stays as it was, with its template and its padding token.
    """
    sizes = {"n_embd": 128, "n_layer": 2, "n_head": 2, "n_positions": 128}
    _as_family(folder, "gpt2", {**sizes, "pad_token_id": None})

    def change(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        words = tensors["embeddings.word_embeddings.weight"]
        positions = tensors["embeddings.position_embeddings.weight"]
        layers = {f"h.{layer}.attn.c_attn.weight": np.zeros((128, 384), np.float32) for layer in range(2)}
        return {"wte.weight": words, "wpe.weight": positions, **layers}

    edit_weights(folder, change)
    return folder


def as_xlnet(folder: Path) -> Path:
    """Turn a copy of tiny into an XLNet as far as its files tell: [SEP] and [CLS] end a text."""
    _as_family(folder, "xlnet", {"d_model": 128, "n_layer": 2, "n_head": 2, "d_inner": 512})

    def change(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        layers = {f"layer.{layer}.rel_attn.q": np.zeros((128, 2, 64), np.float32) for layer in range(2)}
        return {"word_embedding.weight": tensors["embeddings.word_embeddings.weight"], **layers}

    edit_weights(folder, change)

    def end_with_cls(content: dict[str, Any]) -> None:
        for template in (content["post_processor"]["single"], content["post_processor"]["pair"]):
            first = template.pop(0)
            first["SpecialToken"]["type_id"] = 2
            template.append(first)

    edit_json(folder / "tokenizer.json", end_with_cls)
    return folder


def _as_family(folder: Path, family: str, sizes: dict[str, Any]) -> None:
    def change(content: dict[str, Any]) -> None:
        vocabulary = content["vocab_size"]
        content.clear()
        content |= {"model_type": family, "vocab_size": vocabulary, "pad_token_id": 0, **sizes}

    edit_json(folder / "config.json", change)


def vocab_txt_only(folder: Path) -> Path:
    """Leave vocab.txt as the only tokenizer file: nothing declares lower-casing or a template."""
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = sorted(content["model"]["vocab"].items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary), encoding="utf-8")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    return folder


def local(folder: Path) -> list[str]:
    """Overrides that take the model from a folder."""
    return ["model=local", f"model.checkpoint={folder}"]


def tokenizer_of(folder: Path, destination: Path) -> Path:
    """A folder with the tokenizer's files only, as `tokenizer.source` may name one."""
    destination.mkdir()
    for path in folder.iterdir():
        if path.name not in {"config.json", "model.safetensors"}:
            shutil.copy(path, destination / path.name)
    return destination


def with_positions(folder: Path, rows: int) -> Path:
    """Give a checkpoint another number of position rows."""

    def change(tensors: dict[str, np.ndarray]) -> None:
        name = "embeddings.position_embeddings.weight"
        tensors[name] = np.zeros((rows, tensors[name].shape[1]), np.float32)

    edit_weights(folder, change)
    edit_json(folder / "config.json", lambda content: content.update(max_position_embeddings=rows))
    return folder


def with_prefix(folder: Path, prefix: str) -> Path:
    """Put a prefix before every tensor's name, as task models store their base model."""
    edit_weights(folder, lambda tensors: {f"{prefix}{name}": array for name, array in tensors.items()})
    return folder


def in_shards(folder: Path) -> list[Path]:
    """Split the weights into two shards with an index; returns the shards."""
    whole = folder / "model.safetensors"
    tensors = sorted(load_file(whole).items())
    halves = [dict(tensors[::2]), dict(tensors[1::2])]
    shards = [folder / f"model-{number}-of-2.safetensors" for number in (1, 2)]
    for shard, half in zip(shards, halves, strict=True):
        save_file(half, shard, metadata={"format": "pt"})
    weight_map = {name: shard.name for shard, half in zip(shards, halves, strict=True) for name in half}
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    whole.unlink()
    return shards


def as_lfs_pointer(path: Path) -> Path:
    """Replace a file by what git leaves of it when LFS is not installed."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 4400000\n"
    path.write_text(pointer, encoding="ascii")
    return path


ENGLISH = [
    "The committee published its annual report on Tuesday morning.",
    "Nobody expected the river to rise so quickly after the storm.",
    "She has been reading about the history of the railway.",
    "Prices for coffee and sugar went up again this summer.",
]


def english_bpe(folder: Path) -> Path:
    """Turn a copy of tiny into a RoBERTa with an English byte-level BPE, as roberta-base has."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    as_roberta(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    edit_json(folder / "config.json", lambda content: content.pop("tokenizer_class"))
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(ENGLISH, trainer)
    learner.model.save(str(folder))
    return folder
