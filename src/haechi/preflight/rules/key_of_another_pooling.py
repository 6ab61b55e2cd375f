"""POOL003."""

from collections.abc import Iterator
from dataclasses import fields

from omegaconf import MISSING

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import OWN_KEYS, WITHOUT_POOLING, PoolingConfig
from haechi.text import Text


@rule("POOL003", essential=False)
def key_of_another_pooling(evidence: Evidence) -> Iterator[Problem]:
    """A pooling key is set that the chosen pooling does not read.

    ## What
    A key such as `pooling.combine` or `pooling.include_special_tokens` has another value than its default,
    and the pooling of the run has no such key.

    ## Why
    It would change nothing, and the run would be reported as if it had: a sweep over
    `pooling.include_special_tokens` with `pooling=cls` is the same run twice.

    ## Example
    `python src/train.py pooling=cls pooling.include_special_tokens=false`

    ## What to do
    Leave the key out, or take a pooling that reads it; the message names them.

    ## References
    - src/haechi/schema/pooling.py

    # 고른 풀링이 읽지 않는 키

    ## 무엇
    `pooling.combine`이나 `pooling.include_special_tokens` 같은 키가 기본값과 다른데, 실행의 풀링에는 그런
    키가 없습니다.

    ## 왜
    아무것도 바뀌지 않는데, 실행은 바꾼 것처럼 기록됩니다. `pooling=cls`로
    `pooling.include_special_tokens`를 바꿔 가며 돌리면 똑같은 실행을 두 번 하는 셈입니다.

    ## 할 일
    키를 빼거나, 그 키를 읽는 풀링을 쓰십시오. 메시지에 이름이 있습니다.
    """
    pooling = evidence.config.pooling
    own = OWN_KEYS.get(pooling.kind)
    if own is None or evidence.config.task.objective in WITHOUT_POOLING:
        return  # where POOL006 speaks of any pooling
    for item in fields(PoolingConfig):
        is_pooler_layer = (pooling.kind, item.name) == ("pooler", "layer")  # said by POOL002
        if item.default is MISSING or item.name in own or is_pooler_layer:
            continue
        if getattr(pooling, item.name) == item.default:
            continue
        key = f"pooling.{item.name}"
        readers = ", ".join(f"`{kind}`" for kind, keys in OWN_KEYS.items() if item.name in keys)
        default = str(getattr(item.default, "value", item.default)).lower()
        yield Problem(
            Text(
                f"`pooling={pooling.kind}` does not read `{key}`",
                f"`pooling={pooling.kind}`은(는) `{key}`을(를) 읽지 않습니다",
            ),
            keys=[key, "pooling.kind"],
            notes=[Text(f"it is read by {readers}", f"이 키를 읽는 풀링: {readers}")],
            fixes=[[f"~{key}"] if evidence.run.origins.is_typed(key) else [f"{key}={default}"]],
        )
