"""CFG004."""

import re
from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, OverrideParseException

from haechi.compose import as_value, key_of
from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule


@rule("CFG004", on_composition=True)
def unreadable_override(fault: CompositionFault) -> Iterator[Problem]:
    """An override cannot be read.

    ## What
    The text does not follow Hydra's grammar: a bracket or a quote stays open, or a character with a
    meaning of its own stands unquoted.

    ## Why
    Hydra reads plain text in ASCII only: Hangul, and most signs, need quotes. Shells take quotes away
    before Hydra sees them, so it takes quotes of both kinds.

    ## Example
    `python src/train.py tags=[a`

    ## What to do
    Close what is open, or quote the value for Hydra and the whole for the shell:
    `'task.columns.text="제목"'`, `'task.labels=["정치","경제"]'`.

    ## References
    - https://hydra.cc/docs/1.3/advanced/override_grammar/basic/
    """
    if not isinstance(fault.error, OverrideParseException):
        return
    override = str(fault.error.override)
    name, given, value = override.partition("=")
    key = key_of(override)
    hangul = not value.isascii()
    yield Problem(
        f"`{override}` is no override that Hydra can read",
        keys=[key] if given else [],
        fixes=[*([f"{name}={text}"] for text in _quoted(name, value)), [f"~{key}"]],
        notes=[
            "letters other than A to Z need quotes in Hydra" if hangul
            else "a text with signs in it needs quotes in Hydra" if given
            else "an override has the form key=value",
            *([f"quotes for Hydra inside, for the shell outside: '{name}=\"...\"'"] if given else []),
        ],
    )  # fmt: skip


def _quoted(name: str, value: str) -> Iterator[str]:
    """The value in quotes: each element of a list, else the whole; nothing where that is unreadable too."""
    if not value:
        return
    if value[0] in "[{(":
        text = "".join(
            part if part in "[]{}(),:" or not part.strip() else as_value(part.strip("\"' "))
            for part in re.split(r"([\[\]{}(),:])", value)
        )
    else:
        text = as_value(value)
    try:
        OverridesParser.create().parse_override(f"{name}={text}")
    except HydraException:
        return
    yield text
