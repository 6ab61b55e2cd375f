"""TRAIN013."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TRAIN013", Severity.error)
def frozen_layers_beyond_model(evidence: Evidence) -> Iterator[Problem]:
    """More layers are to be frozen than the model has.

    ## What
    `trainer.frozen_layers` is larger than the number of the model's layers.

    ## Why
    All layers would stay as they are and only pooling and head would learn, which is a linear probe and not
    what the number says. It is mostly a number from a larger model.

    ## Example
    `python src/train.py trainer.frozen_layers=6`, where the model has two layers

    ## What to do
    Name at most the number of layers. All of them is a linear probe on purpose.

    ## References
    - https://arxiv.org/abs/1903.05987 (Peters et al. 2019: feature extraction against fine-tuning)

    # 모델의 층보다 많은 층을 얼리려 합니다

    ## 무엇
    `trainer.frozen_layers`가 모델의 층 수보다 큽니다.

    ## 왜
    모든 층이 그대로 남고 풀링과 헤드만 학습합니다. 이는 선형 탐침(linear probe)이며 그 숫자가 뜻하는 바가
    아닙니다. 대개는 더 큰 모델에서 쓰던 숫자입니다.

    ## 할 일
    층 수를 넘지 않게 적습니다. 모든 층을 얼리면 뜻대로 선형 탐침이 됩니다.
    """
    wanted = evidence.config.trainer.frozen_layers
    layers = evidence.architecture.declared_layers if evidence.architecture else None
    layers = evidence.facts.num_hidden_layers if layers is None else layers
    if layers is None or wanted <= layers:
        return
    yield Problem(
        Text(
            f"{wanted:,} layers are to be frozen, and the model has {layers}",
            f"{wanted:,}개 층을 얼리려 하지만 모델에는 {layers}개 층이 있습니다",
        ),
        keys=["trainer.frozen_layers", "model.checkpoint"],
        fixes=[[f"trainer.frozen_layers={layers // 2}"], ["trainer.frozen_layers=0"]],
    )
