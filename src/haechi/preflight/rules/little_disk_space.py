"""ENV002."""

import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from haechi.checkpoint.files import Checkpoint
from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.folder_probe import LEAST_SPACE
from haechi.preflight.rule import rule
from haechi.preflight.steps import planned_steps
from haechi.schema.model import Init
from haechi.schema.trainer import Strategy, TrainerConfig
from haechi.text import Text

# Heads of the pretraining, which are not loaded.
HEAD = re.compile(
    r"^(cls|lm_head|classifier|qa_outputs|head|decoder|predictions|vocab_\w+|mask_predictions|lm_predictions"
    r"|discriminator_predictions|generator_\w+)\."
)
FLOAT_BYTES = 4
# Weights and AdamW's two moments.
CHECKPOINT_COPIES = 3
# Room beside what is counted: logs, plots, a tracked copy of the model, other runs.
AMPLE = 1.25
GIGABYTE, MEGABYTE = 1e9, 1e6


@rule("ENV002")
def little_disk_space(evidence: Evidence) -> Iterator[Problem]:
    """The disk has too little room for what the run will write.

    ## What
    The checkpoints that are kept (float32 weights and the two moments of AdamW, so 12 bytes a parameter),
    one more while a new one is being written, and the model at the end, against what is free where the
    run's folder will be. An error when it surely does not fit, a warning when it barely does, or when the
    models of a whole sweep would not.

    ## Why
    A full disk breaks off the writing of a checkpoint, after an epoch or in the middle of the night. A
    base-sized encoder of 110 million parameters needs 1.3 GB a checkpoint.

    ## Example
    `python src/train.py model=klue_roberta_large run_dir=/mnt/small/run` on a disk with 5 GB left

    ## What to do
    Free some space, keep fewer checkpoints (`trainer.save_total_limit=1`), or write elsewhere:
    `run_dir=DIR` for one run, HAECHI_OUTPUTS=DIR for all.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 실행이 쓸 것에 비해 디스크가 모자랍니다

    ## 무엇
    간직할 체크포인트(float32 가중치와 AdamW의 두 모멘트, 파라미터마다 12바이트), 새것을 쓰는 동안의 하나,
    마지막 모델을 실행의 폴더가 놓일 곳의 여유와 견줍니다. 분명히 들어가지 않으면 오류이고, 겨우 들어가거나
    스윕 전체의 결과가 들어가지 않으면 경고입니다.

    ## 왜
    디스크가 차면 한 에폭을 돈 뒤나 한밤중에 체크포인트를 쓰다가 끊깁니다. 파라미터 1억 1천만 개인 base
    크기의 인코더는 체크포인트 하나에 1.3 GB가 필요합니다.

    ## 할 일
    공간을 비우거나, 체크포인트를 덜 간직하거나(`trainer.save_total_limit=1`), 다른 곳에 씁니다. 한 번의
    실행은 `run_dir=DIR`, 모든 실행은 HAECHI_OUTPUTS=DIR입니다.
    """
    checkpoint, model = evidence.checkpoint, evidence.config.model
    if checkpoint is None or not checkpoint.tensors or (model.init is Init.scratch and model.config):
        return
    trainer, steps, jobs = evidence.config.trainer, planned_steps(evidence), evidence.jobs
    plan = Plan(FLOAT_BYTES * _parameters(checkpoint), _saves(trainer, steps), trainer.save_total_limit)
    folder = evidence.run.folder
    free = _free(folder)
    # ENV001 speaks of a disk that takes no run at all.
    if free is None or free < LEAST_SPACE or plan.fits(free, jobs):
        return
    surely_not = plan.peak > free
    offers = {
        "trainer.save_total_limit=1": plan._replace(limit=min(plan.limit, 1)).fits(free, jobs),
        "trainer.eval_strategy=no": plan._replace(saves=0).fits(free, jobs),
    }
    fixes = [[fix] for fix, helps in offers.items() if helps]
    elsewhere = Path.home() / "haechi_run"
    if jobs == 1 and plan.fits(_free(elsewhere) or 0, jobs):
        fixes.append([f"run_dir={as_value(str(elsewhere))}"])
    if not surely_not:
        fixes.append([f"preflight.ignore=[{','.join([*evidence.config.preflight.ignore, 'ENV002'])}]"])
    one = _size(plan.copy * CHECKPOINT_COPIES)
    needed, of_all, left = _size(plan.peak), _size(plan.of_sweep(jobs)), _size(free)
    sweep = Text(f", {of_all} with all {jobs:,} jobs", f", 작업 {jobs:,}개 모두 {of_all}")
    shown = sweep if jobs > 1 else Text("", "")
    yield Problem(
        Text(
            f"the run writes up to {needed}{shown}, and `{folder}` has {left} left",
            f"실행이 {needed}까지 쓰는데{shown.ko} `{folder}`에는 {left}가 남아 있습니다",
        ),
        keys=["run_dir", "trainer.save_total_limit"],
        notes=[
            Text(
                f"a checkpoint has {one}: the weights and both moments of AdamW in float32",
                f"체크포인트 하나가 {one}입니다: float32 가중치와 AdamW의 두 모멘트",
            )
        ],
        fixes=fixes,
        severity=None if surely_not else Severity.warning,
    )


class Plan(NamedTuple):
    """What a run writes, in bytes."""

    copy: int
    """The weights, once."""
    saves: int
    """Checkpoints that are written, at least."""
    limit: int
    """Checkpoints that are kept."""

    @property
    def left(self) -> int:
        """When the run is over: the kept checkpoints and the model."""
        return self.copy * (CHECKPOINT_COPIES * min(self.saves, self.limit) + 1)

    @property
    def peak(self) -> int:
        """At most: an old checkpoint goes when the new one is there."""
        return max(self.left, self.copy * CHECKPOINT_COPIES * min(self.saves, self.limit + 1))

    def of_sweep(self, jobs: int) -> int:
        """What all jobs leave, the last one while it is writing."""
        return self.left * (jobs - 1) + self.peak

    def fits(self, free: int, jobs: int) -> bool:
        """Whether a disk has room for it, and some more."""
        return free >= max(self.peak * AMPLE, self.of_sweep(jobs))


def _size(count: float) -> str:
    if count < GIGABYTE:
        return f"{count / MEGABYTE:,.1f} MB"
    return f"{count / GIGABYTE:,.1f} GB"


def _parameters(checkpoint: Checkpoint) -> int:
    """Numbers that are trained, the head left out."""
    stored = checkpoint.tensors.items()
    return sum(math.prod(tensor.shape) for name, tensor in stored if not HEAD.match(name))


def _saves(trainer: TrainerConfig, steps: int | None) -> int:
    """Checkpoints that the training writes at least."""
    match trainer.eval_strategy:
        case Strategy.no:
            return 0
        case Strategy.epoch if trainer.max_steps <= 0 and math.isfinite(trainer.num_train_epochs):
            return math.ceil(trainer.num_train_epochs)
        case Strategy.steps if steps is not None:
            return math.ceil(steps / max(trainer.eval_steps, 1))
        case _:
            return 1


def _free(folder: Path) -> int | None:
    """Bytes that are free where a folder will be; None where that cannot be told."""
    try:
        existing = next(path for path in (folder, *folder.parents) if path.is_dir())
        usage = shutil.disk_usage(existing)
    except (OSError, StopIteration):
        return None
    return usage.free if usage.total else None  # /proc has no room, and is no disk
