"""CFG010."""

from collections.abc import Iterator

from haechi.compose import key_of
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("CFG010")
def shared_folder_in_sweep(evidence: Evidence) -> Iterator[Problem]:
    """The jobs of a sweep are sent to one folder.

    ## What
    A sweep with `hydra.sweep.subdir` set to a name that is the same for every job, or with `run_dir`.

    ## Why
    With one subfolder for all, each job finds the files of the one before: metrics of several runs end up
    in one file, and saving the model ends the second job. `run_dir` is the folder of a single run; in a
    sweep Hydra numbers the jobs below the sweep's own folder and `run_dir` is not looked at.

    ## Example
    `python src/train.py -m pooling=cls,mean run_dir=/tmp/poolings`

    ## What to do
    `hydra.sweep.dir=DIR` moves the whole sweep; its jobs are numbered in it. Take back
    `hydra.sweep.subdir`, or make it differ by job: `'hydra.sweep.subdir=${hydra.job.num}'`.

    ## References
    - conf/hydra/haechi.yaml
    - https://hydra.cc/docs/1.3/configure_hydra/workdir/

    # 스윕의 작업이 모두 한 폴더로 갑니다

    ## 무엇
    스윕에서 `hydra.sweep.subdir`이 모든 작업에 같은 이름이거나, `run_dir`을 정했습니다.

    ## 왜
    하위 폴더가 하나뿐이면 작업마다 앞 작업의 파일과 만납니다. 여러 실행의 지표가 한 파일에 섞이고, 두
    번째 작업은 모델을 저장하다 끝납니다. `run_dir`은 실행 하나의 폴더입니다. 스윕에서는 Hydra가 스윕의
    폴더 아래에 작업 번호를 매기고 `run_dir`은 보지 않습니다.

    ## 할 일
    `hydra.sweep.dir=DIR`은 스윕 전체를 옮기며, 작업은 그 안에서 번호를 받습니다. `hydra.sweep.subdir`을
    무르거나 작업마다 다르게 합니다: `'hydra.sweep.subdir=${hydra.job.num}'`.
    """
    if evidence.jobs < 2:
        return
    typed = {key_of(item): item.partition("=")[2] for item in evidence.run.hydra_overrides}
    subfolder = typed.get("hydra.sweep.subdir")
    if subfolder is not None and "${" not in subfolder:
        yield Problem(
            Text(
                f"all {evidence.jobs:,} jobs of the sweep would write into the one subfolder `{subfolder}`",
                f"스윕의 작업 {evidence.jobs:,}개가 모두 하위 폴더 `{subfolder}` 하나에 쓰게 됩니다",
            ),
            keys=[],
            notes=[Text("set by `hydra.sweep.subdir`", "정한 곳: `hydra.sweep.subdir`")],
            fixes=[["~hydra.sweep.subdir"]],
        )
    folder = evidence.config.run_dir
    if folder is not None:
        moved = [] if "hydra.sweep.dir" in typed else [f"hydra.sweep.dir={_shown(evidence, folder)}"]
        yield Problem(
            Text(
                "`run_dir` is the folder of a single run; a sweep numbers its jobs in a folder of its own",
                "`run_dir`은 실행 하나의 폴더입니다. 스윕은 자기 폴더 안에서 작업에 번호를 매깁니다",
            ),
            keys=["run_dir"],
            fixes=[["run_dir=null", *moved]],
            severity=Severity.warning,
        )


def _shown(evidence: Evidence, folder: str) -> str:
    """The folder as it was typed, quotes included, else as it is."""
    typed = [item for item in evidence.run.overrides if key_of(item) == "run_dir"]
    return typed[-1].partition("=")[2] if typed else folder
