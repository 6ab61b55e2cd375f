"""TOK015: markers in the texts that the tokenizer splits."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows
from tasks import relation_task

CODE = "TOK015"


def rows(tmp_path: Path, texts: list[str], *more: str) -> list[str]:
    """A task on these texts, made different by their numbers."""
    lines = [f"{text} {index},{'ab'[index % 2]}" for index, text in enumerate(texts)]
    return files_task(write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""])), *more)


def example(tmp_path: Path) -> list[str]:
    """Both mentions of each sentence are marked."""
    return rows(tmp_path, ["[E1]삼성전자[/E1]가 [E2]하만[/E2]을 샀다"] * 40)


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert found.fixes == [['tokenizer.add_special_tokens=["[/E1]","[E1]","[/E2]","[E2]"]']]
    assert "`[/E1]` is read as `[` `/` `E` `##1` `]`" in found.notes[0]
    assert_fixes_clear(overrides, CODE)


def test_tokens_of_the_run_are_kept(tmp_path: Path) -> None:
    overrides = [*example(tmp_path), "tokenizer.add_special_tokens=['[E1]','[X]']"]
    fix = finding(overrides, CODE).fixes[0][0]
    assert fix == 'tokenizer.add_special_tokens=["[E1]","[X]","[/E1]","[/E2]","[E2]"]'
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "text",
    ["<e1>삼성</e1>이 <e2>하만</e2>을 샀다", "[SUBJ-PER]김철수[/SUBJ-PER]는 [OBJ-ORG]은행[/OBJ-ORG] 총재",
     "<subj>김철수</subj> 총재", "[ENT] 총재가 말했다", "<S:PER>김철수</S:PER> 총재"],
)  # fmt: skip
def test_markers_of_many_kinds(tmp_path: Path, text: str) -> None:
    overrides = rows(tmp_path, [text, text, "날이 흐리다"] * 20)
    assert "40 of 60 sampled" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize(
    "text",
    ["[속보] 금리 동결", "[단독] 회동", "<인사> 외교부", "[AI의 습격] 기획", "[ ] 빈칸", "<b>굵게</b> 쓴 말",
     "줄<br/>바꿈<br>또", "3 < x > 2", "a[0] = b[1]", "[]", "[2024] 전망"],
)  # fmt: skip
def test_what_is_no_marker(tmp_path: Path, text: str) -> None:
    assert CODE not in codes(rows(tmp_path, [text] * 40))


@pytest.mark.parametrize(("marked", "fires"), [(29, False), (30, True)])
def test_rare_latin_tags_are_no_markers(tmp_path: Path, marked: int, fires: bool) -> None:
    overrides = rows(tmp_path, ["[KBO] 개막전 매진"] * marked + ["개막전 매진"] * (100 - marked))
    assert (CODE in codes(overrides)) == fires


def test_free_text_in_brackets_is_no_marker(tmp_path: Path) -> None:
    texts = [f"[Tag{chr(97 + index // 26)}{chr(97 + index % 26)}] 오늘의 소식" for index in range(100)]
    assert CODE not in codes(rows(tmp_path, texts))
    assert CODE in codes(rows(tmp_path, [text.replace("[Tag", "[") for text in texts[:20]] * 5))


def test_at_most_twenty_are_named(tmp_path: Path) -> None:
    rare = [f"[Tag{chr(97 + index)}] 오늘의 소식" for index in range(25)]
    overrides = rows(tmp_path, ["[E1]삼성[/E1]이 샀다"] * 75 + rare)
    assert finding(overrides, CODE).fixes[0][0].count(",") == 19
    assert_fixes_clear(overrides, CODE)


def test_both_texts_of_a_pair_count(tmp_path: Path) -> None:
    lines = [f"흐리다 {index},[E1]삼성[/E1]이 샀다,{'ab'[index % 2]}" for index in range(20)]
    path = write_rows(tmp_path / "pairs.csv", "\n".join(["text,pair,label", *lines, ""]))
    pairs = ["task.objective=pair_classification", "task.columns.text_pair=pair"]
    assert "20 of 20 sampled" in finding(files_task(path, *pairs), CODE).message


def test_a_relation_task_marks_by_itself(tmp_path: Path) -> None:
    assert CODE not in codes(relation_task(tmp_path))


def test_a_special_token_is_no_marker_that_is_split(tmp_path: Path) -> None:
    assert CODE not in codes(rows(tmp_path, ["금리 [SEP] 동결"] * 40))


def test_markers_that_the_vocabulary_has(tmp_path: Path) -> None:
    import json

    from checkpoints import local, tiny_copy

    folder = tiny_copy(tmp_path / "checkpoint")
    known = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    (folder / "added_tokens.json").write_text(json.dumps({"[ENT]": len(known)}), encoding="utf-8")
    assert CODE not in codes([*local(folder), *rows(tmp_path, ["[ENT] 총재가 말했다"] * 40)])
