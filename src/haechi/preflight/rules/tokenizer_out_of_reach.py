"""TOK009."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.crossing import crossing
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK009")
def tokenizer_out_of_reach(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer cannot be had.

    ## What
    `tokenizer.source` names a hub id that is neither cached nor reachable, or a folder that is not
    there.

    ## Why
    Without its files nothing can be encoded.

    ## Example
    `python src/train.py tokenizer=local tokenizer.source=no/such/folder`

    ## What to do
    Take the model's own tokenizer, `tokenizer=auto`, or bring the files here.

    ## References
    - https://huggingface.co/docs/huggingface_hub/guides/manage-cache

    # 토크나이저를 가져올 수 없습니다

    ## 무엇
    `tokenizer.source`에 적힌 허브 id가 캐시에도 없고 닿지도 않거나, 적힌 폴더가 없습니다.

    ## 왜
    토크나이저 파일이 없으면 아무 글도 인코딩할 수 없습니다.

    ## 할 일
    `tokenizer=auto`로 모델 자신의 토크나이저를 쓰거나, 파일을 이 컴퓨터로 가져오십시오.
    """
    if not evidence.crosses or (crossing(evidence) and not evidence.config.tokenizer.allow_cross):
        return  # a wrong tokenizer need not be fetched
    location = evidence.source_location
    if location.state in {State.folder, State.cached}:
        return
    why = location.reason or Text("there is no such folder", "그런 폴더가 없습니다")
    yield Problem(
        Text(
            f"the tokenizer `{location.name}` cannot be had: {why}",
            f"토크나이저 `{location.name}`을(를) 가져올 수 없습니다: {why.ko}",
        ),
        keys=["tokenizer.source"],
        fixes=[["tokenizer=auto"]],
    )
