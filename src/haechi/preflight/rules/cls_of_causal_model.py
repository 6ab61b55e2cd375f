"""POOL005."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import WITH_POOLER
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text


@rule("POOL005")
def cls_of_causal_model(evidence: Evidence) -> Iterator[Problem]:
    """The pooling takes the first token of a causal model.

    ## What
    `pooling=cls` reads the vector at the first position, and `pooling=pooler` a layer over that vector; the
    model is a GPT-2, or another one whose config.json says `"is_decoder": true`.

    ## Why
    In a causal model a token sees only those before it, and the first one sees nothing but itself. Where
    it is a special token, all texts get the same vector and nothing can be learned; else texts that begin
    with the same piece get the same one.

    ## Example
    `python src/train.py pooling=cls model=local model.checkpoint=DIR` where DIR has a GPT-2

    ## What to do
    `pooling=last_token` reads the one token that has seen the whole text. `pooling=mean` and
    `pooling=weighted_mean` read all of them.

    ## References
    - https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf
    - https://arxiv.org/abs/2202.08904

    # 인과 모델의 첫 토큰을 읽는 풀링

    ## 무엇
    `pooling=cls`는 첫 위치의 벡터를, `pooling=pooler`는 그 벡터를 거친 층의 출력을 읽는데, 모델이
    GPT-2이거나 config.json에 `"is_decoder": true`가 있는 모델입니다.

    ## 왜
    인과 모델의 토큰은 자기 앞의 토큰만 보고, 첫 토큰은 자기 자신밖에 보지 못합니다. 그 토큰이 특수
    토큰이면 모든 글의 벡터가 같아 아무것도 배울 수 없습니다. 아니라면 같은 조각으로 시작하는 글의 벡터가 모두
    같습니다.

    ## 할 일
    `pooling=last_token`은 글 전체를 본 단 하나의 토큰을 읽습니다. `pooling=mean`과
    `pooling=weighted_mean`은 모든 토큰을 읽습니다.
    """
    config = evidence.config
    kind = config.pooling.kind
    if kind not in {"cls", "pooler"} or config.task.objective in WITHOUT_POOLING or not evidence.is_causal:
        return
    if kind == "pooler" and evidence.model_type not in WITH_POOLER:
        return  # POOL001 says that there is none
    yield Problem(
        Text(
            f"`pooling={kind}` reads the first token, which in a causal {evidence.model_type} has seen "
            "nothing of the text",
            f"`pooling={kind}`은(는) 첫 토큰을 읽는데, 인과 모델인 {evidence.model_type}의 첫 토큰은 글을 "
            "전혀 보지 못합니다",
        ),
        keys=["pooling.kind", "model.checkpoint"],
        fixes=[["pooling=last_token"], ["pooling=mean"]],
    )
