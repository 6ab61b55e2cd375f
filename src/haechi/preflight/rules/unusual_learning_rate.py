"""TRAIN004."""

import math
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init, Recipe
from haechi.schema.ranges import number, ranges
from haechi.text import Text

LOWEST = 1e-6
HIGHEST = {Init.pretrained: 1e-3, Init.scratch: 1e-2}


@rule("TRAIN004", Severity.warning, essential=False)
def unusual_learning_rate(evidence: Evidence) -> Iterator[Problem]:
    """The learning rate is far from what fine-tuning uses.

    ## What
    `trainer.learning_rate` lies below 1e-6 or above 1e-3, with `model.init=scratch` above 1e-2.

    ## Why
    Encoders of base size are fine-tuned with 1e-5 to 1e-4, small ones up to 5e-4. A hundred times more
    destroys the pretrained weights in the first steps, and the loss stays that of guessing; a hundred times
    less leaves the head as it was drawn. Both run to the end without a word.

    ## Example
    `python src/train.py trainer.learning_rate=5e-2`

    ## What to do
    Take the learning rate of the model's recipe, by leaving the key out. One that is meant is let through
    with `preflight.ignore=[TRAIN004]`.

    ## References
    - https://arxiv.org/abs/1810.04805
    - https://github.com/KLUE-benchmark/KLUE-baseline/blob/main/run_all.sh

    # 학습률이 파인튜닝에서 쓰는 값과 동떨어져 있습니다

    ## 무엇
    `trainer.learning_rate`가 1e-6보다 작거나 1e-3보다 큽니다. `model.init=scratch`이면 1e-2보다 큽니다.

    ## 왜
    base 크기의 인코더는 1e-5에서 1e-4, 작은 인코더는 5e-4까지로 파인튜닝합니다. 그 백 배면 첫 몇 스텝에
    사전 학습된 가중치가 무너져 손실이 찍기 수준에 머물고, 백분의 일이면 헤드가 처음 뽑은 그대로입니다. 둘
    다 아무 말 없이 끝까지 돕니다.

    ## 할 일
    키를 빼서 모델 레시피의 학습률을 씁니다. 뜻한 값이라면 `preflight.ignore=[TRAIN004]`로 통과시킵니다.
    """
    model, rate = evidence.config.model, evidence.config.trainer.learning_rate
    highest = HIGHEST[model.init]
    if LOWEST <= rate <= highest or not math.isfinite(rate):
        return
    bounds = ranges(evidence.config.trainer)["learning_rate"][1]
    if not bounds.holds(rate):
        return  # TRAIN001 says it
    usual = model.recipe.learning_rate
    usual = usual if LOWEST <= usual <= highest else Recipe().learning_rate
    yield Problem(
        Text(
            f"the learning rate is {number(rate)}, and fine-tuning uses {LOWEST:g} to {highest:g}",
            f"학습률이 {number(rate)}인데, 파인튜닝에서는 {LOWEST:g}에서 {highest:g} 사이를 씁니다",
        ),
        keys=["trainer.learning_rate", "model.init"],
        fixes=[[f"trainer.learning_rate={usual:g}"]],
    )
