"""MODEL014: an encoder's weights under a decoder's config."""

from pathlib import Path

import pytest

from checkpoints import as_gpt2, as_roberta, edit_json, local, tiny_copy
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL014"


def example(tmp_path: Path) -> list[str]:
    """A BERT that was once the decoder of a pair."""
    return local(decoder(tiny_copy(tmp_path / "checkpoint")))


def decoder(folder: Path, **more: object) -> Path:
    """Make a decoder of a checkpoint."""
    edit_json(folder / "config.json", lambda content: content.update(is_decoder=True, **more))
    return folder


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert found.fixes == [["+model.config.is_decoder=false"]]
    assert_fixes_clear(overrides, CODE)
    assert codes([*overrides, *found.fixes[0]]) == [], "the fix is no fault of its own"


def test_attention_to_another_model_is_taken_back_too(tmp_path: Path) -> None:
    overrides = local(decoder(tiny_copy(tmp_path / "checkpoint"), add_cross_attention=True))
    (fix,) = finding(overrides, CODE).fixes
    assert fix == ["+model.config.is_decoder=false", "+model.config.add_cross_attention=false"]
    assert codes([*overrides, *fix]) == []


def test_every_family_that_reads_the_key(tmp_path: Path) -> None:
    roberta = decoder(as_roberta(tiny_copy(tmp_path / "roberta")))
    assert CODE in codes(local(roberta))
    for model_type, fires in (("xlm-roberta", True), ("electra", True), ("albert", False)):
        edit_json(roberta / "config.json", lambda content, name=model_type: content.update(model_type=name))
        assert (CODE in codes(local(roberta))) == fires


def test_a_model_that_is_causal_by_nature_is_another_matter(tmp_path: Path) -> None:
    assert codes(local(decoder(as_gpt2(tiny_copy(tmp_path / "gpt2"))))) == []


def test_false_is_what_an_encoder_says(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "config.json", lambda content: content.update(is_decoder=False))
    assert codes(local(folder)) == []
    assert codes([*local(folder), "+model.config.is_decoder=false"]) == []


def test_a_decoder_from_scratch_is_typed(tmp_path: Path) -> None:
    overrides = ["model.init=scratch", "+model.config.is_decoder=true"]
    found = finding(overrides, CODE)
    assert [item.key for item in found.keys] == ["model.config.is_decoder"]
    assert_fixes_clear(overrides, CODE)
    assert_fixes_clear([*example(tmp_path), *overrides], CODE)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "xlm-roberta", "albert", "distilbert"])
def test_the_key_does_what_is_said(tmp_path: Path, family: str) -> None:
    import torch

    from families import write_family
    from haechi.checkpoint.architectures import DECODERS
    from haechi.modeling.encoder import Encoder, load_backbone
    from haechi.schema.model import Init

    folder = decoder(write_family(tmp_path / "checkpoint", family))
    one, other = torch.tensor([[5, 6, 7]]), torch.tensor([[5, 6, 8]])
    for overrides, sees in (({}, family not in DECODERS), ({"is_decoder": False}, True)):
        backbone = load_backbone(folder, overrides, Init.pretrained, with_pooler=False).eval()
        with torch.inference_mode():
            first = [Encoder(backbone)(ids, ids * 0 + 1).layers_BTD[-1][0, 0] for ids in (one, other)]
        assert torch.equal(*first) != sees
