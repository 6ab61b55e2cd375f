"""MODEL005."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import ENCODERS
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.remote_code_needed import needs_remote_code
from haechi.text import Text


@rule("MODEL005")
def unsupported_architecture(evidence: Evidence) -> Iterator[Problem]:
    """The architecture is not one that Haechi fine-tunes.

    ## What
    `model_type` of config.json is missing or is none of the supported encoders.

    ## Why
    Poolings, positions and segment ids are judged by architecture; for an unknown one nothing could be
    promised.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/config.json says `"model_type": "t5"`

    ## What to do
    Take a checkpoint of a supported family: the note lists them.

    ## References
    - https://huggingface.co/docs/transformers/model_doc/auto

    # Haechi가 파인튜닝하지 않는 아키텍처입니다

    ## 무엇
    config.json에 `model_type`이 없거나, 지원하는 인코더가 아닙니다.

    ## 왜
    풀링과 위치와 세그먼트 아이디는 아키텍처에 따라 판정합니다. 모르는 아키텍처라면 아무것도 장담할 수
    없습니다.

    ## 할 일
    지원하는 계열의 체크포인트를 씁니다. 참고에 목록이 있습니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or not checkpoint.config or checkpoint.model_type in ENCODERS:
        return
    if needs_remote_code(checkpoint):
        return  # SEC003 says it
    named, supported = checkpoint.model_type, " ".join(sorted(ENCODERS))
    yield Problem(
        Text(
            f"the architecture `{named}` is none that Haechi fine-tunes",
            f"아키텍처 `{named}`은(는) Haechi가 파인튜닝하지 않습니다",
        )
        if named
        else Text(
            "config.json names no architecture (`model_type`)",
            "config.json에 아키텍처(`model_type`)가 없습니다",
        ),
        keys=["model.checkpoint"],
        notes=[Text(f"supported: {supported}", f"지원하는 아키텍처: {supported}")],
        fixes=[["model=tiny"]],
    )
