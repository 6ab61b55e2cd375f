"""KEY001."""

from collections.abc import Iterator

from haechi.checkpoint.config_keys import NUMBER_FORMAT, known_keys
from haechi.checkpoint.config_values import spelt, takes
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.text import Text


@rule("KEY001")
def unknown_config_key(evidence: Evidence) -> Iterator[Problem]:
    """An override of config.json names a key that the architecture does not read.

    ## What
    `model.config` holds a misspelt key, or a key of another family such as `dim` for BERT; or
    `model_type`, which says what the checkpoint is.

    ## Why
    `BertConfig(hidden_droput_prob=0.3)` stores the key and trains with 0.1;
    `AutoConfig.from_pretrained(..., hidden_droput_prob=0.3)` drops it. Neither says a word.

    ## Example
    `python src/train.py +model.config.hidden_droput_prob=0.3`

    ## What to do
    Type the nearest key. A key that your own remote code reads is let through with
    `model.allow_unknown_config_keys=true`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration

    # config.json을 바꾸는 키를 아키텍처가 읽지 않습니다

    ## 무엇
    `model.config`에 철자가 틀린 키나, BERT의 `dim`처럼 다른 계열의 키가 있습니다. 또는 체크포인트가
    무엇인지를 말하는 `model_type`이 있습니다.

    ## 왜
    `BertConfig(hidden_droput_prob=0.3)`은 그 키를 간직한 채 0.1로 학습하고,
    `AutoConfig.from_pretrained(..., hidden_droput_prob=0.3)`은 버립니다. 어느 쪽도 아무 말이 없습니다.

    ## 할 일
    가장 비슷한 키를 적습니다. 직접 만든 코드가 읽는 키라면 `model.allow_unknown_config_keys=true`로
    통과시킵니다.
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    model_type = (checkpoint.model_type if checkpoint else None) or evidence.facts.model_type
    known = known_keys(model_type)
    if checkpoint is not None:
        known |= set(checkpoint.config) if known else set()
    if model.config.get("model_type", model_type) != model_type:
        yield Problem(
            Text(
                f"`model_type` is what the checkpoint is ({model_type}), and cannot be overridden",
                f"`model_type`은 체크포인트가 무엇인지({model_type})를 말하며, 바꿀 수 없습니다",
            ),
            keys=["model.config.model_type"],
            fixes=[["~model.config.model_type"]],
        )
    if not known or model.allow_unknown_config_keys:
        return
    for key, value in model.config.items():
        if key in known or key == "model_type" or key in NUMBER_FORMAT:  # formats are MODEL002's
            continue
        close = nearest(key, sorted(known - {"model_type"} - model.config.keys()))
        close = [name for name in close if takes(model_type, name, value)][:2]
        yield Problem(
            Text(
                f"`{key}` is not a key of {model_type}'s config.json",
                f"`{key}`은(는) {model_type}의 config.json에 있는 키가 아닙니다",
            ),
            keys=[f"model.config.{key}"],
            fixes=[[f"~model.config.{key}", f"+model.config.{name}={spelt(value)}"] for name in close]
            or [[f"~model.config.{key}"]],
        )
