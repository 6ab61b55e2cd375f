"""ENV004."""

from collections.abc import Iterator
from pathlib import Path

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

LEFT = ("model", "results.json", "checkpoints")
"""What a run leaves that another one would write over."""


@rule("ENV004", Severity.error, essential=False)
def used_folder(evidence: Evidence) -> Iterator[Problem]:
    """A new run is to write where another one has written.

    ## What
    `run_dir` names a folder with a model, results or checkpoints, and `trainer.resume` is not set.

    ## Why
    Two runs in one folder leave checkpoints, metrics and results of which nobody knows whose they are. The
    model of the first is not written over, so the second would train to its end and then fail.

    ## Example
    `python src/train.py run_dir=outputs/night`, typed a second time

    ## What to do
    Leave `run_dir` out, name a folder of its own, or go on with the run that is there:
    `trainer.resume=auto`.

    ## References
    - src/haechi/outputs.py

    # 다른 실행이 쓴 폴더에 새 실행이 쓰려 합니다

    ## 무엇
    `run_dir`이 모델, 결과, 체크포인트가 이미 있는 폴더를 가리키는데 `trainer.resume`이 없습니다.

    ## 왜
    한 폴더에 두 실행이 쓰면 체크포인트와 지표와 결과가 누구의 것인지 알 수 없습니다. 먼저 만든 모델은
    덮어쓰지 않으므로, 두 번째 실행은 끝까지 학습하고 나서 실패합니다.

    ## 할 일
    `run_dir`을 빼거나 새 폴더를 적습니다. 그 실행을 이어 가려면 `trainer.resume=auto`를 적습니다.
    """
    config = evidence.config
    if config.run_dir is None or config.trainer.resume is not None:
        return
    folder = Path(config.run_dir).expanduser().absolute()
    found = [name for name in LEFT if _is_there(folder / name)]
    if found:
        shown = ", ".join(found)
        yield Problem(
            Text(
                f"`{folder}` is of another run: it has {shown}",
                f"`{folder}`은(는) 다른 실행의 폴더입니다: {shown}",
            ),
            keys=["run_dir"],
            fixes=[[f"run_dir={as_value(str(_free(folder)))}"], ["trainer.resume=auto"]],
        )


def _is_there(path: Path) -> bool:
    """Whether a file, or a folder with something in it, is there."""
    try:
        return any(path.iterdir()) if path.is_dir() else path.is_file()
    except OSError:
        return False


def _free(folder: Path) -> Path:
    """The first of folder_2, folder_3, ... that nobody has made."""
    number = 2
    while (found := folder.with_name(f"{folder.name}_{number}")).exists():
        number += 1
    return found
