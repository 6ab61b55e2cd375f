"""Labels that differ only by what is easily overlooked: spaces, invisible characters, case, Unicode form."""

import re
import unicodedata
from collections.abc import Iterable

from haechi.text import Text

SPACES, CASE, FORM, SEVERAL = (
    Text("spaces", "공백"),
    Text("case", "대소문자"),
    Text("Unicode form", "유니코드 정규화 형식"),
    Text("spaces, case or Unicode form", "공백, 대소문자, 유니코드 정규화 형식"),
)
LIKELY = (FORM, SPACES, CASE, SEVERAL)
# Between two digits a space separates numbers.
_SPACES = re.compile(r"(?<!\d)\s+|\s+(?!\d)")


def folded(label: str) -> str:
    """What is equal for labels that differ only by what is easily overlooked; empty where nothing is left."""
    return unicodedata.normalize("NFC", _without_spaces(_composed(label)).casefold())


def meant(label: str, known: Iterable[str]) -> str | None:
    """The known label that another one is a slip of; None where it is no slip, or known itself."""
    wanted, others = folded(label), list(known)
    found = [] if label in others or not wanted else [item for item in others if folded(item) == wanted]
    # `Per` and `per` may both be known.
    return min(found, key=lambda item: LIKELY.index(ways(label, item)), default=None)


def ways(one: str, other: str) -> Text:
    """In what two labels with the same folded form differ."""
    if _composed(one) == _composed(other):
        return FORM
    if _without_spaces(one) == _without_spaces(other):
        return SPACES
    return CASE if one.casefold() == other.casefold() else SEVERAL


def _composed(label: str) -> str:
    return unicodedata.normalize("NFC", label)


def _without_spaces(label: str) -> str:
    seen = (char for char in label if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf"})
    return _SPACES.sub("", " ".join("".join(seen).split()))
