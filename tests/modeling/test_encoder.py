"""Loading: in float32, nothing silently new, the architecture's own vectors."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModel

from checkpoints import as_roberta, edit_json, edit_weights, tiny_copy, with_pooler
from families import write_family
from haechi.modeling.encoder import Encoder, NewTensors, load_backbone
from haechi.schema.model import Init


def test_a_half_precision_checkpoint_is_loaded_in_float32(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "half")
    edit_weights(folder, lambda tensors: {name: value.astype(np.float16) for name, value in tensors.items()})
    edit_json(folder / "config.json", lambda content: content.update(dtype="float16"))
    model = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_a_tensor_that_the_checkpoint_lacks_stops_the_run(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "holed")
    edit_weights(
        folder, lambda tensors: {k: v for k, v in tensors.items() if "layer.1.output.dense" not in k}
    )
    with pytest.raises(NewTensors, match=r"2 tensors.*layer\.1\.output\.dense"):
        load_backbone(folder, {}, Init.pretrained, with_pooler=False)


def test_a_pooler_that_the_checkpoint_lacks_is_never_drawn(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "poolerless")
    with pytest.raises(NewTensors, match="pooler"):
        load_backbone(folder, {}, Init.pretrained, with_pooler=True)
    assert load_backbone(folder, {}, Init.pretrained, with_pooler=False).pooler is None


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_vectors_are_those_of_auto_model(tmp_path: Path, family: str) -> None:
    folder = with_pooler(tiny_copy(tmp_path / family))
    if family == "roberta":
        as_roberta(folder)
    ids, mask = torch.tensor([[2, 50, 60, 3]]), torch.ones(1, 4, dtype=torch.int64)
    stock = AutoModel.from_pretrained(folder).eval()(
        input_ids=ids, attention_mask=mask, output_hidden_states=True
    )
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=True).eval()
    last = Encoder(backbone)(ids, mask)
    assert torch.equal(last.layers_BTD[-1], stock.last_hidden_state)
    assert torch.equal(last.pooler_BD, stock.pooler_output)
    first = Encoder(backbone, layer=1)(ids, mask)
    assert torch.equal(first.layers_BTD[-1], stock.hidden_states[1])


def test_overrides_reach_the_model(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "dropout")
    model = load_backbone(folder, {"hidden_dropout_prob": 0.37}, Init.pretrained, with_pooler=False)
    assert model.embeddings.dropout.p == 0.37


def test_an_xlnets_heads_keep_fitting_its_width(tmp_path: Path) -> None:
    folder = write_family(tmp_path / "xlnet", "xlnet")
    model = load_backbone(folder, {"n_head": 8}, Init.scratch, with_pooler=False)
    assert model.layer[0].rel_attn.q.shape == (32, 8, 4)
    model.save_pretrained(tmp_path / "saved")
    assert AutoConfig.from_pretrained(tmp_path / "saved").d_head == 4


@pytest.mark.parametrize(("family", "decodes"), [("gpt2", False), ("xlnet", False), ("bert", True)])
def test_nothing_is_kept_for_a_next_token(tmp_path: Path, family: str, decodes: bool) -> None:
    folder = write_family(tmp_path / family, family)
    overrides = {"is_decoder": True} if decodes else {}
    backbone = load_backbone(folder, overrides, Init.scratch, with_pooler=False).eval()
    ids = torch.tensor([[5, 6, 7]])
    kept = {"past_key_values", "mems"}
    assert kept & set(backbone(ids)), "the model would, left to itself"
    seen: list[set[str]] = []
    backbone.register_forward_hook(lambda _, inputs, output: seen.append(set(output)))
    Encoder(backbone)(ids, ids * 0 + 1)
    assert not kept & seen[0]


def test_segment_ids_do_not_reach_a_gpt2(tmp_path: Path) -> None:
    encoder = Encoder(
        load_backbone(write_family(tmp_path / "gpt2", "gpt2"), {}, Init.pretrained, with_pooler=False)
    )
    ids, mask = torch.tensor([[5, 6, 7]]), torch.ones(1, 3, dtype=torch.int64)
    with_segments = encoder.eval()(ids, mask, torch.tensor([[0, 1, 1]]))
    assert torch.equal(with_segments.layers_BTD[-1], encoder(ids, mask).layers_BTD[-1])


def test_scratch_draws_the_changed_architecture(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "scratch")
    model = load_backbone(folder, {"num_hidden_layers": 1}, Init.scratch, with_pooler=False)
    assert len(model.encoder.layer) == 1
