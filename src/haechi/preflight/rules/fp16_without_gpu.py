"""TRAIN008."""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.trainer import Precision
from haechi.text import Text

# NVIDIA's own driver, Windows' subsystem for Linux, Jetson boards, AMD.
DEVICES = ("nvidia[0-9]*", "dxg", "nvhost-gpu", "nvgpu", "kfd")


@rule("TRAIN008", Severity.warning, essential=False)
def fp16_without_gpu(evidence: Evidence) -> Iterator[Problem]:
    """Half precision is asked for, and no GPU is there.

    ## What
    `trainer.precision=fp16` on a Linux machine where no GPU is visible: no device file,
    CUDA_VISIBLE_DEVICES is empty, or torch was built for CPUs only.

    ## Why
    On a CPU Trainer takes `fp16` and computes in float32, without a line of log: the losses are the same
    to the last digit. So the run is no measurement of fp16, and as slow as float32.

    ## Example
    `CUDA_VISIBLE_DEVICES= python src/train.py trainer.precision=fp16`

    ## What to do
    `trainer.precision=auto` takes bf16 where the hardware computes in it. Where a GPU should be there, look
    at `nvidia-smi` and at CUDA_VISIBLE_DEVICES.

    ## References
    - https://huggingface.co/docs/transformers/perf_train_gpu_one

    # 반정밀도를 쓰려 하는데 GPU가 없습니다

    ## 무엇
    `trainer.precision=fp16`인데 리눅스 기계에 보이는 GPU가 없습니다. 장치 파일이 없거나,
    CUDA_VISIBLE_DEVICES가 비어 있거나, CPU 전용으로 만든 torch입니다.

    ## 왜
    CPU에서 Trainer는 `fp16`을 받고도 로그 한 줄 없이 float32로 계산합니다. 손실이 마지막 자리까지 같습니다.
    그러므로 fp16을 잰 것이 아니고, 속도도 float32와 같습니다.

    ## 할 일
    `trainer.precision=auto`는 하드웨어가 bf16을 계산하면 bf16을 씁니다. GPU가 있어야 하는 곳이라면
    `nvidia-smi`와 CUDA_VISIBLE_DEVICES를 살펴봅니다.
    """
    if evidence.config.trainer.precision is not Precision.fp16 or not sys.platform.startswith("linux"):
        return
    why = _no_gpu(evidence.environment.visible_gpus)
    if why is not None:
        yield Problem(
            Text(
                f"`trainer.precision=fp16` has no effect without a GPU: {why}",
                f"`trainer.precision=fp16`은 GPU가 없으면 효과가 없습니다: {why.ko}",
            ),
            keys=["trainer.precision"],
            notes=[Text("the run would compute in float32", "실행은 float32로 계산합니다")],
            fixes=[["trainer.precision=auto"], ["trainer.precision=float32"]],
        )


def _no_gpu(visible: str | None) -> Text | None:
    """Why no GPU can be used, with this value of CUDA_VISIBLE_DEVICES; None when one may be there."""
    if visible is not None and visible.strip() in {"", "-1"}:
        return Text("CUDA_VISIBLE_DEVICES hides them all", "CUDA_VISIBLE_DEVICES가 모두 감춥니다")
    try:
        if version("torch").endswith("+cpu"):
            return Text("torch is built for CPUs only", "CPU 전용으로 만든 torch입니다")
    except PackageNotFoundError:
        pass
    if not any(next(Path("/dev").glob(name), None) for name in DEVICES):
        return Text("there is no device in /dev", "/dev에 장치가 없습니다")
    return None
