"""TOK006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text


@rule("TOK006", Severity.note, essential=False)
def stock_tokenizer_differs(evidence: Evidence) -> Iterator[Problem]:
    """Plain transformers would tokenize otherwise.

    ## What
    The checkpoint's files mean one thing, and transformers 5 makes another of them. Or the task has
    pairs, and the files of a causal model's tokenizer put nothing between two texts, as Haechi does.

    ## Why
    transformers 5 builds the normalizer, the pre-tokenizer and the pair template of a BertTokenizer anew
    from tokenizer_config.json, whatever tokenizer.json holds. Haechi takes tokenizer.json at its word,
    so the run is right; a script with AutoTokenizer on the same folder would not be. GPT-2 has neither
    segments nor a separator: read as they are, two texts run into one another, so the end of text is put
    behind each of them. From a bare sentencepiece model it makes a tokenizer that takes Hangul apart (XLNet,
    ALBERT), one of five tokens (BERT), or none (KoBERT's own classes); Haechi gives a text the pieces that
    sentencepiece itself gives it.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` with a tokenizer_config.json that lacks
    `do_lower_case`

    ## What to do
    Nothing for this run. The model that it saves carries files that AutoTokenizer reads the same way.

    ## References
    - https://github.com/huggingface/transformers/issues/45812

    # transformers 그대로라면 달라질 토큰화

    ## 무엇
    체크포인트의 파일이 뜻하는 것을 transformers 5는 다르게 읽습니다. 또는 쌍을 다루는 과제인데 인과 모델의
    토크나이저 파일에는 두 글 사이에 넣는 것이 없고, Haechi는 넣습니다.

    ## 왜
    transformers 5는 tokenizer.json에 무엇이 있든 BertTokenizer의 정규화기, 사전 토큰화기, 쌍 템플릿을
    tokenizer_config.json에서 새로 만듭니다. Haechi는 tokenizer.json을 그대로 따르므로 이 실행은 옳습니다.
    같은 폴더를 AutoTokenizer로 여는 스크립트는 그렇지 않습니다. GPT-2에는 세그먼트도 구분 토큰도 없어
    그대로 읽으면 두 글이 이어 붙으므로, 글의 끝 토큰을 글마다 뒤에 넣습니다. sentencepiece 모델만 있는
    폴더에서는 한글을 자모로 푸는 토크나이저(XLNet, ALBERT)나 토큰 다섯 개짜리(BERT)를 만들거나, 아예 만들지
    못합니다
    (KoBERT의 클래스). Haechi는 sentencepiece가 나누는 그대로 나눕니다.

    ## 할 일
    이 실행에서는 할 일이 없습니다. 저장되는 모델에는 AutoTokenizer도 똑같이 읽는 파일이 들어갑니다.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return
    keys = ["tokenizer.source" if evidence.crosses else "model.checkpoint"]
    for difference in tokenizer.stock_differences:
        yield Problem(
            Text(
                f"transformers' AutoTokenizer would differ on these files: {difference}",
                f"transformers의 AutoTokenizer는 이 파일들을 다르게 읽습니다: {difference.ko}",
            ),
            keys=keys,
            notes=[
                Text(
                    "Haechi trains with the tokenizer as the files describe it, and saves it to load alike",
                    "Haechi는 파일에 적힌 그대로의 토크나이저로 학습하고, 어디서나 같게 열리도록 저장합니다",
                )
            ],
        )
    if tokenizer.separator and (evidence.is_paired or evidence.config.task.objective is Objective.span):
        yield Problem(
            Text(
                "transformers' AutoTokenizer would put nothing between the texts of a pair",
                "transformers의 AutoTokenizer는 쌍의 두 글 사이에 아무것도 넣지 않습니다",
            ),
            keys=keys,
            notes=[
                Text(
                    f"Haechi puts `{tokenizer.separator}` behind each, and saves the tokenizer to load alike",
                    f"Haechi는 글마다 뒤에 `{tokenizer.separator}`을(를) 넣고, 어디서나 같게 열리도록 "
                    "저장합니다",
                )
            ],
        )
