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
# Families that have names of their own for all of these.
OWN_SIZES = {"distilbert", "xlnet", "gpt2"}
# What each family needs besides: names of its sizes, the kind of its tokenizer, the class that it declares.
FAMILIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "bert": ({}, "wordpiece", "BertTokenizer"),
    "electra": ({"embedding_size": 32}, "wordpiece", "ElectraTokenizer"),
    "distilbert": (
        {"dim": 32, "n_layers": 4, "n_heads": 4, "hidden_dim": 64, "max_position_embeddings": 128},
        "wordpiece", "DistilBertTokenizer",
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
    "xlnet": ({"d_model": 32, "n_layer": 4, "n_head": 4, "d_inner": 64}, "cls last", "XLNetTokenizer"),
    "gpt2": (
        {"n_embd": 32, "n_layer": 4, "n_head": 4, "n_inner": 64, "n_positions": 128, "bos_token_id": 0,
         "eos_token_id": 0},
        "bare bytes", "GPT2Tokenizer",
    ),
}  # fmt: skip
# Special tokens of the kinds of tokenizers that are not WordPiece, in the order of their ids.
SPECIAL = {
    "bytes": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    "unigram": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    "cls last": ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"],
    "bare bytes": ["<|endoftext|>"],
}


@cache
def headlines() -> list[str]:
    """Texts to learn vocabularies from."""
    lines = Path(places.sample_file("topic/train.jsonl")).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"] for line in lines]


def write_tokenizer(kind: str, folder: Path, declared: str) -> Path:
    """A tokenizer of a kind with the files that declare its class.

    Kinds: wordpiece; bytes and unigram in RoBERTa's template; `cls last`, a unigram in XLNet's template;
    `bare bytes` without a template and without a padding token. The last two leave it to their class to
    name their special tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "wordpiece":
        source = make_tiny(folder.parent / f".{folder.name}.source")
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(source / name, folder / name)
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        settings["tokenizer_class"] = declared
    else:
        _learn(kind).save(str(folder / "tokenizer.json"))
        settings = {"tokenizer_class": declared}
    if kind in {"bytes", "unigram"}:
        settings |= {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"}
        settings |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _learn(kind: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    special = SPECIAL[kind]
    if kind in {"unigram", "cls last"}:
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
    if kind == "bare bytes":
        backend.post_processor = processors.ByteLevel(trim_offsets=True)
        return backend
    single, pair = "<s> $A </s>", "<s> $A </s> </s> $B </s>"
    if kind == "cls last":
        single, pair = "$A:0 <sep>:0 <cls>:2", "$A:0 <sep>:0 $B:1 <sep>:1 <cls>:2"
    backend.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(token, special.index(token)) for token in special]
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
    sizes = {} if family in OWN_SIZES else SIZES
    length = backend.get_vocab_size(with_added_tokens=True)
    config = AutoConfig.for_model(family, **{**sizes, **own, "vocab_size": length, **changes})
    torch.manual_seed(seed)
    model = AutoModel.from_config(config)
    model.save_pretrained(folder)
    return folder
