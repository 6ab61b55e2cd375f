"""CFG015."""

from collections.abc import Iterator
from pathlib import Path

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.sweep_record import NAME, UnreadableRecord, read_record
from haechi.text import Text


@rule("CFG015")
def no_sweep_to_resume(evidence: Evidence) -> Iterator[Problem]:
    """There is no sweep to go on with.

    ## What
    `sweep.resume` names a folder that is missing, has no sweep.json that can be read, or is the folder of a
    single job; or it is set for a run that is no sweep.

    ## Why
    A sweep goes on by what its sweep.json says of each job. Without it every job would be run again, in the
    folders of those that have finished.

    ## Example
    `python src/train.py -m pooling=cls,mean sweep.resume=outputs/no_such_sweep`

    ## What to do
    Name the folder that holds sweep.json, `outputs/<task>/sweep_...`, together with `-m`. The grid may be
    left out then; it is taken from there. To go on with a single run: `run_dir=RUN trainer.resume=auto`.

    ## References
    - src/haechi/sweep_record.py

    # 이어 갈 스윕이 없습니다

    ## 무엇
    `sweep.resume`이 가리키는 폴더가 없거나, 읽을 수 있는 sweep.json이 없거나, 작업 하나의 폴더입니다. 또는
    스윕이 아닌 실행에 적었습니다.

    ## 왜
    스윕은 sweep.json이 작업마다 말하는 것에 따라 이어집니다. 그것이 없으면 끝난 작업까지 그 폴더에서 모두
    다시 실행하게 됩니다.

    ## 할 일
    sweep.json이 있는 폴더 `outputs/<task>/sweep_...`를 `-m`과 함께 적습니다. 그때 격자는 적지 않아도
    거기에서 가져옵니다. 실행 하나를 이어 가려면 `run_dir=RUN trainer.resume=auto`를 적습니다.
    """
    named = evidence.config.sweep.resume
    if named is None:
        return
    folder = Path(named).expanduser().absolute()
    if not evidence.in_sweep:
        yield Problem(
            Text(
                "`sweep.resume` goes on with a sweep, and this is a single run",
                "`sweep.resume`은 스윕을 이어 가는데, 이것은 실행 하나입니다",
            ),
            keys=["sweep.resume"],
            notes=[Text(f"a sweep is started with -m: `-m sweep.resume={named}`",
                        f"스윕은 -m으로 시작합니다: `-m sweep.resume={named}`")],
            fixes=[["sweep.resume=null"]],
        )  # fmt: skip
        return
    try:
        read_record(folder)
    except UnreadableRecord as error:
        yield Problem(
            Text(f"there is no sweep to go on with: {error}", f"이어 갈 스윕이 없습니다: {error.why.ko}"),
            keys=["sweep.resume"],
            notes=_hints(folder),
            fixes=[*_nearby(folder), ["sweep.resume=null"]],
        )


def _hints(folder: Path) -> list[Text]:
    return [
        Text(
            f"a sweep's folder holds {NAME}; it is named `outputs/<task>/sweep_...`",
            f"스윕의 폴더에는 {NAME}이 있고, 이름은 `outputs/<task>/sweep_...`입니다",
        )
    ]


def _nearby(folder: Path) -> list[list[str]]:
    """The sweep whose job's folder was named, or the newest one below it."""
    if (folder.parent / NAME).is_file():
        return [[f"sweep.resume={as_value(str(folder.parent))}"]]
    found = sorted(folder.glob(f"sweep_*/{NAME}"), key=lambda path: path.parent.name)[-1:]
    return [[f"sweep.resume={as_value(str(path.parent))}"] for path in found]
