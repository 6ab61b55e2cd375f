"""SEC003."""

from collections.abc import Iterator
from typing import Any, cast

from haechi.checkpoint.architectures import ENCODERS
from haechi.checkpoint.config_values import is_known_to_transformers
from haechi.checkpoint.files import Checkpoint
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("SEC003")
def remote_code_needed(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint needs Python code of its own.

    ## What
    config.json has an `auto_map`, and its `model_type` is none that transformers knows. Beside a
    supported `model_type` an `auto_map` is only noted: the class that is built in is used.

    ## Why
    Such code runs with your rights as soon as the config is read, before any weight. transformers asks on
    the terminal whether it may, so that an unattended run hangs. Haechi never runs it.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/config.json says
    `"model_type": "my_bert", "auto_map": {"AutoModel": "modeling.MyBert"}`

    ## What to do
    Take a checkpoint whose architecture is built into transformers. Some authors publish one beside the
    other; where the code only renames a known architecture, `model_type` can be set to that one in a copy.

    ## References
    - https://huggingface.co/docs/transformers/custom_models

    # 체크포인트에 딸린 파이썬 코드가 있어야 합니다

    ## 무엇
    config.json에 `auto_map`이 있고, `model_type`이 transformers가 모르는 것입니다. 지원하는 `model_type`
    곁의 `auto_map`은 참고로만 알립니다. 그때는 내장된 클래스를 씁니다.

    ## 왜
    그런 코드는 가중치보다 먼저, 설정을 읽는 순간에 사용자의 권한으로 돕니다. transformers는 실행해도
    되는지 터미널에서 묻기 때문에, 지켜보는 사람이 없는 실행은 멈춰 섭니다. Haechi는 결코 실행하지
    않습니다.

    ## 할 일
    transformers에 내장된 아키텍처의 체크포인트를 씁니다. 둘을 나란히 공개하는 저자도 있습니다. 코드가
    이미 있는 아키텍처의 이름만 바꾼 것이라면 사본에서 `model_type`을 그 이름으로 고칠 수 있습니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or "auto_map" not in checkpoint.config:
        return
    if needs_remote_code(checkpoint):
        named = checkpoint.model_type or "null"
        yield Problem(
            Text(
                f"the architecture `{named}` is known only to code that comes with the checkpoint, "
                "and such code is never run",
                f"아키텍처 `{named}`은(는) 체크포인트에 딸린 코드만 압니다. 그런 코드는 실행하지 않습니다",
            ),
            keys=["model.checkpoint"],
            notes=[_files(checkpoint)],
            fixes=[["model=tiny"]],
        )
    elif checkpoint.model_type in ENCODERS:
        named = checkpoint.model_type
        yield Problem(
            Text(
                f"`{named}` is built into transformers, so the checkpoint's own code is not run",
                f"`{named}`은(는) transformers에 내장되어 있어 체크포인트에 딸린 코드는 실행하지 않습니다",
            ),
            keys=["model.checkpoint"],
            notes=[_files(checkpoint)],
            severity=Severity.note,
        )


def needs_remote_code(checkpoint: Checkpoint) -> bool:
    """Whether only code that comes with the checkpoint knows the architecture."""
    return "auto_map" in checkpoint.config and not is_known_to_transformers(checkpoint.model_type)


def _files(checkpoint: Checkpoint) -> Text:
    """What `auto_map` asks for."""
    asked = checkpoint.config["auto_map"]
    values = cast(dict[str, Any], asked).values() if isinstance(asked, dict) else [asked]
    names = sorted(map(str, values))
    shown = ", ".join(names)[:200]
    return Text(f"config.json asks for {shown}", f"config.json이 요구하는 것: {shown}")
