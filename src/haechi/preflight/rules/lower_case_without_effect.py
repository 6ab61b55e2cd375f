"""TOK010."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK010")
def lower_case_without_effect(evidence: Evidence) -> Iterator[Problem]:
    """Lower-casing was asked for, and the tokenizer does not follow.

    ## What
    `tokenizer.do_lower_case` is set, and the tokenizer has no such switch. The normalizer of BERT's family
    has one, and so have bare sentencepiece models of KoBERT, XLNet, ALBERT and DeBERTa.

    ## Why
    The setting would change nothing, and the run would be reported as if it had.

    ## Example
    `python src/train.py model=xlmr_base tokenizer.do_lower_case=true`

    ## What to do
    Leave the setting out. Text can be lower-cased in the data files.

    ## References
    - https://huggingface.co/docs/tokenizers/api/normalizers

    # 토크나이저가 따르지 않는 소문자화

    ## 무엇
    `tokenizer.do_lower_case`를 정했는데, 토크나이저에 그런 스위치가 없습니다. 이 스위치는 BERT 계열의
    정규화기와, KoBERT, XLNet, ALBERT, DeBERTa의 sentencepiece 모델에 있습니다.

    ## 왜
    설정은 아무것도 바꾸지 않는데, 실행은 바꾼 것처럼 기록됩니다.

    ## 할 일
    설정을 빼십시오. 소문자가 필요하면 데이터 파일에서 바꿀 수 있습니다.
    """
    wanted = evidence.config.tokenizer.do_lower_case
    if wanted is None or evidence.tokenizer is None or evidence.tokenizer.lower_cases == wanted:
        return
    yield Problem(
        Text(
            f"`tokenizer.do_lower_case={str(wanted).lower()}` changes nothing: "
            "this tokenizer has no such switch",
            f"`tokenizer.do_lower_case={str(wanted).lower()}`은(는) 아무것도 바꾸지 않습니다: "
            "이 토크나이저에는 그런 스위치가 없습니다",
        ),
        keys=["tokenizer.do_lower_case", "tokenizer.source", "model.checkpoint"],
        fixes=[["tokenizer.do_lower_case=null"]],
    )
