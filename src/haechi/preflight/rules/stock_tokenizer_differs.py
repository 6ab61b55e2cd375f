"""TOK006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK006", Severity.note, essential=False)
def stock_tokenizer_differs(evidence: Evidence) -> Iterator[Problem]:
    """Plain transformers would tokenize otherwise.

    ## What
    The checkpoint's files mean one thing, and transformers 5 makes another of them.

    ## Why
    transformers 5 builds the normalizer, the pre-tokenizer and the pair template of a BertTokenizer anew
    from tokenizer_config.json, whatever tokenizer.json holds. Haechi takes tokenizer.json at its word,
    so the run is right; a script with AutoTokenizer on the same folder would not be.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` with a tokenizer_config.json that lacks
    `do_lower_case`

    ## What to do
    Nothing for this run. The model that it saves carries files that AutoTokenizer reads the same way.

    ## References
    - https://github.com/huggingface/transformers/issues/45812

    # transformers 그대로라면 달라질 토큰화

    ## 무엇
    체크포인트의 파일이 뜻하는 것을 transformers 5는 다르게 읽습니다.

    ## 왜
    transformers 5는 tokenizer.json에 무엇이 있든 BertTokenizer의 정규화기, 사전 토큰화기, 쌍 템플릿을
    tokenizer_config.json에서 새로 만듭니다. Haechi는 tokenizer.json을 그대로 따르므로 이 실행은 옳습니다.
    같은 폴더를 AutoTokenizer로 여는 스크립트는 그렇지 않습니다.

    ## 할 일
    이 실행에서는 할 일이 없습니다. 저장되는 모델에는 AutoTokenizer도 똑같이 읽는 파일이 들어갑니다.
    """
    if evidence.tokenizer is None:
        return
    for difference in evidence.tokenizer.stock_differences:
        yield Problem(
            Text(
                f"transformers' AutoTokenizer would differ on these files: {difference}",
                f"transformers의 AutoTokenizer는 이 파일들을 다르게 읽습니다: {difference.ko}",
            ),
            keys=["tokenizer.source" if evidence.crosses else "model.checkpoint"],
            notes=[
                Text(
                    "Haechi trains with the tokenizer as the files describe it, and saves it to load alike",
                    "Haechi는 파일에 적힌 그대로의 토크나이저로 학습하고, 어디서나 같게 열리도록 저장합니다",
                )
            ],
        )
