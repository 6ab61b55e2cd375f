"""KEY001."""

from collections.abc import Iterator

from haechi.checkpoint.config_keys import known_keys
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest


@rule("KEY001")
def unknown_config_key(evidence: Evidence) -> Iterator[Problem]:
    """An override of config.json names a key that the architecture does not read.

    ## What
    `model.config` holds a misspelt key, or a key of another family such as `dim` for BERT.

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
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    model_type = (checkpoint.model_type if checkpoint else None) or evidence.facts.model_type
    known = known_keys(model_type)
    if checkpoint is not None:
        known |= set(checkpoint.config) if known else set()
    if not known or model.allow_unknown_config_keys:
        return
    for key, value in model.config.items():
        if key in known:
            continue
        close = [name for name in nearest(key, sorted(known)) if name not in model.config][:2]
        yield Problem(
            f"`{key}` is not a key of {model_type}'s config.json",
            keys=[f"model.config.{key}"],
            fixes=[[f"~model.config.{key}", f"+model.config.{name}={_typed(value)}"] for name in close]
            or [[f"~model.config.{key}"]],
        )


def _typed(value: object) -> str:
    """A value in Hydra's grammar."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
