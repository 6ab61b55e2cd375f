"""CFG009."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, cast

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.run import RunConfig
from haechi.text import Text

# How other languages spell what YAML calls null.
NULL_WORDS = {"none", "null", "nan", "nil", "~"}
# Names that a user is free to choose, so that one of them may really be "none".
FREE = {"tracking.experiment", "tracking.run_name", "notify.channel", "run_dir"}


@rule("CFG009")
def null_spelt_as_text(evidence: Evidence) -> Iterator[Problem]:
    """A setting that may be empty holds the word None as text.

    ## What
    `key=None`, `key=~` or `key="null"` for a setting whose default is null.

    ## Why
    YAML and Hydra know one spelling, `null`. Everything else is a text of four letters: a metric that is
    called None, a file that is called None, a folder None in which the run is kept.

    ## Example
    `python src/train.py tokenizer.source=None`

    ## What to do
    Write `key=null`. Names that you choose yourself (an experiment, a run, a channel, a folder) are only
    warned about, since one may be called so.

    ## References
    - https://hydra.cc/docs/1.3/advanced/override_grammar/basic/

    # 비울 수 있는 설정에 None이라는 글자가 들어 있습니다

    ## 무엇
    기본값이 null인 설정에 `key=None`, `key=~`, `key="null"`을 주었습니다.

    ## 왜
    YAML과 Hydra가 아는 표기는 `null` 하나입니다. 나머지는 모두 글자입니다. 이름이 None인 지표, 이름이
    None인 파일, 실행이 저장되는 None 폴더가 됩니다.

    ## 할 일
    `key=null`로 적습니다. 스스로 정하는 이름(실험, 실행, 채널, 폴더)은 정말 그런 이름일 수 있으므로
    경고만 합니다.
    """
    for key, value in _nullable_texts(evidence.config, RunConfig, ""):
        if not is_null_word(value):
            continue
        if key.startswith("task.columns.") and evidence.train is not None:
            continue  # the file has a column of that name
        inside = key.startswith("model.config.")
        yield Problem(
            Text(
                f"`{key}` is the text `{value}`, and what is empty is written `null`",
                f"`{key}`에 `{value}`라는 글자가 들어 있습니다. 비우려면 `null`로 적습니다",
            ),
            keys=[key],
            fixes=[[f"~{key}", f"+{key}=null"]] if inside else [[f"{key}=null"]],
            severity=Severity.warning if key in FREE else None,
        )


def is_null_word(value: object) -> bool:
    """Whether a value is a text that some other language reads as null."""
    return isinstance(value, str) and value.strip().lower() in NULL_WORDS


def _nullable_texts(config: Any, schema: type[Any], prefix: str) -> Iterator[tuple[str, object]]:
    """Settings that are a text or null, and the values of `model.config`, with their keys."""
    for item in fields(schema):
        key, kind = f"{prefix}{item.name}", item.default_factory
        if isinstance(kind, type) and is_dataclass(kind):
            yield from _nullable_texts(getattr(config, item.name), kind, f"{key}.")
        elif item.type == (str | None):
            yield key, getattr(config, item.name)
        elif key == "model.config":
            values = cast(dict[str, Any], getattr(config, item.name))
            yield from ((f"{key}.{name}", value) for name, value in values.items())
