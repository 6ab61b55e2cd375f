"""TRAIN005."""

from collections.abc import Iterator
from pathlib import Path

from haechi import places
from haechi.checkpoint.files import WEIGHTS
from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

STATE = "trainer_state.json"
PATTERN = "checkpoint-*"
# Where checkpoints lie in a run's folder, and where that lies in an outputs folder.
BELOW = (PATTERN, f"checkpoints/{PATTERN}")


@rule("TRAIN005")
def nothing_to_resume(evidence: Evidence) -> Iterator[Problem]:
    """There is no checkpoint to resume from.

    ## What
    `trainer.resume` names a folder that is missing or is no checkpoint of a training; or it is `auto`, and
    the run's folder is a new one.

    ## Why
    transformers finds out after the model is built: `Can't find a valid checkpoint at ...`. With `auto`
    and a new folder nothing fails, and the training starts again from the beginning; that is only noted,
    and not with `run_dir`, where the first start of a job that may be restarted finds nothing either.

    ## Example
    `python src/train.py trainer.resume=auto`

    ## What to do
    Name the folder of a checkpoint (`trainer.resume=RUN/checkpoints/checkpoint-500`), or the run's folder
    itself: `run_dir=RUN trainer.resume=auto`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 이어서 학습할 체크포인트가 없습니다

    ## 무엇
    `trainer.resume`이 가리키는 폴더가 없거나 학습의 체크포인트가 아닙니다. 또는 `auto`인데 실행의 폴더가
    새것입니다.

    ## 왜
    transformers는 모델을 만든 뒤에야 `Can't find a valid checkpoint at ...`라고 합니다. `auto`와 새 폴더는
    실패하지 않고 처음부터 다시 학습합니다. 이것은 참고로만 알리고, 다시 시작될 수 있는 작업의 첫 시작처럼
    `run_dir`이 있으면 알리지 않습니다.

    ## 할 일
    체크포인트의 폴더를 적거나(`trainer.resume=RUN/checkpoints/checkpoint-500`), 실행의 폴더를 적습니다:
    `run_dir=RUN trainer.resume=auto`.
    """
    resume = evidence.config.trainer.resume
    if resume is None:
        return
    if resume == "auto":
        if str(evidence.run.folder) == places.run_folder(None, evidence.config.task.name):
            yield Problem(
                Text(
                    "`trainer.resume=auto` looks into the run's folder, and that is a new one",
                    "`trainer.resume=auto`는 실행의 폴더를 보는데, 그 폴더가 새것입니다",
                ),
                keys=["trainer.resume", "run_dir"],
                notes=[
                    Text(
                        "to go on with a run, name its folder: run_dir=RUN",
                        "실행을 이어 가려면 그 폴더를 적습니다: run_dir=RUN",
                    )
                ],
                fixes=[["trainer.resume=null"]],
                severity=Severity.note,
            )
        return
    folder = Path(resume)
    if _is_checkpoint(folder):
        return
    exists = folder.is_dir()
    offers = [[f"trainer.resume={as_value(str(path))}"] for path in _last_below(folder)] if exists else []
    yield Problem(
        Text(
            f"`{resume}` holds no checkpoint of a training",
            f"`{resume}`에는 학습의 체크포인트가 없습니다",
        )
        if exists
        else Text(
            f"there is no folder `{resume}` to resume from", f"이어서 학습할 폴더 `{resume}`이(가) 없습니다"
        ),
        keys=["trainer.resume"],
        notes=[
            Text(
                f"a checkpoint holds {WEIGHTS} and {STATE}", f"체크포인트에는 {WEIGHTS}와 {STATE}이 있습니다"
            )
        ],
        fixes=[*offers, ["trainer.resume=null"]],
    )


def _is_checkpoint(folder: Path) -> bool:
    """Whether a training can go on from there: from weights and the state of the trainer."""
    has_weights = any((folder / name).is_file() for name in (WEIGHTS, f"{WEIGHTS}.index.json"))
    return has_weights and (folder / STATE).is_file()


def _last_below(folder: Path) -> list[Path]:
    """The last checkpoint below a run's folder or a folder of checkpoints."""
    found = [path for pattern in BELOW for path in folder.glob(pattern) if _is_checkpoint(path)]
    steps = {path: int(number) for path in found if (number := path.name.rpartition("-")[2]).isdigit()}
    return sorted(steps, key=lambda path: steps[path])[-1:]
