"""POOL008."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import CLS_IS_LAST
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.pooling import WITHOUT_POOLING
from haechi.text import Text


@rule("POOL008", Severity.warning, essential=False)
def cls_without_first_special_token(evidence: Evidence) -> Iterator[Problem]:
    """The pooling takes the first token, and the tokenizer puts no special token there.

    ## What
    `pooling=cls` reads the vector at the first position (for XLNet at the last), and the tokenizer's
    template begins texts with their first word.

    ## Why
    The vector is then that of whatever word the text begins with, which no objective of pretraining has
    made to stand for the sentence. A tokenizer.json that was written by hand, or that was saved without
    its post-processor, is the usual cause.

    ## Example
    `python src/train.py pooling=cls model=local model.checkpoint=DIR` where DIR/tokenizer.json has no
    template and tokenizer_config.json no cls token

    ## What to do
    `pooling=mean` needs no special token. If the tokenizer should have a template, correct its files.

    ## References
    - https://huggingface.co/docs/tokenizers/api/post-processors

    # 특수 토큰이 없는 자리를 읽는 cls 풀링

    ## 무엇
    `pooling=cls`는 첫 위치(XLNet은 마지막 위치)의 벡터를 읽는데, 토크나이저의 템플릿은 글의 첫 단어를 그
    자리에 둡니다.

    ## 왜
    그 벡터는 글이 무엇으로 시작하느냐에 따라 정해지는 평범한 단어의 벡터입니다. 사전 학습의 어떤 목표도 이
    벡터가 문장을 대표하게 하지 않았습니다. tokenizer.json을 손으로 썼거나 후처리기 없이 저장했을 때 흔히
    생깁니다.

    ## 할 일
    `pooling=mean`에는 특수 토큰이 필요 없습니다. 토크나이저에 템플릿이 있어야 한다면 파일을 고치십시오.
    """
    config = evidence.config
    if config.pooling.kind != "cls" or config.task.objective in WITHOUT_POOLING or evidence.tokenizer is None:
        return
    if evidence.is_causal:
        return  # the first token of a causal model is no better if it is special
    is_last = evidence.model_type in CLS_IS_LAST
    encoding = evidence.final_tokenizer.encode_whole_with_offsets(["가"])[0]
    if not encoding.special_tokens_mask or encoding.special_tokens_mask[-1 if is_last else 0]:
        return
    place = Text("last", "마지막") if is_last else Text("first", "첫")
    yield Problem(
        Text(
            f"`pooling=cls` reads the {place} token, and the tokenizer puts no special token there",
            f"`pooling=cls`는 {place.ko} 토큰을 읽는데, 토크나이저는 그 자리에 특수 토큰을 두지 않습니다",
        ),
        keys=["pooling.kind", "tokenizer.source", "model.checkpoint"],
        fixes=[["pooling=mean"]],
    )
