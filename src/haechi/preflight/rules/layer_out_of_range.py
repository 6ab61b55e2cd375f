"""POOL002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text


@rule("POOL002")
def layer_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """The pooling reads a layer that the model does not have.

    ## What
    `pooling.layer` counts beyond the model's layers.

    ## Why
    0 is the embeddings, 1 the first layer, -1 the last. A model of 12 layers has 0 to 12 and -1 to -13;
    anything else fails in the first batch.

    ## Example
    `python src/train.py pooling.layer=12`

    ## What to do
    Take a layer that the message names. `pooling=pooler` always reads the last.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/output

    # 모델에 없는 층을 읽는 풀링

    ## 무엇
    `pooling.layer`가 모델의 층 수를 벗어납니다.

    ## 왜
    0은 임베딩, 1은 첫째 층, -1은 마지막 층입니다. 12층 모델에는 0부터 12까지, -1부터 -13까지가 있습니다. 그
    밖의 수는 첫 배치에서 실패합니다.

    ## 할 일
    메시지에 나온 층을 쓰십시오. `pooling=pooler`는 언제나 마지막 층을 읽습니다.
    """
    layer, kind = evidence.config.pooling.layer, evidence.config.pooling.kind
    layers = evidence.architecture.declared_layers if evidence.architecture else None
    layers = evidence.facts.num_hidden_layers if layers is None else layers
    is_pooled = evidence.config.task.objective not in WITHOUT_POOLING
    if kind == "pooler" and is_pooled and layer not in {-1, layers}:
        yield Problem(
            Text(
                "`pooling=pooler` reads the last layer, whatever `pooling.layer` says",
                "`pooling=pooler`는 `pooling.layer`와 상관없이 마지막 층을 읽습니다",
            ),
            keys=["pooling.kind", "pooling.layer"],
            fixes=[["pooling.layer=-1"]],
        )
    elif layers is not None and not -layers - 1 <= layer <= layers:
        yield Problem(
            Text(
                f"layer {layer} is beyond the model's {layers} layers",
                f"{layer}번 층은 모델의 {layers}개 층을 벗어납니다",
            ),
            keys=["pooling.layer", "model.checkpoint"],
            fixes=[["pooling.layer=-1"], [f"pooling.layer={layers}"]],
            notes=[
                Text(
                    f"0 is the embeddings, {layers} or -1 the last layer",
                    f"0은 임베딩, {layers} 또는 -1은 마지막 층입니다",
                )
            ],
        )
