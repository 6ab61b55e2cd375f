"""CFG007."""

import re
from collections.abc import Iterator

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, ValidationError

from haechi.compose import key_of
from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.resolve import UnknownKeys
from haechi.text import Text, quote

NAMED_ELSEWHERE = (
    MissingConfigException, OverrideParseException, ConfigAttributeError, ConfigKeyError,
    MissingMandatoryValue, ValidationError, UnknownKeys,
)  # fmt: skip


@rule("CFG007", on_composition=True)
def config_not_composable(fault: CompositionFault) -> Iterator[Problem]:
    """The config cannot be composed.

    ## What
    Hydra or OmegaConf refuses the config for a reason without a rule of its own: an interpolation that
    leads nowhere, a broken file in conf/, a search space without a search sweeper.

    ## Why
    Nothing can be judged before it is composed.

    ## Example
    `python src/train.py 'task.metric=${no.such.key}'`

    ## What to do
    Read the note, which is what Hydra says, and take back the override that brought it.

    ## References
    - https://hydra.cc/docs/1.3/advanced/defaults_list/

    # 설정을 합성할 수 없습니다

    ## 무엇
    따로 규칙이 없는 이유로 Hydra나 OmegaConf가 설정을 거절합니다. 이어지는 곳이 없는 보간, conf/의 깨진
    파일, 탐색 스위퍼 없는 탐색 공간 따위입니다.

    ## 왜
    합성되지 않은 설정은 아무것도 판정할 수 없습니다.

    ## 할 일
    참고에 적힌 Hydra의 말을 읽고, 원인이 된 오버라이드를 무릅니다.
    """
    text = str(fault.error)
    if isinstance(fault.error, NAMED_ELSEWHERE) or isinstance(fault.cause, NAMED_ELSEWHERE):
        return
    if any(
        words in text for words in ("Ambiguous value", "Sweep parameters", "Config group override must be")
    ):
        return
    guilty = fault.typed(fault.key) or _named(fault, text)
    key = key_of(guilty or "")
    lines = [text, *([str(fault.cause).splitlines()[0]] if str(fault.cause) not in text else [])]
    yield Problem(
        Text(
            f"the config cannot be composed with `{guilty}`",
            f"`{guilty}` 때문에 설정을 합성할 수 없습니다",
        )
        if guilty
        else Text("the config cannot be composed", "설정을 합성할 수 없습니다"),
        keys=[key] if key else [],
        fixes=[]
        if guilty is None
        else [[guilty.lstrip("+")]]
        if _adds_option(fault, guilty)
        else [[f"~{key}"]],
        notes=[
            quote(line) for line in "\n".join(lines).splitlines() if line.strip() and "_type=" not in line
        ][:4],
    )


def _named(fault: CompositionFault, text: str) -> str | None:
    """The override whose key Hydra's message names; one that adds or deletes before one that sets."""
    named = [
        item for item in fault.overrides if re.search(rf"(?<![\w.]){re.escape(key_of(item))}(?![\w.])", text)
    ]
    return next(iter(sorted(named, key=lambda item: not item.startswith(("+", "~")))), None)


def _adds_option(fault: CompositionFault, override: str) -> bool:
    """Whether an option is added to a group that has one already: `+pooling=cls`."""
    return override.startswith("+") and override.partition("=")[2] in fault.options(key_of(override))
