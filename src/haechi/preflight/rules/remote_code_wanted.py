"""SEC002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("SEC002")
def remote_code_wanted(evidence: Evidence) -> Iterator[Problem]:
    """Code from the checkpoint is asked for, and none is run.

    ## What
    `model.trust_remote_code=true`.

    ## Why
    Such code runs with your rights as soon as the config is read, before any weight. Every architecture
    that Haechi fine-tunes is built into transformers and needs none of it.

    ## Example
    `python src/train.py model.trust_remote_code=true`

    ## What to do
    Leave the key at false. A checkpoint whose architecture is known only to its own code is refused by
    SEC003.

    ## References
    - https://huggingface.co/docs/transformers/custom_models

    # 체크포인트에 딸린 코드를 쓰려 하는데, 그런 코드는 실행하지 않습니다

    ## 무엇
    `model.trust_remote_code=true`로 체크포인트에 딸린 코드를 실행하라고 했습니다.

    ## 왜
    그런 코드는 가중치보다 먼저, 설정을 읽는 순간에 사용자의 권한으로 돕니다. Haechi가 파인튜닝하는
    아키텍처는 모두 transformers에 들어 있어 그런 코드가 필요 없습니다.

    ## 할 일
    키를 false로 둡니다. 딸린 코드만 아는 아키텍처의 체크포인트는 SEC003이 거절합니다.
    """
    if evidence.config.model.trust_remote_code:
        yield Problem(
            Text(
                "code that comes with a checkpoint is never run",
                "체크포인트에 딸린 코드는 실행하지 않습니다",
            ),
            keys=["model.trust_remote_code"],
            fixes=[["model.trust_remote_code=false"]],
        )
