"""TRAIN016."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.trainer import Strategy
from haechi.text import Text


@rule("TRAIN016", Severity.error)
def early_stopping_without_evaluation(evidence: Evidence) -> Iterator[Problem]:
    """Training is to stop early, and nothing is evaluated.

    ## What
    `trainer.early_stopping_patience` is set with `trainer.eval_strategy=no`.

    ## Why
    Patience is counted in evaluations. Without one, transformers' callback ends in an assertion once the
    data are loaded, and a loop that is more patient would train to the end.

    ## Example
    `python src/train.py trainer.early_stopping_patience=2 trainer.eval_strategy=no`

    ## What to do
    Evaluate every epoch or every so many steps.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/callback

    # 평가하지 않으면서 일찍 멈추려 합니다

    ## 무엇
    `trainer.eval_strategy=no`인데 `trainer.early_stopping_patience`를 정했습니다.

    ## 왜
    기다리는 횟수는 평가로 셉니다. 평가가 없으면 transformers의 콜백은 데이터를 읽은 뒤에 단언 오류로 끝나고,
    더 느긋한 루프라면 끝까지 학습합니다.

    ## 할 일
    에폭마다, 또는 몇 스텝마다 평가합니다.
    """
    trainer = evidence.config.trainer
    if not trainer.early_stopping_patience or trainer.eval_strategy is not Strategy.no:
        return
    yield Problem(
        Text(
            f"training is to stop after {trainer.early_stopping_patience:,} evaluations without gain, "
            "and there are none",
            f"나아지지 않는 평가가 {trainer.early_stopping_patience:,}번이면 멈추려 하지만, 평가가 없습니다",
        ),
        keys=["trainer.early_stopping_patience", "trainer.eval_strategy"],
        fixes=[["trainer.eval_strategy=epoch"], ["trainer.early_stopping_patience=0"]],
    )
