"""MODEL002."""

from collections.abc import Iterator

from haechi.checkpoint.config_keys import NUMBER_FORMAT, is_downstream, known_keys
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Dtype, Init
from haechi.text import Text, quote

# Whether a token sees those behind it, and whether it looks at another model's.
OF_A_DECODER = {"is_decoder", "add_cross_attention"}


@rule("MODEL002")
def architecture_override(evidence: Evidence) -> Iterator[Problem]:
    """The architecture of a pretrained checkpoint is overridden.

    ## What
    `model.config` changes a key that the pretrained weights depend on: the number of layers or heads,
    the activation, a width, the epsilon of a norm. Or it asks for a number format (`dtype`,
    `torch_dtype`), which is not an architecture's and has a setting of its own.

    ## Why
    Where shapes change, the weights do not fit. Where they do not change, nothing complains: with
    another `num_attention_heads`, `hidden_act` or `layer_norm_eps` a checkpoint loads without a line of
    log and computes something it was never trained for. The number format of config.json says what the
    weights were stored in; what they are trained in is `model.dtype`, and another value here would do
    nothing.

    ## Example
    `python src/train.py +model.config.num_attention_heads=4`

    ## What to do
    Leave the key alone. Dropout, labels, the problem type, the attention implementation and
    `vocab_size` may be overridden, and `is_decoder=false` makes an encoder of a decoder.
    To train the changed architecture from random weights, say so: `model.init=scratch`. A number format
    goes into `model.dtype`.

    ## References
    - https://github.com/huggingface/transformers/issues/6540

    # 사전 학습된 체크포인트의 구조를 바꿉니다

    ## 무엇
    `model.config`가 사전 학습된 가중치의 바탕이 되는 키를 바꿉니다. 층이나 헤드의 수, 활성화 함수, 너비,
    정규화의 엡실론 따위입니다. 또는 구조가 아니라 따로 설정이 있는 숫자 형식(`dtype`, `torch_dtype`)을
    적었습니다.

    ## 왜
    모양이 달라지면 가중치가 맞지 않습니다. 모양이 그대로면 아무도 말하지 않습니다. `num_attention_heads`,
    `hidden_act`, `layer_norm_eps`가 다른 체크포인트는 로그 한 줄 없이 읽히고, 학습한 적 없는 것을
    계산합니다. config.json의 숫자 형식은 가중치를 무엇으로 저장했는지를 말할 뿐이고, 학습하는 형식은
    `model.dtype`입니다. 여기에 다른 값을 적어도 아무 일도 일어나지 않습니다.

    ## 할 일
    그 키를 그대로 둡니다. 드롭아웃, 레이블, 문제 유형, 어텐션 구현, `vocab_size`는 바꿔도 되고,
    `is_decoder=false`로 디코더를 인코더로 쓸 수도 있습니다. 바꾼 구조를 무작위 가중치부터
    학습하려면 그렇게 적습니다: `model.init=scratch`. 숫자 형식은 `model.dtype`에 적습니다.
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    yield from _number_format(evidence)
    if model.init is Init.scratch:
        return
    own = checkpoint.config if checkpoint else {}
    model_type = own.get("model_type") or evidence.facts.model_type
    for key, value in model.config.items():
        if key == "model_type" or key in NUMBER_FORMAT:
            continue  # KEY001 and `_number_format` say it, whatever the init
        if is_downstream(key) or key not in known_keys(model_type) | set(own):
            continue
        if key in OF_A_DECODER and value is False:
            continue  # what MODEL014 offers: the weights are the same, and every token sees all others
        # config.json may have the size under the family's own name, such as `n_embd`.
        named = checkpoint.key_of(key) if checkpoint else key
        has = own.get(named, getattr(evidence.facts, key, None))
        if has == value:
            continue
        was = Text("its default", "기본값") if has is None else quote(f"`{has}`")
        yield Problem(
            Text(
                f"`{key}` of a pretrained checkpoint is overridden: it was trained with {was}, not `{value}`",
                f"사전 학습된 체크포인트의 `{key}`를 바꿉니다. 학습할 때는 {was.ko}, 지금은 `{value}`입니다",
            ),
            keys=[f"model.config.{key}", "model.checkpoint"],
            fixes=[[f"~model.config.{key}"], ["model.init=scratch"]],
            notes=[
                Text(
                    "where the shapes still fit it would load without a word and compute something else",
                    "모양이 맞으면 말없이 읽혀서 다른 것을 계산합니다",
                )
            ],
        )


def _number_format(evidence: Evidence) -> Iterator[Problem]:
    """Formats that were asked for where nothing reads them."""
    model = evidence.config.model
    for key in NUMBER_FORMAT:
        value = model.config.get(key)
        wanted = str(value).removeprefix("torch.")
        if value is None or wanted == model.dtype.value:
            continue
        known = wanted if wanted in {item.value for item in Dtype} else Dtype.float32.value
        yield Problem(
            Text(
                f"`{key}={value}` has no effect: the number format of training is `model.dtype`, "
                f"which is {model.dtype.value}",
                f"`{key}={value}`은(는) 효과가 없습니다. 학습하는 숫자 형식은 `model.dtype`이고 지금은 "
                f"{model.dtype.value}입니다",
            ),
            keys=[f"model.config.{key}", "model.dtype"],
            fixes=[[f"~model.config.{key}", f"model.dtype={known}"]],
        )
