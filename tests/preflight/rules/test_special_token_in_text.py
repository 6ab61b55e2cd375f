"""TOK019: names of special tokens in the texts."""

from pathlib import Path

import pytest

from checkpoints import edit_json, english_bpe, local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_only, codes, files_task, finding, verdict_of, write_rows
from tasks import span_task, tagged_task

CODE = "TOK019"


def rows(tmp_path: Path, texts: list[str], *more: str) -> list[str]:
    """A task on these texts, made different by their numbers."""
    lines = [f"{text} {index},{'ab'[index % 2]}" for index, text in enumerate(texts)]
    return files_task(write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""])), *more)


def example(tmp_path: Path) -> list[str]:
    """Two rows of forty hold what an anonymizer has left."""
    return rows(tmp_path, ["날이 흐리다"] * 20 + ["[MASK] 총재가 말했다"] * 2 + ["비가 온다"] * 18)


def severity(overrides: list[str]) -> str:
    """How bad the finding is; empty where there is none."""
    found = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    return found[0].severity.value if found else ""


def test_the_example_fires_and_names_the_rows(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert "2 of 40 sampled train rows hold `[MASK]` as text" in found.message
    assert found.notes[0].startswith("row 21, 22 of")
    assert found.fixes == [], "only the rows can be changed"
    assert [key.key for key in found.keys] == ["task.columns.text"]


def test_the_tokenizer_does_read_them_so(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "tiny"))
    for token in ("[MASK]", "[SEP]", "[CLS]", "[PAD]", "[UNK]"):
        assert tokenizer.backend.encode(f"가 {token}나", add_special_tokens=False).tokens == [
            "가",
            token,
            "나",
        ]
        assert CODE in codes(rows(tmp_path, [f"금리 {token}동결", "금리 동결"] * 20))


@pytest.mark.parametrize(("count", "expected"), [(0, ""), (1, "note"), (2, "warning")])
def test_a_row_in_a_hundred(tmp_path: Path, count: int, expected: str) -> None:
    texts = ["[MASK] 총재가 말했다"] * count + ["날이 흐리다"] * (200 - count)
    assert severity(rows(tmp_path, texts)) == expected


@pytest.mark.parametrize(
    ("token", "count", "expected"),
    [("[SEP]", 60, "note"), ("[SEP]", 40, "warning"), ("[CLS]", 60, "warning"), ("[MASK]", 60, "warning")],
)
def test_a_separator_in_most_rows_is_meant(tmp_path: Path, token: str, count: int, expected: str) -> None:
    texts = [f"금리 {token} 동결"] * count + ["날이 흐리다"] * (100 - count)
    assert severity(rows(tmp_path, texts)) == expected


@pytest.mark.parametrize("text", ["[mask] 총재", "MASK 총재", "[속보] 금리", "<s>지운 말</s>"])
def test_what_is_no_special_token_here(tmp_path: Path, text: str) -> None:
    assert CODE not in codes(rows(tmp_path, [text] * 40))


def test_tags_of_html_are_tokens_of_roberta(tmp_path: Path) -> None:
    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    overrides = [*local(folder), *rows(tmp_path, ["the <s>old</s> river", "the river"] * 20)]
    assert "`</s>`, `<s>` as text" in finding(overrides, CODE).message


def test_every_objective_is_looked_at(tmp_path: Path) -> None:
    for make, column in ((tagged_task, "text"), (span_task, "question")):
        overrides = make(tmp_path)
        assert CODE not in codes(overrides)
        path = Path(overrides[1].partition("=")[2])
        path.write_text(path.read_text(encoding="utf-8").replace("번", "[PAD]"), encoding="utf-8")
        assert [key.key for key in finding(overrides, CODE).keys] == [f"task.columns.{column}"]


def test_a_token_that_the_files_name_otherwise(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(mask_token="[unused9]"))
    assert CODE in codes([*local(folder), *rows(tmp_path, ["[unused9] 총재", "날이 흐리다"] * 20)])
