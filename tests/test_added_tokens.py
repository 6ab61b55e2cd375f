"""The page on added tokens: every catalogued checkpoint, and what `auto` will really do."""

import re
from pathlib import Path

import pytest

from checkpoints import local
from families import write_family
from haechi import places
from haechi.added_tokens import entries, outcome, page
from haechi.schema.model import ModelFacts
from haechi.text import Language
from haechi.tokenization.build import build_tokenizer
from judging import finding
from slots import KINDS, SLOTS, with_slots

LANGUAGES: tuple[Language, ...] = ("en", "ko")


def test_every_catalogued_checkpoint_is_there() -> None:
    options = {path.stem for path in (places.CONF / "model").glob("*.yaml")} - {"tiny", "local"}
    assert {entry.model for entry in entries()} == options
    for language in LANGUAGES:
        assert set(re.findall(r"^\| (\w+) \| \S+/", page(language), re.MULTILINE)) == options


def test_a_count_comes_with_its_source() -> None:
    known = [entry for entry in entries() if entry.facts.spare_slots is not None]
    assert len(known) > 10
    assert all(entry.source for entry in known)
    names = {entry.model: entry.names for entry in known}
    assert names["mbert"] == "[unused1]..[unused99]"
    assert names["ax_encoder"] == "<unused0>..<unused30>"


def test_koberts_table_grows() -> None:
    kobert = next(entry for entry in entries() if entry.model == "kobert")
    assert outcome(kobert.facts) == "new rows: 8,002 -> 8,006"


@pytest.mark.parametrize(
    ("slots", "rows", "length", "said"),
    [
        (4, 100, 100, "4 slots; 100 rows stay"),
        (3, 100, 100, "new rows: 100 -> 104"),
        (3, 104, 100, "4 of 4 spare rows; 104 stay"),
        (0, 103, 100, "new rows: 103 -> 104"),
        (None, 100, 100, "slots if it has 4, else new rows: 100 -> 104"),
        (None, None, None, "its files will tell"),
    ],
)
def test_what_four_markers_come_to(
    slots: int | None, rows: int | None, length: int | None, said: str
) -> None:
    assert outcome(ModelFacts(spare_slots=slots, vocab_size=rows, tokenizer_length=length)) == said


@pytest.mark.parametrize(("tokens", "spare_rows"), [(4, 0), (SLOTS + 1, 0), (SLOTS + 1, 64)])
def test_a_run_does_what_the_page_says(tmp_path: Path, tokens: int, spare_rows: int) -> None:
    source = with_slots(tmp_path / "tokenizer", KINDS["entries from 0"])
    folder = write_family(tmp_path / "exact", "bert", tokenizer=source)
    length = build_tokenizer(folder).length
    if spare_rows:
        folder = write_family(tmp_path / "more", "bert", tokenizer=source, vocab_size=length + spare_rows)
    said = outcome(
        ModelFacts(spare_slots=SLOTS, vocab_size=length + spare_rows, tokenizer_length=length), tokens
    )
    names = ",".join(f"'<e{number}>'" for number in range(tokens))
    told = finding([*local(folder), f"tokenizer.add_special_tokens=[{names}]"], "VOC004").message
    words = {"slots;": "spare slots", "spare rows;": "spare rows", "new rows:": "new rows"}
    expected = next(shown for name, shown in words.items() if name in said)
    assert f"take {tokens} of {SLOTS} {expected}" in told or f"take {expected}" in told
