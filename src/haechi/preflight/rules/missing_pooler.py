"""POOL001."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import WITH_POOLER
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text


@rule("POOL001")
def missing_pooler(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint has no trained pooler.

    ## What
    `pooling=pooler` reads the pooler's output, and the checkpoint stores no pooler weights, or its
    architecture has none.

    ## Why
    Checkpoints trained on masked words alone (klue/roberta-*, roberta-base) come without a pooler;
    transformers draws a random one and says so in one line of a table. ELECTRA, DistilBERT, DeBERTa and
    ModernBERT have none at all.

    ## Example
    `python src/train.py pooling=pooler`

    ## What to do
    Take a pooling that needs no weights of its own, `pooling=mean` or `pooling=cls`.

    ## References
    - https://github.com/huggingface/transformers/issues/47147

    # 체크포인트에 학습된 풀러가 없습니다

    ## 무엇
    `pooling=pooler`는 풀러의 출력을 읽는데, 체크포인트에 풀러 가중치가 없거나 그 구조에 풀러가 없습니다.

    ## 왜
    마스크 단어만으로 학습한 체크포인트(klue/roberta-*, roberta-base)에는 풀러가 들어 있지 않습니다.
    transformers는 무작위로 하나를 만들고, 표의 한 줄로만 알립니다. ELECTRA, DistilBERT, DeBERTa,
    ModernBERT에는 풀러가 아예 없습니다.

    ## 할 일
    가중치가 필요 없는 풀링, 곧 `pooling=mean`이나 `pooling=cls`를 쓰십시오.
    """
    config = evidence.config
    if config.pooling.kind != "pooler" or config.task.objective in WITHOUT_POOLING:
        return
    checkpoint, facts = evidence.checkpoint, evidence.facts
    model_type = checkpoint.model_type if checkpoint else facts.model_type
    from_header = checkpoint.has_pooler if checkpoint else None
    has_pooler = facts.has_pooler if from_header is None else from_header
    if config.model.init is Init.scratch:
        has_pooler = model_type in WITH_POOLER
    if has_pooler is not False:
        return
    none_at_all = model_type is not None and model_type not in WITH_POOLER
    yield Problem(
        Text(
            f"`pooling=pooler` needs a pooler, and {model_type} has none at all",
            f"`pooling=pooler`에는 풀러가 필요한데, {model_type} 구조에는 풀러가 없습니다",
        )
        if none_at_all
        else Text(
            "`pooling=pooler` needs a trained pooler, and the checkpoint stores none",
            "`pooling=pooler`에는 학습된 풀러가 필요한데, 체크포인트에 저장된 것이 없습니다",
        ),
        keys=["pooling.kind", "model.checkpoint"],
        # A causal model's first token has seen nothing of the text.
        fixes=[["pooling=mean"], ["pooling=last_token" if evidence.is_causal else "pooling=cls"]],
        notes=[]
        if none_at_all
        else [
            Text(
                "transformers would draw one at random and train on",
                "transformers라면 무작위로 하나를 만들어 그대로 학습합니다",
            )
        ],
        severity=Severity.warning if from_header is None and "has_pooler" in facts.uncertain else None,
    )
