"""TOK013: added tokens that add nothing, or are added twice over."""

import unicodedata
from pathlib import Path

import pytest

from checkpoints import local, tiny_copy
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, verdict_of, write_rows

CODE = "TOK013"


def example(tmp_path: Path) -> list[str]:
    """One token twice."""
    return ["tokenizer.add_tokens=['새말','헌말','새말']"]


def messages(overrides: list[str]) -> dict[str, str]:
    """Severity of each finding by its message."""
    found = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    return {str(item.message): item.severity.value for item in found}


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "warning"
    assert found.fixes == [['tokenizer.add_tokens=["새말","헌말"]']]
    assert_fixes_clear(example(tmp_path), CODE)


@pytest.mark.parametrize("token", ["", "  "])
@pytest.mark.parametrize("policy", ["resize", "reuse_unused"])
def test_a_token_without_a_character(token: str, policy: str) -> None:
    for key in ("add_tokens", "add_special_tokens"):
        overrides = [f"tokenizer.{key}=['{token}','새말']", f"tokenizer.new_tokens={policy}"]
        assert messages(overrides) == {f"an added token has no character: `{token}`": "warning"}
        assert_fixes_clear(overrides, CODE)


def test_one_list_or_the_other() -> None:
    overrides = ["tokenizer.add_tokens=['새말','헌말']", "tokenizer.add_special_tokens=['[E1]','새말']"]
    assert messages(overrides) == {"a token is added as special and as ordinary: `새말`": "error"}
    assert finding(overrides, CODE).fixes == [['tokenizer.add_tokens=["헌말"]']]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tokenizer.add_tokens=['가']", {"the vocabulary has the added token already: `가`": "note"}),
        ("tokenizer.add_special_tokens=['[MASK]']",
         {"the vocabulary has the added token already: `[MASK]`": "note"}),
        ("tokenizer.add_special_tokens=['[unused0]']", {}),
        ("tokenizer.add_special_tokens=['가']", {}),
        ("tokenizer.add_tokens=['새말']", {}),
    ],
)  # fmt: skip
def test_entries_of_the_vocabulary(typed: str, said: dict[str, str]) -> None:
    assert messages([typed]) == said
    if said:
        assert_fixes_clear([typed], CODE)


def test_many_tokens_are_not_all_named() -> None:
    words = ",".join(f"'{word}'" for word in "가나다라마바사")
    assert list(messages([f"tokenizer.add_tokens=[{words}]"])) == [
        "the vocabulary has the added token already: `가`, `나`, `다`, `라`, `마` and 2 more"
    ]


def spelled(tmp_path: Path, text: str, token: str, *more: str) -> list[str]:
    """A token, and rows of one text."""
    lines = [f"{text} {index},{'ab'[index % 2]}" for index in range(20)]
    path = write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""]))
    return [*files_task(path), f"tokenizer.add_tokens=['{token}']", *more]


def test_a_decomposed_token_never_matches_composed_text(tmp_path: Path) -> None:
    token = unicodedata.normalize("NFD", "새말")
    overrides = spelled(tmp_path, "새말 사전", token)
    assert list(messages(overrides).values()) == ["warning"]
    assert finding(overrides, CODE).fixes == [['tokenizer.add_tokens=["새말"]']]
    assert_fixes_clear(overrides, CODE)
    backend = build_tokenizer(tiny_copy(tmp_path / "tiny")).backend
    backend.add_tokens([token])
    assert token not in backend.encode("새말 사전").tokens


def test_a_decomposed_token_matches_decomposed_text(tmp_path: Path) -> None:
    text, token = (unicodedata.normalize("NFD", word) for word in ("새말 사전", "새말"))
    assert CODE not in codes(spelled(tmp_path, text, token))


def test_without_rows_a_decomposed_token_is_doubted() -> None:
    token = unicodedata.normalize("NFD", "새말")
    overrides = ["task=files", "task.files.train=no/such.csv", f"tokenizer.add_tokens=['{token}']"]
    assert list(messages(overrides).values()) == ["warning"]


@pytest.mark.parametrize(
    ("text", "lower", "fires"),
    [("xyz 칩", True, True), ("xyz 칩", False, False), ("XYZ 칩", True, False), ("칩", True, False)],
)
def test_capitals_where_case_is_not_told_apart(tmp_path: Path, text: str, lower: bool, fires: bool) -> None:
    case = f"tokenizer.do_lower_case={str(lower).lower()}"
    overrides = [*local(tiny_copy(tmp_path / "tiny")), *spelled(tmp_path, text, "XYZ", case)]
    assert bool(messages(overrides)) == fires
    if fires:
        assert finding(overrides, CODE).fixes == [["tokenizer.add_tokens=[xyz]"]]
        assert_fixes_clear(overrides, CODE)
