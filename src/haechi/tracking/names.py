"""Names that MLflow accepts, one for each name that we have: nothing collapses, Hangul stays."""

import hashlib
import re
from functools import lru_cache

LONGEST_NAME = 250
"""Characters that MLflow takes for the name of a metric, a parameter or a tag."""

_PUNCTUATION = frozenset("_-. :/")
_EMPTY = "_u000000_"  # six zeros: the character U+0000 itself is written with four
_ESCAPE = re.compile(r"_u([0-9A-F]{4,6})_")
_ESCAPE_TAIL = re.compile(r"u[0-9A-F]{4,6}_")
_SHORTENED = re.compile(r".*_h[0-9a-f]{32}", re.DOTALL)


@lru_cache(maxsize=8192)
def metric_name(name: str) -> str:
    """The name under which MLflow keeps the metric, parameter or tag `name`.

    Letters and digits of any script, `_ - . : /` and the space stay. Every other character becomes its code
    point, `@` for example `_u0040_`; so does a slash or a dot that would make MLflow refuse the name as a
    path (`a//b`, `./a`, `../a`, `/a`, `a/`), and the underscore of a text that looks like an escape already.
    Two names never get one result: `re.sub("_u([0-9A-F]{4,6})_", ...)` gives the name back. Names that
    are longer than 250 characters afterwards are cut and end in 128 bits of their SHA-256.
    """
    if not name:
        return _EMPTY
    written = ""
    # From right to left, since a literal underscore is only ambiguous in front of what is written after it.
    for index in range(len(name) - 1, -1, -1):
        character = name[index]
        ambiguous = character == "_" and _ESCAPE_TAIL.match(written)
        if ambiguous or not _may_stay(name, index):
            character = f"_u{ord(character):04X}_"
        written = character + written
    if len(written) > LONGEST_NAME or (len(written) == LONGEST_NAME and _SHORTENED.fullmatch(written)):
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{written[: LONGEST_NAME - 34]}_h{digest}"
    return written


def original_name(name: str) -> str:
    """The name that `metric_name` was given, unless it was cut."""
    return _ESCAPE.sub(lambda found: "" if found[0] == _EMPTY else chr(int(found[1], 16)), name)


def _may_stay(name: str, index: int) -> bool:
    character = name[index]
    if character == "/":
        before, after = name[index - 1 : index], name[index + 1 : index + 2]
        return before not in ("", "/") and after not in ("", "/")
    if character == ".":
        return not _starts_path_part(name, index)
    return character.isalnum() or character in _PUNCTUATION


def _starts_path_part(name: str, index: int) -> bool:
    """Whether the dot at `index` is the first of a part `.` or `..`, or of a name that starts with `..`."""
    if index > 0 and name[index - 1] != "/":
        return False
    part = name[index:].split("/", 1)[0]
    return part in (".", "..") or (index == 0 and part.startswith(".."))
