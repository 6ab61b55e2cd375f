"""TRAIN006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.steps import planned_steps
from haechi.schema.trainer import Strategy
from haechi.text import Text


@rule("TRAIN006", Severity.warning, essential=False)
def evaluation_never(evidence: Evidence) -> Iterator[Problem]:
    """The model is not evaluated while it is trained.

    ## What
    `trainer.eval_strategy=steps`, and `trainer.eval_steps` is more than the training has. With
    `trainer.eval_strategy=no` the same is noted, since it was asked for.

    ## Why
    A checkpoint is kept whenever the model is evaluated. Without an evaluation before the end there is no
    curve, nothing to choose the best from, and a run that breaks off starts again from the beginning. The
    last weights are evaluated and saved in any case.

    ## Example
    `python src/train.py trainer.eval_strategy=steps trainer.eval_steps=5000`

    ## What to do
    Evaluate every epoch (`trainer.eval_strategy=epoch`), or after fewer steps.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 학습하는 동안 모델을 평가하지 않습니다

    ## 무엇
    `trainer.eval_strategy=steps`인데 `trainer.eval_steps`가 학습의 스텝보다 많습니다.
    `trainer.eval_strategy=no`는 스스로 고른 것이므로 참고로만 알립니다.

    ## 왜
    체크포인트는 평가할 때마다 간직합니다. 끝나기 전에 평가가 없으면 학습 곡선도, 가장 좋은 것을 고를
    체크포인트도 없고, 도중에 끊긴 실행은 처음부터 다시 해야 합니다. 마지막 가중치는 어느 경우에나 평가하고
    저장합니다.

    ## 할 일
    에폭마다 평가하거나(`trainer.eval_strategy=epoch`), 더 적은 스텝마다 평가합니다.
    """
    trainer = evidence.config.trainer
    if trainer.eval_strategy is Strategy.no:
        yield Problem(
            Text(
                "the model is evaluated at the end only, and no checkpoint is kept before",
                "모델을 끝에만 평가하고, 그 전에는 체크포인트를 간직하지 않습니다",
            ),
            keys=["trainer.eval_strategy"],
            fixes=[["trainer.eval_strategy=epoch"]],
            severity=Severity.note,
        )
    if trainer.eval_strategy is not Strategy.steps or trainer.eval_steps < 1:
        return
    steps = planned_steps(evidence)
    if steps is None or trainer.eval_steps <= steps:
        return
    half = max(1, steps // 2)
    yield Problem(
        Text(
            f"the first evaluation is due after {trainer.eval_steps:,} steps, and the training has {steps:,}",
            f"첫 평가가 {trainer.eval_steps:,}스텝 뒤인데, 학습은 {steps:,}스텝입니다",
        ),
        keys=["trainer.eval_steps", "trainer.max_steps", "trainer.num_train_epochs"],
        notes=[
            Text(
                "there would be one evaluation, at the end, and no checkpoint to choose from",
                "평가가 끝에 한 번뿐이어서 고를 체크포인트가 없습니다",
            )
        ],
        fixes=[["trainer.eval_strategy=epoch"], [f"trainer.eval_steps={half}"]],
    )
