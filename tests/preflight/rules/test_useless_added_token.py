"""TOK013: added tokens that add nothing, or are added twice over."""

import json
import unicodedata
from pathlib import Path

import pytest

from checkpoints import local, tiny_copy
from families import headlines, write_family
from haechi.compose import as_value
from haechi.preflight.report import render
from haechi.schema.preflight import Format
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, verdict_of, write_rows
from tasks import relation_task

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


@pytest.mark.parametrize("key", ["add_tokens", "add_special_tokens"])
@pytest.mark.parametrize(
    ("token", "said", "better"),
    [
        (" 새말", "an added token has spaces at its ends: ` 새말`", "새말"),
        ("새말  ", "an added token has spaces at its ends: `새말  `", "새말"),
        (" 닭", "an added token has spaces at its ends: ` 닭`", ""),
        ("새\x07말", r"an added token holds a control character: `새\x07말`", "새말"),
        ("새\n말", r"an added token holds a control character: `새\n말`", "새 말"),
        ("\ufeff새말", r"an added token holds a control character: `\ufeff새말`", "새말"),
        ("새\u200b말", r"an added token holds a control character: `새\u200b말`", "새말"),
        ("\x07", r"an added token holds a control character: `\x07`", ""),
        ("새말" * 5000, f"an added token is longer than 100 characters: `{'새말' * 28}새...`", ""),
    ],
)  # fmt: skip
def test_a_spelling_that_no_text_has_is_one_finding(key: str, token: str, said: str, better: str) -> None:
    overrides = [f'tokenizer.{key}=["{token}"]']
    known = key == "add_tokens" or token != " 닭"  # an ordinary entry may become a special token
    found = assert_only(overrides, CODE)
    assert messages(overrides) == {said: "warning"}
    better = better if known else "닭"
    assert found.fixes == [[f"tokenizer.{key}=[{as_value(better) if better else ''}]"]]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    ("token", "better"),
    [("##말말", ""), ("▁새말", "새말"), ("Ġ새말", "새말"), ("##은", None), ("##", "##"), ("▁", "▁")],
)
def test_pieces_of_vocabularies(token: str, better: str | None) -> None:
    """None: one that the vocabulary has."""
    overrides = [f'tokenizer.add_tokens=["{token}"]']
    if token == better:
        assert messages(overrides) == {}
        return
    note = "the vocabulary has the added token already"
    piece = "an added token is written as a piece of a vocabulary, which no text holds"
    said, severity = (note, "note") if better is None else (piece, "warning")
    assert messages(overrides) == {f"{said}: `{token}`": severity}
    assert finding(overrides, CODE).fixes == [
        [f"tokenizer.add_tokens=[{as_value(better) if better else ''}]"]
    ]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("token", [" 새말", "새\u200b말", "##말말", "▁새말", "새말" * 60])
def test_what_the_rows_hold_is_in_order(tmp_path: Path, token: str) -> None:
    assert messages(spelled(tmp_path, f"또 {token} 사전", token)) == {}


def test_what_is_not_utf_8() -> None:
    """A word as a terminal in EUC-KR types it."""
    broken = "가나".encode("cp949").decode("utf-8", "surrogateescape")
    for key in ("add_tokens", "add_special_tokens"):
        overrides = [f'tokenizer.{key}=["{broken}","새말"]']
        found = assert_only(overrides, CODE)
        assert messages(overrides) == {r"an added token is not UTF-8: `\udcb0\udca1\udcb3\udcaa`": "error"}
        assert found.fixes == [[f'tokenizer.{key}=["새말"]']]
        assert_fixes_clear(overrides, CODE)
        shown = json.loads(render([verdict_of(overrides)], Format.json, 0.0))
        assert shown["jobs"][0]["overrides"] == overrides


def test_markers_are_special(tmp_path: Path) -> None:
    overrides = relation_task(tmp_path, "tokenizer.add_tokens=['<subj>','새말']")
    found = assert_only(overrides, CODE)
    assert messages(overrides) == {"a token is added as special and as ordinary: `<subj>`": "error"}
    assert [key.key for key in found.keys] == ["tokenizer.add_tokens", "task.markers"]
    assert found.fixes == [['tokenizer.add_tokens=["새말"]']]
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("key", ["add_tokens", "add_special_tokens"])
def test_a_slot_may_be_named(key: str) -> None:
    assert codes([f"tokenizer.{key}=['[unused3]']"]) == []


def test_a_token_within_another_is_in_order() -> None:
    assert CODE not in codes(
        ["tokenizer.add_tokens=['새말','새말사전']", "tokenizer.add_special_tokens=['새']"]
    )


@pytest.mark.parametrize("family", ["roberta", "xlm-roberta"])
def test_words_that_are_one_piece_in_another_form(tmp_path: Path, family: str) -> None:
    """A byte-level or sentencepiece vocabulary spells its entries otherwise than texts do."""
    folder = write_family(tmp_path / family, family)
    tokenizer = build_tokenizer(folder)
    words = (word for item in headlines() for word in item.split())
    word = next(word for word in words if len(tokenizer.encode_whole([word])[0].ids) == 3)
    overrides = [*local(folder), f'tokenizer.add_tokens=["{word}"]']
    assert word not in tokenizer.vocabulary
    assert messages(overrides) == {f"the vocabulary has the added token already: `{word}`": "note"}
    assert_fixes_clear(overrides, CODE)


def test_a_list_that_is_too_long_to_be_typed_is_no_fix() -> None:
    words = [f"말{number}" for number in range(1500)]
    overrides = [f"tokenizer.add_tokens=[{','.join(map(as_value, [*words, words[7]]))}]"]
    found = finding(overrides, CODE)
    assert (found.message, found.fixes) == ("a token is added twice: `말7`", [])


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


def test_a_decomposed_token_that_the_sample_lacks_is_doubted(tmp_path: Path) -> None:
    overrides = spelled(tmp_path, "다른 글", unicodedata.normalize("NFD", "새말"))
    assert list(messages(overrides).values()) == ["warning"]
    assert_fixes_clear(overrides, CODE)


def test_without_rows_a_decomposed_token_is_doubted() -> None:
    token = unicodedata.normalize("NFD", "새말")
    overrides = ["task=files", "task.files.train=no/such.csv", f"tokenizer.add_tokens=['{token}']"]
    assert list(messages(overrides).values()) == ["warning"]


@pytest.mark.parametrize(
    ("text", "lower", "said"),
    [("xyz 칩", True, ["warning"]), ("xyz 칩", False, []), ("XYZ 칩", True, []), ("칩", True, ["note"])],
)
def test_capitals_where_case_is_not_told_apart(
    tmp_path: Path, text: str, lower: bool, said: list[str]
) -> None:
    case = f"tokenizer.do_lower_case={str(lower).lower()}"
    overrides = [*local(tiny_copy(tmp_path / "tiny")), *spelled(tmp_path, text, "XYZ", case)]
    assert list(messages(overrides).values()) == said
    if said:
        assert finding(overrides, CODE).fixes == [["tokenizer.add_tokens=[xyz]"]]
        assert_fixes_clear(overrides, CODE)
