"""CFG004."""

import re
from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, OverrideParseException

from haechi.compose import as_value, key_of
from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.text import Text


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

    # 오버라이드를 읽을 수 없습니다

    ## 무엇
    Hydra의 문법에 맞지 않습니다. 괄호나 따옴표가 닫히지 않았거나, 따로 뜻이 있는 글자가 따옴표 없이
    쓰였습니다.

    ## 왜
    Hydra는 따옴표 없는 글을 ASCII로만 읽습니다. 한글과 대부분의 기호는 따옴표가 필요합니다. 셸은 Hydra가
    보기 전에 따옴표를 벗기므로 두 가지 따옴표를 겹쳐 써야 합니다.

    ## 할 일
    열린 것을 닫거나, 값은 Hydra를 위해, 전체는 셸을 위해 따옴표로 묶습니다:
    `'task.columns.text="제목"'`, `'task.labels=["정치","경제"]'`.
    """
    if not isinstance(fault.error, OverrideParseException):
        return
    override = str(fault.error.override)
    name, given, value = override.partition("=")
    key = key_of(override)
    hangul = not value.isascii()
    yield Problem(
        Text(
            f"`{override}` is no override that Hydra can read",
            f"`{override}`은(는) Hydra가 읽을 수 없는 오버라이드입니다",
        ),
        keys=[key] if given else [],
        fixes=[*([f"{name}={text}"] for text in _quoted(name, value)), [f"~{key}"]],
        notes=[
            Text(
                "letters other than A to Z need quotes in Hydra",
                "Hydra에서 A부터 Z까지가 아닌 글자는 따옴표로 묶어야 합니다",
            ) if hangul
            else Text(
                "a text with signs in it needs quotes in Hydra",
                "Hydra에서 기호가 든 글은 따옴표로 묶어야 합니다",
            ) if given
            else Text("an override has the form key=value", "오버라이드는 key=value 꼴입니다"),
            *([Text(
                f"quotes for Hydra inside, for the shell outside: '{name}=\"...\"'",
                f"안쪽 따옴표는 Hydra가, 바깥쪽 따옴표는 셸이 읽습니다: '{name}=\"...\"'",
            )] if given else []),
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
