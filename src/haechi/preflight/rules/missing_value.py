"""CFG006."""

from collections.abc import Iterator

from omegaconf.errors import MissingMandatoryValue

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.text import Text

# An option that needs a value, and another option of its group that needs none.
ALTERNATIVES = {
    "model.checkpoint": "model=tiny",
    "tokenizer.source": "tokenizer=auto",
}


@rule("CFG006", on_composition=True)
def missing_value(fault: CompositionFault) -> Iterator[Problem]:
    """A setting that has no default was not given.

    ## What
    The option leaves a key open (`???`), such as the folder of `model=local`.

    ## Why
    Nothing sensible could stand there by default.

    ## Example
    `python src/train.py model=local`

    ## What to do
    Give the value, or take an option that needs none.

    ## References
    - https://hydra.cc/docs/1.3/tutorials/basic/your_first_app/config_file/

    # 기본값이 없는 설정에 값을 주지 않았습니다

    ## 무엇
    고른 옵션이 키를 비워 둡니다(`???`). `model=local`의 폴더가 그렇습니다.

    ## 왜
    그 자리에 미리 넣어 둘 만한 값이 없습니다.

    ## 할 일
    값을 주거나, 값이 필요 없는 옵션을 고릅니다.
    """
    if not isinstance(fault.cause, MissingMandatoryValue):
        return
    key = fault.key
    group = key.partition(".")[0]
    defaults = {
        "model": "model=tiny", "tokenizer": "tokenizer=auto", "task": "task=sample_topic",
        "pooling": "pooling=mean", "trainer": "trainer=hf",
        "tracking": "tracking=mlflow", "notify": "notify=none",
    }  # fmt: skip
    # A typed `key=???` is taken back; an option that leaves the key open is left for another.
    fix = f"~{key}" if fault.typed(key) else ALTERNATIVES.get(key) or defaults.get(group)
    yield Problem(
        Text(f"`{key}` has no value", f"`{key}`에 값이 없습니다"),
        keys=[key],
        fixes=[[fix]] if fix else [],
        notes=[Text(f"give one: {key}=...", f"값을 주십시오: {key}=...")],
    )
