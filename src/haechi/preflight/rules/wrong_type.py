"""CFG003."""

from collections.abc import Iterator

from omegaconf.errors import ValidationError

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.preflight.rules.unknown_key import is_below_a_value
from haechi.rows.columns import nearest


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
    """
    if not isinstance(fault.cause, ValidationError) or is_below_a_value(fault):
        return
    text = str(fault.cause).splitlines()[0]
    key = fault.key
    choices = text.partition("expected one of [")[2].rstrip("]").split(", ") if "expected one" in text else []
    value = (fault.typed(key) or "").partition("=")[2]
    close = nearest(value, choices) or choices[:1]
    yield Problem(
        f"`{key}` cannot be `{value}`: {text[:1].lower()}{text[1:]}",
        keys=[key],
        fixes=[[f"{key}={name}"] for name in close[:1]] or [[f"~{key}"]],
    )
