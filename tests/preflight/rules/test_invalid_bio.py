"""LABEL013: tags that are no BIO."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import tagged, tagging, write_json

CODE = "LABEL013"


def file(folder: Path, **changes: list[str]) -> list[str]:
    rows = tagged(10)
    for number, (start, tags) in enumerate(changes.items()):
        at = int(start.lstrip("_"))
        rows[number]["label"][at : at + len(tags)] = tags
    return tagging(write_json(folder / "ner.json", rows))


def example(tmp_path: Path) -> list[str]:
    """Tags of the scheme BIOES."""
    return file(tmp_path, _0=["B-LC", "E-LC"])


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_tag_is_named(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert found.notes == [f"row 1 of {tmp_path / 'ner.json'}: token 2 has the tag `E-LC`"]


@pytest.mark.parametrize("tags", [["I-LC"], ["B-LC", "I-PS"], ["O", "I-LC"]])
def test_a_jump_is_a_warning(tmp_path: Path, tags: list[str]) -> None:
    found = finding(file(tmp_path, _0=tags), CODE)
    assert found.severity.value == "warning"
    assert found.message == "1 of 10 train rows have an `I-` tag that does not follow its `B-`"


@pytest.mark.parametrize("tag", ["3", "LC", "B_LC", "", "o"])
def test_other_forms_are_an_error(tmp_path: Path, tag: str) -> None:
    assert finding(file(tmp_path, _5=[tag]), CODE).severity.value == "error"


def test_bio_is_fit(tmp_path: Path) -> None:
    assert CODE not in codes(file(tmp_path, _0=["B-LC", "B-LC", "I-LC", "O", "B-PS-X"]))


def test_every_other_form_is_shown_with_the_name_of_its_sentence(tmp_path: Path) -> None:
    rows = tagged(10)
    for at, tag in ((2, "b-ps"), (4, "B_PS"), (5, "b-ps"), (7, "\x1b")):
        rows[at] |= {"guid": f"ner-{at}"}
        rows[at]["label"][3] = tag
    path = write_json(tmp_path / "ner.json", rows)
    found = finding(tagging(path), CODE)
    assert found.message.startswith("4 of 10 train rows")
    assert found.notes == [
        f"row 3, 6 of {path}: token 4 of `ner-2` has the tag `b-ps`",
        f"row 5 of {path}: token 4 of `ner-4` has the tag `B_PS`",
        f'row 8 of {path}: token 4 of `ner-7` has the tag `"\\x1b"`',
    ]
