"""POOL009."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text

START_MARKERS = "entity_start"


@rule("POOL009", Severity.note, essential=False)
def half_seen_text(evidence: Evidence) -> Iterator[Problem]:
    """The head reads tokens of a causal model, which have not seen the text behind them.

    ## What
    The model is causal, such as a GPT-2, and the task tags tokens or looks for the ends of an answer. A
    warning where `pooling=entity_start` reads the markers in front of the mentions.

    ## Why
    In a causal model a token sees only those before it. A tag is then given without the words that follow,
    and the start of an answer without the answer. A marker in front of a mention has not even seen the
    mention. Encoders such as BERT see both sides.

    ## Example
    `python src/train.py pooling=entity_start task=klue_re model=local model.checkpoint=DIR` where DIR has a
    GPT-2

    ## What to do
    Expect lower scores than an encoder of the same size has. For relations, `pooling=last_token` reads the
    token that has seen the whole sentence.

    ## References
    - https://arxiv.org/abs/2404.05961

    # 뒤의 글을 보지 못하는 토큰을 읽는 헤드

    ## 무엇
    GPT-2 같은 인과 모델인데, 토큰에 태그를 붙이거나 답의 양 끝을 찾는 과제입니다. `pooling=entity_start`가
    멘션 앞의 마커를 읽을 때는 경고합니다.

    ## 왜
    인과 모델의 토큰은 자기 앞의 토큰만 봅니다. 그래서 뒤에 오는 말을 모르는 채 태그를 정하고, 답을 보지 못한
    채 답의 시작을 정합니다. 멘션 앞의 마커는 그 멘션조차 보지 못합니다. BERT 같은 인코더는 양쪽을 다 봅니다.

    ## 할 일
    같은 크기의 인코더보다 점수가 낮으리라 예상하십시오. 관계 과제라면 `pooling=last_token`이 문장 전체를 본
    토큰을 읽습니다.
    """
    config = evidence.config
    tokenwise = config.task.objective in WITHOUT_POOLING
    if not evidence.is_causal or not (tokenwise or config.pooling.kind == START_MARKERS):
        return
    if tokenwise:
        yield Problem(
            Text(
                f"each token of a causal {evidence.model_type} is read before it has seen what follows it",
                f"인과 모델인 {evidence.model_type}의 토큰은 뒤에 오는 글을 보지 못한 채 읽힙니다",
            ),
            keys=["task.objective", "model.checkpoint"],
            notes=[
                Text(
                    "tags and the ends of answers are found better by an encoder that sees both sides",
                    "태그와 답의 양 끝은 양쪽을 다 보는 인코더가 더 잘 찾습니다",
                )
            ],
        )
        return
    yield Problem(
        Text(
            f"`pooling={START_MARKERS}` reads the markers in front of the mentions, which in a causal "
            f"{evidence.model_type} have not seen them",
            f"`pooling={START_MARKERS}`는 멘션 앞의 마커를 읽는데, 인과 모델인 {evidence.model_type}에서 "
            "마커는 그 멘션을 보지 못합니다",
        ),
        keys=["pooling.kind", "model.checkpoint"],
        fixes=[["pooling=last_token"], ["pooling=mean"]],
        severity=Severity.warning,
    )
