"""TOK011: the ids that texts really have against those that config.json declares."""

import json
from pathlib import Path

import pytest

from checkpoints import as_roberta, edit_json, local, tiny_copy, tokenizer_of
from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of

CODE = "TOK011"


def swapped(tmp_path: Path) -> Path:
    """A RoBERTa whose folder holds the tokenizer of a BERT, of the same size."""
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    bert = tiny_copy(tmp_path / "bert")
    (folder / "tokenizer.json").write_bytes((bert / "tokenizer.json").read_bytes())
    return folder


def example(tmp_path: Path) -> list[str]:
    """[PAD] is 0 in the folder's tokenizer and 1 in its config.json."""
    return local(swapped(tmp_path))


def with_ids(folder: Path, **ids: int | None) -> list[str]:
    """A checkpoint whose config.json declares these ids."""
    edit_json(folder / "config.json", lambda content: content.update(ids))
    return local(folder)


def severity(overrides: list[str]) -> str:
    """How bad the finding is; empty where there is none."""
    found = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    return found[0].severity.value if found else ""


def test_the_example_fires(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert "`[PAD]` 0" in found.message
    assert "`pad_token_id` 1, which is `[UNK]`" in found.message
    assert found.fixes == [], "which of the two files is wrong only its owner knows"
    assert str(tmp_path / "roberta" / "config.json") in found.notes[-1]


def test_both_ends_are_named(tmp_path: Path) -> None:
    notes = finding(example(tmp_path), CODE).notes
    assert "texts begin with `[CLS]` 2, and config.json says `bos_token_id` 0" in notes[0]
    assert "texts end with `[SEP]` 3, and config.json says `eos_token_id` 2" in notes[1]


def test_ids_that_agree(tmp_path: Path) -> None:
    assert CODE not in codes(local(as_roberta(tiny_copy(tmp_path / "roberta"))))
    assert codes(local(tiny_copy(tmp_path / "bert"))) == []


@pytest.mark.parametrize(
    ("token", "expected"),
    [("[SEP]", "error"), ("[CLS]", "error"), ("[UNK]", "warning"), ("[MASK]", "note"), ("[unused3]", "note")],
)
def test_under_roberta_it_matters_what_stands_at_the_padding_id(
    tmp_path: Path, token: str, expected: str
) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert severity(with_ids(folder, pad_token_id=vocabulary[token])) == expected


@pytest.mark.parametrize(
    ("token", "expected"), [("[SEP]", "warning"), ("[MASK]", "note"), ("쀍", "note"), ("[unused3]", "note")]
)
def test_under_bert_only_a_row_stays_untrained(tmp_path: Path, token: str, expected: str) -> None:
    folder = tiny_copy(tmp_path / "bert")
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert severity(with_ids(folder, pad_token_id=vocabulary.get(token, len(vocabulary)))) == expected


def test_how_often_the_token_occurs_is_counted(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    rows = tmp_path / "rows.csv"
    task = ["task=files", f"task.files.train={rows}", "preflight.ignore=[TOK006,DATA008,DATA009]"]
    overrides = [*with_ids(folder, pad_token_id=vocabulary["눈"]), *task]
    for snow, share, expected in ((2, "1.0%", "warning"), (4, "2.0%", "error")):
        lines = ["눈 온다"] * snow + ["비 온다"] * (200 - snow)
        text = "".join(f"{line} {index},{'ab'[index % 2]}\n" for index, line in enumerate(lines))
        rows.write_text(f"text,label\n{text}", encoding="utf-8")
        found = finding(overrides, CODE)
        assert f"`눈` is in {share} of the texts" in found.notes[0]
        assert found.severity.value == expected


def test_an_added_token_at_the_padding_id_is_used(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    overrides = with_ids(folder, pad_token_id=vocabulary["[unused0]"])
    assert severity(overrides) == "note"
    assert severity([*overrides, "tokenizer.add_special_tokens=['[E1]']"]) == "error"


def test_ends_alone_are_a_warning(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    found = assert_only(with_ids(folder, bos_token_id=7), CODE)
    assert found.severity.value == "warning"
    assert "texts begin with `[CLS]` 0, and config.json says `bos_token_id` 7" in found.message


def test_a_bos_of_bert_is_not_its_first_token(tmp_path: Path) -> None:
    assert codes(with_ids(tiny_copy(tmp_path / "bert"), bos_token_id=5, eos_token_id=6)) == []


def test_what_counts_is_what_stands_there(tmp_path: Path) -> None:
    """skt/A.X-Encoder-base calls `<cls>` 5 its cls token and begins texts with `<s>` 0."""
    folder = tiny_copy(tmp_path / "encoder")
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    names = {"cls_token": "[unused0]", "sep_token": "[unused1]"}
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(names))
    right = with_ids(folder, cls_token_id=vocabulary["[CLS]"], sep_token_id=vocabulary["[SEP]"])
    assert CODE not in codes(right)
    wrong = with_ids(folder, cls_token_id=vocabulary["[unused0]"], sep_token_id=vocabulary["[unused1]"])
    assert finding(wrong, CODE).severity.value == "warning"


def test_a_crossing_has_rules_of_its_own(tmp_path: Path) -> None:
    roberta = as_roberta(tiny_copy(tmp_path / "roberta"))
    bert = tokenizer_of(tiny_copy(tmp_path / "bert"), tmp_path / "tokenizer")
    overrides = [*local(roberta), "tokenizer=local", f"tokenizer.source={bert}"]
    assert "TOK004" in codes(overrides)
    assert CODE not in codes(overrides)


def test_a_model_without_a_tokenizer_of_its_own_shows_the_wrong_one(tmp_path: Path) -> None:
    roberta = as_roberta(tiny_copy(tmp_path / "roberta"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (roberta / name).unlink()
    bert = tokenizer_of(tiny_copy(tmp_path / "bert"), tmp_path / "tokenizer")
    overrides = [*local(roberta), "tokenizer=local", f"tokenizer.source={bert}"]
    assert "TOK004" not in codes(overrides)
    assert finding(overrides, CODE).severity.value == "error"


def test_from_scratch_config_json_can_be_overridden(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "model.init=scratch"]
    found = finding(overrides, CODE)
    assert found.fixes == [["+model.config.pad_token_id=0"]]
    assert_fixes_clear(overrides, CODE)
    typed = [*local(tmp_path / "bert"), "model.init=scratch", "+model.config.pad_token_id=3"]
    assert finding(typed, CODE).severity.value == "warning"
    assert_fixes_clear(typed, CODE)


def test_it_can_be_ignored(tmp_path: Path) -> None:
    assert CODE not in codes([*example(tmp_path), f"preflight.ignore=[{CODE}]"])


@pytest.mark.slow
@pytest.mark.parametrize(("make", "moves"), [(as_roberta, True), (lambda folder: folder, False)])
def test_transformers_gives_the_token_no_gradient(tmp_path: Path, make, moves: bool) -> None:
    import torch
    from transformers import AutoModel

    folder = make(tiny_copy(tmp_path / "checkpoint"))
    with_ids(folder, pad_token_id=3)
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    ids = torch.tensor([[2, 100, 3, 101]])
    output = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    (output * torch.randn(output.shape, generator=torch.Generator().manual_seed(0))).sum().backward()
    gradient = model.get_input_embeddings().weight.grad
    assert float(gradient[3].abs().sum()) == 0
    assert float(gradient[100].abs().sum()) > 0
    table = model.embeddings.position_embeddings.weight.grad.abs().sum(dim=1)
    # Row 3 is padding's, so what stands there is not trained either; the token behind follows at 6.
    assert (table > 0).nonzero().flatten().tolist() == ([4, 5, 6] if moves else [0, 1, 2, 3])
