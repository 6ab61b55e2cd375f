"""CFG002."""

import difflib
from collections.abc import Iterator

from omegaconf.errors import ConfigAttributeError, ConfigKeyError, ValidationError

from haechi.compose import key_of
from haechi.preflight.composition import CompositionFault, setting_keys
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.resolve import UnknownKeys
from haechi.rows.columns import nearest
from haechi.text import Text

# Mappings of the schema that hold any key.
OPEN = ("model.config.", "tracking.tags.")


@rule("CFG002", on_composition=True)
def unknown_key(fault: CompositionFault) -> Iterator[Problem]:
    """There is no such setting.

    ## What
    An override names a key that the schema lacks, with or without a leading `+`.

    ## Why
    Hydra refuses a misspelt key, but accepts any key behind a `+`, and then nothing reads it: the run
    goes on as if the override had not been typed.

    ## Example
    `python src/train.py trainer.learning_rat=3e-5`

    ## What to do
    Type the nearest key. `~key` at the end of a command line takes back what was typed before.
    Two mappings are open, and take any key behind a `+`: `+model.config.KEY=VALUE` (overrides of the
    checkpoint's config.json) and `+tracking.tags.KEY=VALUE`.

    ## References
    - https://hydra.cc/docs/1.3/advanced/override_grammar/basic/

    # 그런 설정이 없습니다

    ## 무엇
    스키마에 없는 키를 적었습니다. 앞에 `+`가 있든 없든 마찬가지입니다.

    ## 왜
    Hydra는 철자가 틀린 키를 거절하지만, `+`를 붙이면 어떤 키든 받아들입니다. 그 키는 아무도 읽지 않으므로
    적지 않은 것과 똑같이 실행됩니다.

    ## 할 일
    가장 비슷한 키를 적습니다. 명령줄 끝의 `~key`는 앞에서 적은 것을 무릅니다.
    두 곳은 열려 있어서 `+`를 붙이면 어떤 키든 받습니다: `+model.config.KEY=VALUE`(체크포인트의
    config.json을 바꿈)와 `+tracking.tags.KEY=VALUE`입니다.
    """
    if isinstance(fault.error, UnknownKeys):
        for key in fault.error.keys:
            yield _problem(fault, key)
    elif (isinstance(fault.cause, ConfigAttributeError | ConfigKeyError) and fault.key) or (
        isinstance(fault.cause, ValidationError) and is_below_a_value(fault)
    ):
        yield _problem(fault, fault.key)


def is_below_a_value(fault: CompositionFault) -> bool:
    """Whether a key was typed below one that holds a plain value: `seed.x=1`."""
    return fault.key in setting_keys() and key_of(fault.typed_near(fault.key) or "").startswith(
        f"{fault.key}."
    )


def _problem(fault: CompositionFault, key: str) -> Problem:
    typed = fault.typed_near(key) or f"{key}=null"
    value = typed.partition("=")[2]
    name = key_of(typed)
    mapping = next((item for item in OPEN if f"{name}.".startswith(item)), None)
    if mapping is not None:
        # Any key goes: only the `+` is missing.
        return Problem(
            Text(
                f"`{name}` is not set in conf/, so it must be added with a `+`",
                f"`{name}`은(는) conf/에 없는 키라서 `+`를 붙여 더해야 합니다",
            ),
            keys=[name], fixes=[[f"~{name}", f"+{name}={value}"]],
        )  # fmt: skip
    close = _nearest_keys(name)
    return Problem(
        Text(f"there is no setting `{name}`", f"`{name}`이라는 설정은 없습니다"),
        keys=[name],
        fixes=[[f"~{name}", f"{item}={value}"] for item in close] or [[f"~{name}"]],
        notes=[]
        if close
        else [
            Text(
                "`python src/train.py --help` lists every key",
                "모든 키는 `python src/train.py --help`에 있습니다",
            )
        ],
    )


def _nearest_keys(name: str) -> list[str]:
    """Keys with a like name in the same group first, then anywhere; one alone when it is that near."""
    group, _, last = name.rpartition(".")
    known = setting_keys()
    groups = {key.rpartition(".")[0] for key in known}
    if group:
        known = [key for key in known if key not in groups]
    siblings = {key.rpartition(".")[2]: key for key in known if key.rpartition(".")[0] == group}
    leaves = {key.rpartition(".")[2]: key for key in known}
    for names in (siblings, leaves):
        close = (
            difflib.get_close_matches(last, list(names), n=1, cutoff=0.85) or nearest(last, list(names))[:2]
        )
        if close:
            return [names[item] for item in close]
    return []
