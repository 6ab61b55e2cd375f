"""`key=value` words of the scripts that run no job."""

import pytest

from haechi.fault import RunFault
from haechi.words import BOOLEAN, Word, read_words, whole_number

WORDS = {
    "run": Word("a folder"),
    "scores": Word("scores", "false", BOOLEAN),
    "batch_size": Word("rows", "64"),
}


def test_values_and_defaults_and_the_last_of_two() -> None:
    assert read_words(["run=a=b", "scores=TRUE", "run=c"], WORDS, "") == {
        "run": "c", "scores": "true", "batch_size": "64",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "fix"),
    [("rum=x", "run=x"), ("--batch-size=8", "batch_size=8"), ("scores=yes", "scores=true"),
     ("scores=fals", "scores=false"), ("word", "an example")],
)  # fmt: skip
def test_what_is_no_word_is_told_with_the_nearest(typed: str, fix: str) -> None:
    with pytest.raises(RunFault) as raised:
        read_words([typed], WORDS, "an example")
    assert raised.value.fixes == [fix]


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", ""])
def test_what_counts_is_a_whole_number(value: str) -> None:
    with pytest.raises(RunFault):
        whole_number({"batch_size": value}, "batch_size")
