"""ENV001."""

from collections.abc import Iterator
from pathlib import Path

from haechi import places
from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.folder_probe import refusal
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("ENV001")
def folder_not_writable(evidence: Evidence) -> Iterator[Problem]:
    """The outputs folder cannot be written.

    ## What
    The run's folder, or the nearest folder above it that exists, is read-only, is a file or lies on a disk
    with less than 8 MB left.

    ## Why
    A run that cannot write loses everything it learned.

    ## Example
    `python src/train.py run_dir=/proc/haechi`

    ## What to do
    Name a folder that you may write to: `run_dir=DIR` for one run, HAECHI_OUTPUTS=DIR for all.

    ## References
    - src/haechi/places.py

    # 출력 폴더에 쓸 수 없습니다

    ## 무엇
    실행의 폴더, 또는 그 위에서 가장 가까이 있는 폴더가 읽기 전용이거나 파일이거나, 남은 공간이 8 MB보다 적은
    디스크에 있습니다.

    ## 왜
    쓸 수 없는 실행은 배운 것을 모두 잃습니다.

    ## 할 일
    쓸 수 있는 폴더를 적습니다. 한 번의 실행은 `run_dir=DIR`, 모든 실행은 HAECHI_OUTPUTS=DIR입니다.
    """
    folder: Path = evidence.run.folder
    refused = refusal(folder)
    if refused is None:
        return
    existing, why = refused
    config = evidence.run.config
    moved = str(folder) != places.run_folder(config.run_dir, config.task.name)  # by hydra.run.dir
    elsewhere = (
        ["run_dir=null"] if config.run_dir else [f"run_dir={as_value(str(Path.home() / 'haechi_run'))}"]
    )
    # The tiny checkpoint lies with the outputs of all runs.
    stays = evidence.is_tiny and refusal(places.outputs()) is not None
    yield Problem(
        Text(
            f"the run's folder `{folder}` cannot be made: `{existing}` {why}",
            f"실행의 폴더 `{folder}`을(를) 만들 수 없습니다: `{existing}`, {why.ko}",
        ),
        keys=[] if moved else ["run_dir"],
        notes=[
            Text(
                "HAECHI_OUTPUTS=DIR moves the outputs of all runs",
                "HAECHI_OUTPUTS=DIR은 모든 실행의 출력을 옮깁니다",
            )
        ],
        fixes=[] if stays else [["~hydra.run.dir"] if moved else elsewhere],
    )
