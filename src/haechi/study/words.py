"""The words of a text, as static vectors and TF-IDF look them up."""

import re

_WORD = re.compile(r"\w+(?:['’.\-]\w+)*")


def words_of(text: str) -> list[str]:
    """Runs of letters and digits, in the text's own case; Korean words keep their particles."""
    return _WORD.findall(text)
