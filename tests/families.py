"""Small checkpoints of every family with random weights and tokenizers of their kind, on disk."""

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from haechi import places
from haechi.checkpoint.tiny import make_tiny

SIZES: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 64,
    "max_position_embeddings": 128,
}  # fmt: skip
# What each family needs besides: names of its sizes, the kind of its tokenizer, the class that it declares.
FAMILIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "bert": ({}, "wordpiece", "BertTokenizer"),
    "electra": ({"embedding_size": 32}, "wordpiece", "ElectraTokenizer"),
    "distilbert": (
        {"dim": 32, "n_layers": 4, "n_heads": 4, "hidden_dim": 64}, "wordpiece", "DistilBertTokenizer",
    ),
    "roberta": ({"max_position_embeddings": 130, "pad_token_id": 1}, "bytes", "RobertaTokenizer"),
    "xlm-roberta": ({"max_position_embeddings": 130, "pad_token_id": 1}, "unigram", "XLMRobertaTokenizer"),
    "albert": ({"embedding_size": 16, "pad_token_id": 1}, "unigram", "PreTrainedTokenizerFast"),
    "deberta-v2": (
        {"relative_attention": True, "position_biased_input": False, "type_vocab_size": 0, "pad_token_id": 1},
        "unigram", "PreTrainedTokenizerFast",
    ),
    "modernbert": (
        {"pad_token_id": 1, "cls_token_id": 0, "sep_token_id": 2, "bos_token_id": 0, "eos_token_id": 2},
        "bytes", "PreTrainedTokenizerFast",
    ),
}  # fmt: skip


@cache
def headlines() -> list[str]:
    """Texts to learn vocabularies from."""
    lines = Path(places.sample_file("topic/train.jsonl")).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"] for line in lines]


def write_tokenizer(kind: str, folder: Path, declared: str) -> Path:
    """A tokenizer of a kind (wordpiece, bytes, unigram) with the files that declare its class."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "wordpiece":
        source = make_tiny(folder.parent / f".{folder.name}.source")
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(source / name, folder / name)
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        settings["tokenizer_class"] = declared
    else:
        _learn(kind).save(str(folder / "tokenizer.json"))
        settings = {"tokenizer_class": declared, "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>"}
        settings |= {"sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _learn(kind: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if kind == "unigram":
        backend = Tokenizer(models.Unigram())
        backend.normalizer = normalizers.NFKC()
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        backend.decoder = decoders.Metaspace()
        trainer: Any = trainers.UnigramTrainer(vocab_size=2000, special_tokens=special, unk_token="<unk>")
    else:
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=3000, special_tokens=special, initial_alphabet=alphabet)
    backend.train_from_iterator(headlines(), trainer)
    pair = "<s> $A </s> </s> $B </s>"
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair=pair, special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return backend


def write_family(
    folder: Path, family: str, *, tokenizer: Path | None = None, seed: int = 0, **changes: Any
) -> Path:
    """A checkpoint of a family, as `save_pretrained` writes it.

    Args:
        folder: where to.
        family: its model type.
        tokenizer: folder whose tokenizer files are taken; None makes one of the family's kind.
        seed: of the weights.
        changes: of its config; `vocab_size` is the tokenizer's length unless it is among them.
    """
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoConfig, AutoModel

    own, kind, declared = FAMILIES[family]
    if tokenizer is None:
        write_tokenizer(kind, folder, declared)
    else:
        shutil.copytree(tokenizer, folder)
    backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
    sizes = {} if family == "distilbert" else dict(SIZES)
    if family == "distilbert":
        sizes = {"max_position_embeddings": SIZES["max_position_embeddings"]}
    length = backend.get_vocab_size(with_added_tokens=True)
    config = AutoConfig.for_model(family, **{**sizes, **own, "vocab_size": length, **changes})
    torch.manual_seed(seed)
    model = AutoModel.from_config(config)
    model.save_pretrained(folder)
    return folder
