"""KEY002."""

import difflib
from collections.abc import Iterator

from haechi.checkpoint.config_keys import is_downstream
from haechi.checkpoint.config_values import activations, attentions, kind_of, spelt, takes, types_of
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.null_spelt_as_text import is_null_word
from haechi.schema.model import Init
from haechi.text import Text

NAMES = {
    "bool": Text("true or false", "true나 false"),
    "int": Text("a whole number", "정수"),
    "float": Text("a number with a point", "소수"),
    "str": Text("a text", "글자"),
    "null": Text("null", "null"),
}
WIDTHS = {"dim", "hidden_dim", "d_model", "d_inner", "d_head"}
ACTIVATIONS = ("hidden_act", "activation", "hidden_activation", "ff_activation", "activation_function")


@rule("KEY002")
def config_value_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """An override of config.json has a value that cannot be.

    ## What
    A value of `model.config` has another type than transformers takes, a dropout lies outside of 0 to 1
    (1 excluded), a size is not positive, or an activation or attention implementation does not exist.

    ## Why
    transformers checks types while the model is built, and hardly any range. A dropout of 1 passes and
    makes every vector zero; with `num_hidden_layers=-1` a BERT without layers is built and trained; an
    unknown activation ends in `KeyError: 'geluu'`.

    ## Example
    `python src/train.py +model.config.hidden_dropout_prob=1.5`

    ## What to do
    Give a value as the message says, or take the override back with `~model.config.KEY`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration
    - src/haechi/checkpoint/config_values.json

    # config.json을 바꾸는 값이 있을 수 없는 값입니다

    ## 무엇
    `model.config`의 값이 transformers가 받는 형식이 아니거나, 드롭아웃이 0 이상 1 미만이 아니거나, 크기가
    양수가 아니거나, 없는 활성화 함수나 어텐션 구현을 적었습니다.

    ## 왜
    transformers는 모델을 만들 때 형식은 검사하지만 범위는 거의 보지 않습니다. 드롭아웃 1은 통과하여 모든
    벡터를 0으로 만들고, `num_hidden_layers=-1`이면 층이 없는 BERT가 만들어져 학습되며, 없는 활성화 함수는
    `KeyError: 'geluu'`로 끝납니다.

    ## 할 일
    메시지에 나온 대로 값을 주거나, `~model.config.KEY`로 무릅니다.
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    if not model.config:
        return
    model_type = (checkpoint.model_type if checkpoint else None) or evidence.facts.model_type
    for key, value in model.config.items():
        scratch = model.init is Init.scratch
        if is_null_word(value) or not (scratch or is_downstream(key)):
            continue  # CFG009 and MODEL002 say it
        name, back = f"model.config.{key}", f"~model.config.{key}"
        found = _wrong_type(model_type, key, value)
        if scratch or key != "vocab_size":  # what a vocabulary may shrink to is another rule's
            found = found or _out_of_range(key, value)
        if found is None:
            continue
        wanted, offers = found
        yield Problem(
            Text(
                f"`{key}` is `{spelt(value)}`, and must be {wanted}",
                f"`{key}`가 `{spelt(value)}`인데, {wanted.ko}이어야 합니다",
            ),
            keys=[name],
            fixes=[[back, f"+{name}={offer}"] for offer in offers] or [[back]],
        )


def _wrong_type(model_type: str | None, key: str, value: object) -> tuple[Text, list[str]] | None:
    """What the value should be, and values to offer."""
    types = types_of(model_type, key)
    if types is None or takes(model_type, key, value):
        return None
    kind = kind_of(value)
    wanted = [NAMES[name] for name in types]
    offers = [f"{value}.0"] if kind == "int" and "float" in types else []
    if kind == "float" and "int" in types and float(str(value)).is_integer():
        offers = [str(int(float(str(value))))]
    return Text(" or ".join(wanted), " 또는 ".join(text.ko for text in wanted)), offers


def _out_of_range(key: str, value: object) -> tuple[Text, list[str]] | None:
    if isinstance(value, bool | None):
        return None
    if isinstance(value, str):
        known = {"attn_implementation": attentions(), **dict.fromkeys(ACTIVATIONS, activations())}
        if key not in known or value in known[key] or (key == "attn_implementation" and "/" in value):
            return None  # a name with a slash is a kernel on the hub
        close = difflib.get_close_matches(value.lower(), known[key], n=2) or known[key][:1]
        names = " ".join(known[key])
        return Text(f"one of {names}", f"다음 가운데 하나({names})"), close
    if not isinstance(value, int | float):
        return None
    if "dropout" in key or key.endswith(("_pdrop", "_drop")):
        return None if 0 <= value < 1 else (Text("from 0 to below 1", "0 이상 1 미만"), [])
    if key.startswith(("num_", "n_")) or key.endswith(("_size", "_embeddings")) or key in WIDTHS:
        # A table of segments may be empty where the architecture has none.
        least = 0 if key == "type_vocab_size" else 1
        return None if value >= least else (Text(f"at least {least}", f"{least} 이상"), [])
    if key in {"initializer_range", "layer_norm_eps", "norm_eps", "layer_norm_epsilon"}:
        return None if value >= 0 else (Text("at least 0", "0 이상"), [])
    return None
