"""CFG016."""

from collections.abc import Iterator
from pathlib import Path

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.settings import settings_of, told
from haechi.sweep_record import UnreadableRecord, read_record, unlike
from haechi.text import Text

SHOWN = 6


@rule("CFG016", Severity.error, essential=True)
def sweep_resumed_under_change(evidence: Evidence) -> Iterator[Problem]:
    """A sweep is to go on under another config.

    ## What
    `sweep.resume` names a sweep whose jobs were started with other settings than this one's, in a key that
    is not swept.

    ## Why
    The jobs that have finished and those to come would not differ in what was swept alone: their
    comparison, which a sweep is for, would say nothing.

    ## Example
    `python src/train.py -m pooling=cls,mean,max trainer.learning_rate=3e-5 sweep.resume=SWEEP`, a sweep that
    was started without the learning rate

    ## What to do
    Go on under the settings that the sweep was started with. New values of a key that is swept are new jobs:
    `pooling=cls,mean,max` where it was `pooling=cls,mean`. For a key that was the same in all jobs, sweep
    over its old value and the new one (`trainer.learning_rate=5e-5,3e-5`), or start a sweep of its own.

    ## References
    - src/haechi/sweep_record.py

    # 다른 설정으로 스윕을 이어 가려 합니다

    ## 무엇
    `sweep.resume`이 가리키는 스윕의 작업은 스윕하지 않은 키에서 지금과 다른 설정으로 시작했습니다.

    ## 왜
    끝난 작업과 앞으로 할 작업이 스윕한 것에서만 다르지 않게 됩니다. 스윕의 목적인 비교가 아무것도 말해 주지
    못합니다.

    ## 할 일
    스윕을 시작한 설정으로 이어 갑니다. 스윕하는 키의 새 값은 새 작업이 됩니다: `pooling=cls,mean`이었다면
    `pooling=cls,mean,max`. 모든 작업에서 같았던 키는 옛 값과 새 값을 함께 스윕하거나
    (`trainer.learning_rate=5e-5,3e-5`), 새 스윕을 시작합니다.
    """
    named = evidence.config.sweep.resume
    if named is None or not evidence.in_sweep:
        return
    folder = Path(named).expanduser().absolute()
    try:
        record = read_record(folder)
    except UnreadableRecord:
        return  # CFG015
    run = evidence.run
    changed = unlike(record, run.overrides, settings_of(run.config), evidence.swept)
    if not changed:
        return
    yield Problem(
        Text(
            f"the sweep in `{folder}` was started with another config",
            f"`{folder}`의 스윕은 다른 설정으로 시작했습니다",
        ),
        keys=["sweep.resume", *list(changed)[:SHOWN]],
        notes=told(changed),
        fixes=[["sweep.resume=null"]],
    )
