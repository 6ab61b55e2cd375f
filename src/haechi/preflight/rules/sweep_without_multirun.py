"""CFG005."""

from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule


@rule("CFG005", on_composition=True)
def sweep_without_multirun(fault: CompositionFault) -> Iterator[Problem]:
    """Several values were given to a single run.

    ## What
    `key=a,b` sweeps over two values, which needs `-m`.

    ## Why
    One run has one value for each key.

    ## Example
    `python src/train.py pooling=cls,mean`

    ## What to do
    Add `-m` for a sweep, or name one value. A list is written `key=[a,b]`, a text with a comma
    `'key="a,b"'`.

    ## References
    - https://hydra.cc/docs/1.3/tutorials/basic/running_your_app/multi-run/
    """
    text = str(fault.error)
    if "Ambiguous value for argument" not in text and "Sweep parameters" not in text:
        return
    for override in fault.overrides:
        key = override.partition("=")[0]
        if override in text:
            yield Problem(
                f"`{override}` names several values, and this is a single run",
                keys=[key.lstrip("+")],
                fixes=[
                    [f"{key.lstrip('+')}={value}"] if (value := _first(override)) else [f"~{key.lstrip('+')}"]
                ],
                notes=["`-m` runs one job for each value"],
            )


def _first(override: str) -> str | None:
    """The first of the values; None where they are a search space or a glob."""
    parsed = OverridesParser.create().parse_override(override)
    if not parsed.is_discrete_sweep() or isinstance(parsed.value(), Glob):
        return None
    return next(parsed.sweep_string_iterator())
