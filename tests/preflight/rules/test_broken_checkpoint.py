"""MODEL003: files that are not what their names say; one finding for each, and no other."""

from pathlib import Path

import pytest

from checkpoints import as_lfs_pointer, in_shards, local, tiny_copy, tokenizer_of
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "MODEL003"


def example(tmp_path: Path) -> list[str]:
    """A download that broke off."""
    folder = tiny_copy(tmp_path / "checkpoint")
    cut(folder / "model.safetensors", 100_000)
    return local(folder)


def cut(path: Path, size: int) -> None:
    """Keep only the first bytes of a file."""
    path.write_bytes(path.read_bytes()[:size])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("size", "why"),
    [(0, "no safetensors file"), (7, "no safetensors file"), (100, "within its header"), (-1, "cut: ")],
)
def test_weights_that_are_cut(tmp_path: Path, size: int, why: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    cut(folder / "model.safetensors", size)
    assert why in assert_only(local(folder), CODE).message


def test_a_lfs_pointer(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    as_lfs_pointer(folder / "model.safetensors")
    assert "git lfs pull" in assert_only(local(folder), CODE).message


def test_a_header_that_is_none(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "model.safetensors").write_bytes((20).to_bytes(8, "little") + b"x" * 20)
    assert "header" in assert_only(local(folder), CODE).message


@pytest.mark.parametrize(
    ("content", "why"),
    [("{'model_type': 'bert'}", "no JSON: line 1"), ("", "no JSON"), ("[1, 2]", "no JSON object")],
)
def test_config_json_that_is_none(tmp_path: Path, content: str, why: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "config.json").write_text(content, encoding="utf-8")
    assert why in assert_only(local(folder), CODE).message
    as_lfs_pointer(folder / "config.json")
    assert "git lfs pull" in assert_only(local(folder), CODE).message


def test_config_json_with_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    content = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(content, encoding="utf-8-sig")
    assert codes(local(folder)) == []


def test_no_config_json(tmp_path: Path) -> None:
    folder = tokenizer_of(tiny_copy(tmp_path / "checkpoint"), tmp_path / "tokenizer")
    assert "no config.json" in assert_only(local(folder), CODE).message
    assert_fixes_clear(local(folder), CODE)


def test_shards(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    first, second = in_shards(folder)
    assert codes(local(folder)) == []
    size = second.stat().st_size
    cut(second, size - 1)
    assert second.name in assert_only(local(folder), CODE).message
    second.unlink()
    assert "missing, though the index names it" in assert_only(local(folder), CODE).message
    first.unlink()
    assert codes(local(folder)) == [CODE, CODE]


@pytest.mark.parametrize("content", ["{}", "[]", '{"weight_map": []}', "{"])
def test_an_index_that_is_none(tmp_path: Path, content: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    in_shards(folder)
    (folder / "model.safetensors.index.json").write_text(content, encoding="utf-8")
    assert "index" in assert_only(local(folder), CODE).message


def test_a_broken_pooler_is_not_called_missing(tmp_path: Path) -> None:
    assert codes([*example(tmp_path), "pooling=pooler"]) == [CODE]


def test_every_broken_file_is_named(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    (tmp_path / "checkpoint" / "config.json").write_text("{", encoding="utf-8")
    assert codes(overrides) == [CODE, CODE]
    assert finding(overrides, CODE).notes
