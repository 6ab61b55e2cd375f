"""MODEL015."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Dtype
from haechi.text import Text


@rule("MODEL015", Severity.warning, essential=False)
def half_precision_training(evidence: Evidence) -> Iterator[Problem]:
    """The weights themselves are trained in bfloat16.

    ## What
    `model.dtype=bfloat16`, so there are no float32 master weights.

    ## Why
    bfloat16 keeps eight bits of a number: an update that is smaller than a 256th of a weight, or half of
    that, is rounded away. Fine-tuning makes such updates: AdamW moves a weight by about the learning rate,
    5e-5, and most weights are larger than a hundredth. Half the memory for weights is what one gains.

    ## Example
    `python src/train.py model.dtype=bfloat16`

    ## What to do
    Leave `model.dtype` at float32, whatever the checkpoint is stored in, and compute in bfloat16 with
    `trainer.precision=bf16`, which `auto` does where the hardware can.

    ## References
    - https://arxiv.org/abs/1710.03740 (Micikevicius et al. 2018, section 3.1)

    # 가중치 자체를 bfloat16으로 학습합니다

    ## 무엇
    `model.dtype=bfloat16`이라서 float32 원본 가중치가 없습니다.

    ## 왜
    bfloat16은 수의 여덟 비트만 간직합니다. 가중치의 256분의 1이나 그 절반보다 작은 갱신은 반올림으로
    사라집니다. 파인튜닝의 갱신이 바로 그렇습니다. AdamW는 가중치를 학습률 5e-5만큼 움직이는데, 가중치는
    대부분 100분의 1보다 큽니다. 얻는 것은 가중치 메모리의 절반입니다.

    ## 할 일
    체크포인트가 무엇으로 저장되어 있든 `model.dtype`은 float32로 두고, 계산을
    `trainer.precision=bf16`으로 합니다. 하드웨어가 할 수 있으면 `auto`가 그렇게 합니다.
    """
    if evidence.config.model.dtype is Dtype.bfloat16:
        yield Problem(
            Text(
                "the weights are trained in bfloat16, which rounds small updates away",
                "가중치를 bfloat16으로 학습하면 작은 갱신이 반올림으로 사라집니다",
            ),
            keys=["model.dtype"],
            fixes=[["model.dtype=float32"]],
        )
