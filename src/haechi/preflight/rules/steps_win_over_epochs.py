"""TRAIN011."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TRAIN011", Severity.note, essential=False)
def steps_win_over_epochs(evidence: Evidence) -> Iterator[Problem]:
    """Both steps and epochs are given, and steps win.

    ## What
    `trainer.max_steps` and `trainer.num_train_epochs` stand in one command line.

    ## Why
    A positive `trainer.max_steps` decides alone how long the training is; the epochs are not looked at.

    ## Example
    `python src/train.py trainer.max_steps=20 trainer.num_train_epochs=3`

    ## What to do
    Leave one of them out. `trainer.max_steps=-1` gives the word back to the epochs.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 스텝과 에폭을 함께 주었는데 스텝이 이깁니다

    ## 무엇
    한 명령줄에 `trainer.max_steps`와 `trainer.num_train_epochs`가 있습니다.

    ## 왜
    양수인 `trainer.max_steps`가 홀로 학습의 길이를 정합니다. 에폭은 보지 않습니다.

    ## 할 일
    둘 가운데 하나를 뺍니다. `trainer.max_steps=-1`이면 다시 에폭이 정합니다.
    """
    steps = evidence.config.trainer.max_steps
    if steps <= 0:
        return
    origins = evidence.run.origins
    if origins.is_typed("trainer.max_steps") and origins.is_typed("trainer.num_train_epochs"):
        yield Problem(
            Text(
                f"the training ends after {steps:,} steps, whatever the number of epochs",
                f"에폭이 얼마든 학습은 {steps:,}스텝 뒤에 끝납니다",
            ),
            keys=["trainer.max_steps", "trainer.num_train_epochs"],
            fixes=[["~trainer.num_train_epochs"], ["trainer.max_steps=-1"]],
        )
