"""TOK012: words of the train rows that are split otherwise because of an added word."""

import json
from pathlib import Path

import pytest

from haechi import places
from haechi.checkpoint.tiny import make_tiny
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, files_task, finding, write_rows

CODE = "TOK012"
WORD = "삼성전자"


def rows(tmp_path: Path, texts: list[str]) -> list[str]:
    """A task on these texts, made different by their numbers."""
    lines = [f"{text} {index},{'ab'[index % 2]}" for index, text in enumerate(texts)]
    return files_task(write_rows(tmp_path / "rows.csv", "\n".join(["text,label", *lines, ""])))


def example(tmp_path: Path) -> list[str]:
    """A word with a particle behind it in every second row."""
    texts = [f"{WORD}에서 알린다", "날이 흐리고 춥다"] * 20
    return [*rows(tmp_path, texts), f"tokenizer.add_tokens=['{WORD}']"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "warning"
    assert "in 20 of 40 sampled train rows" in found.message
    assert_fixes_clear(overrides, CODE)


def test_the_note_shows_the_pieces(tmp_path: Path) -> None:
    note = finding(example(tmp_path), CODE).notes[0]
    assert note.startswith(f"`{WORD}에서` was `삼` `##성` `##전자` `##에` `##서`")
    assert note.endswith(f"is `{WORD}` `에` `##서`"), "the particle has become a word of its own"


def test_a_word_that_stands_alone_changes_nothing_else(tmp_path: Path) -> None:
    texts = [f"{WORD} 오늘 알린다", f"오늘, {WORD}, 흐리다", f"'{WORD}'"] * 20
    assert CODE not in codes([*rows(tmp_path, texts), f"tokenizer.add_tokens=['{WORD}']"])


def test_a_word_that_does_not_occur_changes_nothing(tmp_path: Path) -> None:
    overrides = rows(tmp_path, ["날이 흐리고 춥다"] * 20)
    assert CODE not in codes([*overrides, f"tokenizer.add_tokens=['{WORD}']"])


@pytest.mark.parametrize(("inside", "severity"), [(1, "note"), (10, "note"), (11, "warning")])
def test_one_row_in_ten(tmp_path: Path, inside: int, severity: str) -> None:
    texts = [f"{WORD}에서 알린다"] * inside + [f"{WORD} 알린다"] * (100 - inside)
    found = finding([*rows(tmp_path, texts), f"tokenizer.add_tokens=['{WORD}']"], CODE)
    assert found.severity.value == severity
    assert f"in {inside} of 100 sampled" in found.message


def test_words_that_do_no_harm_are_kept(tmp_path: Path) -> None:
    words = f"tokenizer.add_tokens=['새말','{WORD}','헌말']"
    found = finding([*example(tmp_path), words], CODE)
    assert found.fixes == [['tokenizer.add_tokens=["새말","헌말"]']]


def test_both_texts_of_a_pair_count(tmp_path: Path) -> None:
    lines = [f"흐리다 {index},{WORD}에서 알린다,{'ab'[index % 2]}" for index in range(20)]
    path = write_rows(tmp_path / "pairs.csv", "\n".join(["text,pair,label", *lines, ""]))
    pairs = ["task.objective=pair_classification", "task.columns.text_pair=pair"]
    found = finding([*files_task(path, *pairs), f"tokenizer.add_tokens=['{WORD}']"], CODE)
    assert "in 20 of 20 sampled" in found.message


def test_special_tokens_and_known_words_are_no_added_words(tmp_path: Path) -> None:
    overrides = rows(tmp_path, [f"{WORD}에서 정부가 알린다"] * 20)
    assert CODE not in codes([*overrides, f"tokenizer.add_special_tokens=['{WORD}']"])
    assert CODE not in codes([*overrides, "tokenizer.add_tokens=['정부']"]), "tiny has it already"


def test_too_few_slots_are_another_rules_matter(tmp_path: Path) -> None:
    words = ",".join(f"'새말{number}'" for number in range(40))
    overrides = [*example(tmp_path), f"tokenizer.add_tokens=['{WORD}',{words}]"]
    found = codes([*overrides, "tokenizer.new_tokens=reuse_unused"])
    assert "VOC002" in found
    assert CODE not in found


@pytest.mark.parametrize("policy", ["resize", "reuse_unused"])
def test_the_count_is_that_of_the_titles_that_are_read_otherwise(policy: str) -> None:
    """Counted another way: the word is cut out of each title by hand, and its rest is encoded alone."""
    overrides = ["tokenizer.add_tokens=['리그']", f"tokenizer.new_tokens={policy}"]
    make_tiny(places.tiny_folder())
    tokenizer = build_tokenizer(places.tiny_folder())
    file = places.SAMPLES / "topic" / "train.jsonl"
    titles = [json.loads(line)["title"] for line in file.read_text(encoding="utf-8").splitlines()]

    def pieces(text: str, start: int) -> list[tuple[str, int, int]]:
        found = []
        for piece in tokenizer.backend.encode(text, add_special_tokens=False).tokens:
            end = start + len(piece.removeprefix("##"))
            found.append((piece, start, end))
            start = end
        return found

    def is_changed(word: str) -> bool:
        start = word.find("리그")
        end = start + len("리그")
        before = [item for item in pieces(word, 0) if not start <= item[1] <= item[2] <= end]
        return start >= 0 and before != pieces(word[:start], 0) + pieces(word[end:], end)

    changed = sum(any(map(is_changed, title.split())) for title in titles)
    found = finding(overrides, CODE)
    assert changed > 1
    assert f"in {changed} of {len(titles)} sampled train rows" in found.message
