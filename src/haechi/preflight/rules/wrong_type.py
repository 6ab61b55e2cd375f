"""CFG003."""

from collections.abc import Iterator

from omegaconf.errors import ValidationError

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.preflight.rules.unknown_key import is_below_a_value
from haechi.rows.columns import nearest
from haechi.text import Text


@rule("CFG003", on_composition=True)
def wrong_type(fault: CompositionFault) -> Iterator[Problem]:
    """A value has the wrong type.

    ## What
    An override gives a text where a number is expected, a name that is none of the choices, or null
    where something is needed.

    ## Why
    Without types such a value travels as far as the optimizer, after the weights were loaded.

    ## Example
    `python src/train.py trainer.precision=bf17`

    ## What to do
    Give a value of the type that the message names. `~key` takes the override back.

    ## References
    - https://omegaconf.readthedocs.io/en/2.3_branch/structured_config.html

    # 값의 형식이 틀렸습니다

    ## 무엇
    숫자가 올 자리에 글자를, 정해진 이름 가운데 하나가 올 자리에 다른 이름을, 값이 있어야 할 자리에 null을
    주었습니다.

    ## 왜
    형식을 따지지 않으면 그런 값은 가중치를 다 읽은 뒤 옵티마이저까지 가서야 드러납니다.

    ## 할 일
    메시지가 말하는 형식의 값을 줍니다. `~key`는 적은 것을 무릅니다.
    """
    if not isinstance(fault.cause, ValidationError) or is_below_a_value(fault):
        return
    text = str(fault.cause).splitlines()[0]
    # One element of a list cannot be overridden, only the list.
    key = fault.key.partition("[")[0]
    choices = text.partition("expected one of [")[2].rstrip("]").split(", ") if "expected one" in text else []
    value = (fault.typed(key) or "").partition("=")[2]
    close = nearest(value, choices) or choices[:1]
    yield Problem(
        Text(
            f"`{key}` cannot be `{value}`: {text[:1].lower()}{text[1:]}",
            f"`{key}`에는 `{value}` 값을 줄 수 없습니다: {text[:1].lower()}{text[1:]}",
        ),
        keys=[key],
        fixes=[[f"{key}={name}"] for name in close[:1]] or [[f"~{key}"]],
    )
