"""POOL007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text

# How many different layers each of these poolings reads.
LAYERS = {"last_four": 4, "first_last": 2}


@rule("POOL007", Severity.warning, essential=False)
def few_layers(evidence: Evidence) -> Iterator[Problem]:
    """The pooling reads more layers than the model has.

    ## What
    `pooling=last_four` on a model of fewer than four layers, or `pooling=first_last` on a model of one.
    A note for the small checkpoint that Haechi makes itself.

    ## Why
    `last_four` then averages, or puts side by side, the layers that there are, and of one layer
    `first_last` is the plain average. The run works, and what its name promises it is not.

    ## Example
    `python src/train.py pooling=last_four`

    ## What to do
    `pooling=mean` says what happens, or nearly so.

    ## References
    - https://arxiv.org/abs/1810.04805

    # 모델의 층보다 많은 층을 읽는 풀링

    ## 무엇
    네 층이 안 되는 모델에 `pooling=last_four`를 쓰거나, 한 층짜리 모델에 `pooling=first_last`를 씁니다.
    Haechi가 스스로 만드는 작은 체크포인트라면 참고로만 알립니다.

    ## 왜
    이때 `last_four`는 있는 층만 평균하거나 나란히 붙이고, 층이 하나이면 `first_last`는 그냥 평균입니다.
    실행은 되지만 이름이 말하는 풀링은 아닙니다.

    ## 할 일
    `pooling=mean`이 실제로 하는 일에 가까운 이름입니다.
    """
    kind = evidence.config.pooling.kind
    wanted = None if evidence.config.task.objective in WITHOUT_POOLING else LAYERS.get(kind)
    layers = evidence.architecture.declared_layers if evidence.architecture else None
    layers = evidence.facts.num_hidden_layers if layers is None else layers
    if wanted is None or layers is None or layers >= wanted:
        return
    yield Problem(
        Text(
            f"`pooling={kind}` reads {wanted} layers, and the model has {layers}",
            f"`pooling={kind}`은(는) {wanted}개 층을 읽는데, 모델은 {layers}개 층입니다",
        ),
        keys=["pooling.kind", "model.checkpoint"],
        fixes=[["pooling=mean"]],
        severity=Severity.note if evidence.is_tiny else Severity.warning,
    )
