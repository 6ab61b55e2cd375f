"""What an opened folder says: by the weights where they are there, else by config.json."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from haechi.checkpoint.files import Checkpoint, open_checkpoint

BERT = {
    "bert.embeddings.word_embeddings.weight": (100, 4),
    "bert.embeddings.position_embeddings.weight": (512, 4),
    "bert.embeddings.token_type_embeddings.weight": (2, 4),
    "bert.encoder.layer.0.output.dense.weight": (4, 4),
    "bert.encoder.layer.11.output.dense.weight": (4, 4),
    "bert.pooler.dense.weight": (4, 4),
    "cls.predictions.bias": (100,),
}
ROBERTA = {
    "roberta.embeddings.word_embeddings.weight": (100, 4),
    "roberta.embeddings.position_embeddings.weight": (514, 4),
    "roberta.embeddings.token_type_embeddings.weight": (1, 4),
    "roberta.encoder.layer.5.output.dense.weight": (4, 4),
    "lm_head.dense.weight": (4, 4),
}
ELECTRA = {
    "electra.embeddings.word_embeddings.weight": (100, 4),
    "electra.embeddings.position_embeddings.weight": (512, 4),
    "electra.embeddings.token_type_embeddings.weight": (2, 4),
    "electra.embeddings_project.weight": (8, 4),
    "electra.encoder.layer.2.output.dense.weight": (8, 8),
    "discriminator_predictions.dense.weight": (8, 8),
}
MODERNBERT = {
    "model.embeddings.tok_embeddings.weight": (100, 4),
    "model.layers.21.mlp.Wi.weight": (4, 4),
    "model.final_norm.weight": (4,),
}


def write(folder: Path, config: Any = None, tensors: dict[str, tuple[int, ...]] | None = None) -> Checkpoint:
    """Write a folder with a config.json and empty tensors of some shapes, and open it."""
    folder.mkdir(exist_ok=True)
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        (folder / "config.json").write_text(text, encoding="utf-8")
    if tensors is not None:
        save(folder / "model.safetensors", tensors)
    return open_checkpoint(folder)


def save(path: Path, tensors: dict[str, tuple[int, ...]]) -> None:
    save_file({name: np.zeros(shape, np.float16) for name, shape in tensors.items()}, path)


def faults(checkpoint: Checkpoint) -> list[str]:
    return [f"{fault.path.name}: {fault.why}" for fault in checkpoint.broken]


def test_a_bert_with_a_prefix(tmp_path: Path) -> None:
    checkpoint = write(tmp_path / "bert", {"model_type": "bert", "vocab_size": 1, "pad_token_id": 0}, BERT)
    assert checkpoint.model_type == "bert"
    assert (checkpoint.has_config, checkpoint.has_weights, checkpoint.has_pickle) == (True, True, False)
    assert (checkpoint.embedding_rows, checkpoint.position_rows, checkpoint.usable_positions) == (
        100,
        512,
        512,
    )
    assert (checkpoint.type_vocab_size, checkpoint.num_layers, checkpoint.has_pooler) == (2, 12, True)
    assert checkpoint.broken == ()


def test_the_base_model_alone_has_no_prefix(tmp_path: Path) -> None:
    tensors = {name.removeprefix("bert."): shape for name, shape in BERT.items()}
    checkpoint = write(tmp_path / "bert", {"model_type": "bert"}, tensors)
    assert (checkpoint.embedding_rows, checkpoint.num_layers, checkpoint.has_pooler) == (100, 12, True)


@pytest.mark.parametrize("pad", [{"pad_token_id": 1}, {"pad_token_id": None}, {}])
def test_roberta_keeps_two_of_514_positions_for_itself(tmp_path: Path, pad: dict[str, Any]) -> None:
    checkpoint = write(tmp_path / "roberta", {"model_type": "roberta", **pad}, ROBERTA)
    assert (checkpoint.position_rows, checkpoint.usable_positions) == (514, 512)
    assert (checkpoint.type_vocab_size, checkpoint.num_layers, checkpoint.has_pooler) == (1, 6, False)


def test_positions_come_from_the_config_while_the_weights_are_not_here(tmp_path: Path) -> None:
    config = {"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1, "vocab_size": 100}
    checkpoint = write(tmp_path / "roberta", {**config, "type_vocab_size": 1})
    assert (checkpoint.usable_positions, checkpoint.embedding_rows, checkpoint.type_vocab_size) == (
        512,
        100,
        1,
    )
    assert (checkpoint.num_layers, checkpoint.has_weights) == (None, False)


def test_a_pooler_is_unknown_until_the_weights_are_here(tmp_path: Path) -> None:
    assert write(tmp_path / "bert", {"model_type": "bert"}).has_pooler is None
    assert write(tmp_path / "electra", {"model_type": "electra"}).has_pooler is False
    without = {name: shape for name, shape in BERT.items() if "pooler" not in name}
    assert write(tmp_path / "masked", {"model_type": "bert"}, without).has_pooler is False
    albert = write(tmp_path / "albert", {"model_type": "albert"}, {"albert.pooler.weight": (4, 4)})
    assert albert.has_pooler is True


def test_an_electra_has_no_pooler_whatever_its_head_is_called(tmp_path: Path) -> None:
    checkpoint = write(tmp_path / "electra", {"model_type": "electra"}, ELECTRA)
    assert (checkpoint.usable_positions, checkpoint.type_vocab_size, checkpoint.num_layers) == (512, 2, 3)
    assert (checkpoint.embedding_rows, checkpoint.has_pooler) == (100, False)


def test_a_modernbert_has_neither_segments_nor_a_position_table(tmp_path: Path) -> None:
    config = {"model_type": "modernbert", "max_position_embeddings": 8192, "type_vocab_size": 2}
    checkpoint = write(tmp_path / "modernbert", config, MODERNBERT)
    assert (checkpoint.embedding_rows, checkpoint.usable_positions, checkpoint.num_layers) == (100, 8192, 22)
    assert (checkpoint.type_vocab_size, checkpoint.has_pooler) == (0, False)


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_an_xlnet_has_neither_positions_nor_a_table_of_segments(tmp_path: Path, prefix: str) -> None:
    tensors = {
        "word_embedding.weight": (100, 4), "mask_emb": (1, 1, 4), "layer.0.rel_attn.q": (4, 2, 2),
        "layer.11.rel_attn.seg_embed": (2, 2, 2), "layer.11.ff.layer_1.weight": (8, 4),
    }  # fmt: skip
    config = {"model_type": "xlnet", "d_model": 4, "n_layer": 12, "n_head": 2, "vocab_size": 100}
    checkpoint = write(tmp_path / "xlnet", config, {f"{prefix}{k}": v for k, v in tensors.items()})
    assert (checkpoint.embedding_rows, checkpoint.num_layers, checkpoint.declared_layers) == (100, 12, 12)
    assert (checkpoint.position_rows, checkpoint.usable_positions) == (None, None)
    assert (checkpoint.has_position_table, checkpoint.has_pooler, checkpoint.is_causal) == (False,) * 3
    assert (checkpoint.type_vocab_size, checkpoint.has_segments) == (None, True)
    unfetched = write(tmp_path / "config", config)
    assert (unfetched.embedding_rows, unfetched.usable_positions, unfetched.num_layers) == (100, None, None)
    assert (unfetched.has_segments, unfetched.declared("hidden_size")) == (True, 4)


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_a_gpt2_has_positions_and_no_segments(tmp_path: Path, prefix: str) -> None:
    tensors = {
        "wte.weight": (100, 4), "wpe.weight": (64, 4), "h.0.attn.c_attn.weight": (4, 12),
        "h.11.mlp.c_fc.weight": (4, 16), "ln_f.weight": (4,),
    }  # fmt: skip
    config = {"model_type": "gpt2", "n_embd": 4, "n_layer": 12, "n_positions": 1024, "type_vocab_size": 2}
    checkpoint = write(tmp_path / "gpt2", config, {f"{prefix}{k}": v for k, v in tensors.items()})
    assert (checkpoint.embedding_rows, checkpoint.num_layers, checkpoint.declared_layers) == (100, 12, 12)
    assert (checkpoint.position_rows, checkpoint.usable_positions) == (64, 64)
    assert (checkpoint.has_position_table, checkpoint.is_causal, checkpoint.has_pooler) == (True, True, False)
    assert (checkpoint.type_vocab_size, checkpoint.has_segments) == (0, False)
    unfetched = write(tmp_path / "config", config)
    assert (unfetched.usable_positions, unfetched.declared("hidden_size")) == (1024, 4)


def test_a_size_has_one_of_several_names(tmp_path: Path) -> None:
    checkpoint = write(tmp_path / "distilbert", {"model_type": "distilbert", "dim": 8, "n_layers": 3})
    assert (checkpoint.key_of("hidden_size"), checkpoint.key_of("num_attention_heads")) == (
        "dim",
        "num_attention_heads",
    )
    assert (checkpoint.declared_layers, checkpoint.declared("num_attention_heads")) == (3, None)


@pytest.mark.parametrize(
    ("model_type", "config", "is_causal"),
    [("bert", {"is_decoder": True}, True), ("electra", {"is_decoder": True}, True),
     ("roberta", {"is_decoder": False}, False), ("bert", {}, False), ("albert", {"is_decoder": True}, False),
     ("gpt2", {"is_decoder": False}, True)],
)  # fmt: skip
def test_who_sees_only_what_stands_before(
    tmp_path: Path, model_type: str, config: dict[str, bool], is_causal: bool
) -> None:
    assert write(tmp_path / "any", {"model_type": model_type, **config}).is_causal is is_causal


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"model_type": "bert",', "config.json: no JSON: line 1, column 23"),
        ("", "config.json: no JSON: line 1, column 1"),
        ("[1]", "config.json: no JSON object"),
    ],
)
def test_a_broken_config_is_kept_and_not_raised(tmp_path: Path, text: str, fault: str) -> None:
    checkpoint = write(tmp_path / "bert", text, BERT)
    assert faults(checkpoint) == [fault]
    assert checkpoint.has_config
    assert checkpoint.config == {}
    assert (checkpoint.model_type, checkpoint.embedding_rows, checkpoint.has_pooler) == (None, 100, True)


def test_a_config_that_is_no_utf8_is_kept_and_not_raised(tmp_path: Path) -> None:
    write(tmp_path / "bert")
    (tmp_path / "bert" / "config.json").write_bytes('{"_name": "한국어"}'.encode("euc-kr"))
    assert faults(open_checkpoint(tmp_path / "bert")) == ["config.json: no UTF-8 text"]


def test_a_byte_order_mark_before_the_config_is_no_fault(tmp_path: Path) -> None:
    assert write(tmp_path / "bert", '\ufeff{"model_type": "bert"}').model_type == "bert"


def test_an_empty_folder_has_nothing_and_no_fault(tmp_path: Path) -> None:
    checkpoint = write(tmp_path / "empty")
    assert (checkpoint.has_config, checkpoint.has_weights, checkpoint.has_pickle) == (False, False, False)
    assert (checkpoint.embedding_rows, checkpoint.usable_positions, checkpoint.num_layers) == (
        None,
        None,
        None,
    )
    assert not checkpoint.has_vocabulary
    assert checkpoint.broken == ()


def test_broken_weights_are_kept_and_not_raised(tmp_path: Path) -> None:
    write(tmp_path / "bert", {"model_type": "bert"})
    (tmp_path / "bert" / "model.safetensors").write_bytes(b"")
    checkpoint = open_checkpoint(tmp_path / "bert")
    assert faults(checkpoint) == ["model.safetensors: no safetensors file (0 bytes)"]
    assert (checkpoint.has_weights, checkpoint.has_pooler) == (True, None)


def test_a_pickle_is_no_weights(tmp_path: Path) -> None:
    write(tmp_path / "bert", {"model_type": "bert"})
    (tmp_path / "bert" / "pytorch_model.bin").write_bytes(b"PK")
    checkpoint = open_checkpoint(tmp_path / "bert")
    assert (checkpoint.has_pickle, checkpoint.has_weights) == (True, False)


@pytest.mark.parametrize("name", ["tokenizer.json", "vocab.txt", "vocab.json", "spiece.model"])
def test_any_vocabulary_counts_as_one(tmp_path: Path, name: str) -> None:
    write(tmp_path / "bert")
    (tmp_path / "bert" / name).touch()
    assert open_checkpoint(tmp_path / "bert").has_vocabulary


FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def shards(folder: Path, *present: str) -> Checkpoint:
    """A BERT in two shards and its index, of which only some are there."""
    write(folder, {"model_type": "bert"})
    parts = {FIRST: dict(list(BERT.items())[:3]), SECOND: dict(list(BERT.items())[3:])}
    weight_map = {name: shard for shard, tensors in parts.items() for name in tensors}
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": weight_map})
    )
    for name in present:
        save(folder / name, parts[name])
    return open_checkpoint(folder)


def test_shards_are_read_as_one(tmp_path: Path) -> None:
    checkpoint = shards(tmp_path / "sharded", FIRST, SECOND)
    assert set(checkpoint.tensors) == set(BERT)
    assert (checkpoint.embedding_rows, checkpoint.num_layers, checkpoint.has_pooler) == (100, 12, True)
    assert (checkpoint.has_weights, checkpoint.broken) == (True, ())


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    checkpoint = shards(tmp_path / "sharded", FIRST)
    assert faults(checkpoint) == [f"{SECOND}: missing, though the index names it"]
    assert checkpoint.has_pooler is None, "half of a header says nothing of what is stored"


@pytest.mark.parametrize(
    "index", ["{}", "[]", '{"weight_map": 3}', '{"weight_map": {"x": 1}}', '{"weight_map": {"x": []}}']
)
def test_an_index_that_names_no_files_is_a_fault(tmp_path: Path, index: str) -> None:
    shards(tmp_path / "sharded", FIRST, SECOND)
    (tmp_path / "sharded" / "model.safetensors.index.json").write_text(index)
    (fault,) = faults(open_checkpoint(tmp_path / "sharded"))
    assert fault.startswith("model.safetensors.index.json: no ")


def test_one_whole_file_wins_over_an_index(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    shards(folder)
    save(folder / "model.safetensors", BERT)
    assert open_checkpoint(folder).broken == ()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """Opening is remembered by size and time of change, so a corrected file counts at once."""
    folder = tmp_path / "bert"
    assert faults(write(folder, "{broken"))
    checkpoint = write(folder, {"model_type": "bert"})
    assert checkpoint.broken == ()
    os.utime(folder / "config.json", (1, 1))
    assert open_checkpoint(folder) is not checkpoint
    assert open_checkpoint(folder) is open_checkpoint(folder)
