"""CFG005."""

from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.text import Text


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

    # 한 번의 실행에 값을 여러 개 주었습니다

    ## 무엇
    `key=a,b`는 두 값을 훑는 스윕이며 `-m`이 있어야 합니다.

    ## 왜
    실행 하나에는 키마다 값이 하나입니다.

    ## 할 일
    스윕이라면 `-m`을 붙이고, 아니면 값을 하나만 줍니다. 목록은 `key=[a,b]`, 쉼표가 든 글은
    `'key="a,b"'`로 적습니다.
    """
    text = str(fault.error)
    if "Ambiguous value for argument" not in text and "Sweep parameters" not in text:
        return
    for override in fault.overrides:
        key = override.partition("=")[0]
        if override in text:
            yield Problem(
                Text(
                    f"`{override}` names several values, and this is a single run",
                    f"`{override}`에는 값이 여럿인데 한 번의 실행입니다",
                ),
                keys=[key.lstrip("+")],
                fixes=[
                    [f"{key.lstrip('+')}={value}"] if (value := _first(override)) else [f"~{key.lstrip('+')}"]
                ],
                notes=[
                    Text("`-m` runs one job for each value", "`-m`을 붙이면 값마다 작업을 하나씩 실행합니다")
                ],
            )


def _first(override: str) -> str | None:
    """The first of the values; None where they are a search space or a glob."""
    parsed = OverridesParser.create().parse_override(override)
    if not parsed.is_discrete_sweep() or isinstance(parsed.value(), Glob):
        return None
    return next(parsed.sweep_string_iterator())
