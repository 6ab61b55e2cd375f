"""TRAIN001."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.ranges import number, ranges
from haechi.text import Text


@rule("TRAIN001")
def value_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """A number is out of its range.

    ## What
    A setting with bounds is outside of them: a batch of 0 rows, a learning rate of 5.

    ## Why
    Such a value fails late, or trains to nothing.

    ## Example
    `python src/train.py trainer.learning_rate=5`

    ## What to do
    Take a value within the bounds that the message names; `~key` takes the override back.

    ## References
    - src/haechi/schema/

    # 숫자가 범위를 벗어났습니다

    ## 무엇
    범위가 정해진 설정이 그 밖에 있습니다. 0행짜리 배치, 5인 학습률 따위입니다.

    ## 왜
    그런 값은 늦게 실패하거나, 학습해도 남는 것이 없습니다.

    ## 할 일
    메시지에 나온 범위 안의 값을 줍니다. `~key`는 적은 것을 무릅니다.
    """
    for key, (value, bounds) in ranges(evidence.run.config).items():
        if bounds.holds(value):
            continue
        low, high = bounds
        finite = Text("", "") if math.isfinite(value) else Text("finite, ", "유한한 수로서 ")
        nearest = low if high is None or (low is not None and not value >= low) else high
        yield Problem(
            Text(
                f"`{key}` is {number(value)}, and must be {finite}{bounds}",
                f"`{key}`가 {number(value)}인데, {finite.ko}{bounds.korean}",
            ),
            keys=[key],
            fixes=[[f"~{key}"]] if evidence.run.origins.is_typed(key) else [[f"{key}={number(nearest)}"]],
        )
