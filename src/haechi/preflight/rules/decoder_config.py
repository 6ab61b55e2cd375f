"""MODEL014."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import DECODERS
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text


@rule("MODEL014", Severity.warning, essential=False)
def decoder_config(evidence: Evidence) -> Iterator[Problem]:
    """The config makes a decoder of an encoder.

    ## What
    config.json of a BERT, RoBERTa or ELECTRA says `"is_decoder": true`, or `model.config` says so of one
    that is trained from scratch.

    ## Why
    The weights are the same and load without a word, but attention becomes causal: a token sees those
    before it only. The first vector then knows nothing of the text, and all others less than they did
    in pretraining. Such a config.json stays behind where a checkpoint was the decoder of an encoder-decoder
    pair, or was fine-tuned to generate. DistilBERT, ALBERT, DeBERTa, ModernBERT and XLNet do not read the
    key.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/config.json says `"is_decoder": true`

    ## What to do
    `+model.config.is_decoder=false` makes an encoder of it again. A model that was really pretrained as a
    decoder should stay one: then read it with `pooling=last_token`, and ignore this warning.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration

    # 인코더를 디코더로 만드는 설정

    ## 무엇
    BERT, RoBERTa, ELECTRA의 config.json에 `"is_decoder": true`가 있거나, 처음부터 학습하는 모델의
    `model.config`가 그렇습니다.

    ## 왜
    가중치는 그대로이고 아무 말 없이 읽히지만, 어텐션이 인과 어텐션이 되어 토큰은 자기 앞의 토큰만 봅니다.
    그러면 첫 벡터는 글을 전혀 모르고, 다른 벡터도 사전 학습 때보다 아는 것이 적습니다. 체크포인트가
    인코더-디코더 쌍의 디코더였거나 생성용으로 파인튜닝되었을 때 이런 config.json이 남습니다. DistilBERT,
    ALBERT, DeBERTa, ModernBERT, XLNet은 이 키를 읽지 않습니다.

    ## 할 일
    `+model.config.is_decoder=false`로 다시 인코더로 쓸 수 있습니다. 정말 디코더로 사전 학습한 모델이라면
    그대로 두어야 합니다. 그때는 `pooling=last_token`으로 읽고 이 경고를 무시하십시오.
    """
    checkpoint, typed = evidence.checkpoint, evidence.config.model.config
    if checkpoint is None or checkpoint.model_type not in DECODERS or not evidence.is_causal:
        return
    if evidence.config.model.init is not Init.scratch and not checkpoint.is_causal:
        return  # MODEL002 says it
    config = {**checkpoint.config, **typed}
    wrong = [key for key in ("is_decoder", "add_cross_attention") if config.get(key)]
    fix = [f"~model.config.{key}" for key in wrong if key in typed]
    fix += [f"+model.config.{key}=false" for key in wrong if checkpoint.config.get(key)]
    place = (
        Text("model.config", "model.config") if "is_decoder" in typed else Text("config.json", "config.json")
    )
    yield Problem(
        Text(
            f"{place} says `is_decoder`, so the tokens of this {checkpoint.model_type} see only those before",
            f"{place}에 `is_decoder`가 있어 이 {checkpoint.model_type}의 토큰은 자기 앞의 토큰만 봅니다",
        ),
        keys=["model.config.is_decoder" if "is_decoder" in typed else "model.checkpoint"],
        notes=[
            Text(
                "an encoder that was pretrained on masked words computes something else this way",
                "마스크 단어로 사전 학습한 인코더라면 이렇게 해서는 다른 것을 계산합니다",
            )
        ],
        fixes=[fix],
    )
