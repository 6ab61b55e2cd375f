"""The form in which exact match compares answers."""

import pytest

from haechi.rows.normal_form import core, normalize


def test_case_punctuation_and_spaces_do_not_count_and_korean_brackets_do() -> None:
    assert normalize(" KBS  (한국,방송) ") == "kbs 한국방송"
    assert normalize("《해치》") == "《해치》"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("광화문", "광화문"), ("'광화문' ", "광화문"), ("(주)해치", "주)해치"), ("?!", ""), ("", "")],
)
def test_the_core_is_without_punctuation_and_spaces_at_the_edges(text: str, kept: str) -> None:
    start, end = core(text)
    assert text[start:end] == kept
    assert normalize(text[start:end]) == normalize(text)
