"""TOK004."""

from collections.abc import Iterator

from haechi.preflight.crossing import crossing, crossing_problem
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK004")
def crossed_tokenizer_same_size(evidence: Evidence) -> Iterator[Problem]:
    """Another checkpoint's tokenizer, of the same size.

    ## What
    The tokenizer is not the one that the model was trained with, though both have equally many entries.

    ## Why
    Equal size proves nothing. klue/bert-base and klue/roberta-* have 32,000 entries each and share the
    ids of ordinary pieces, but the five special tokens are permuted: the [CLS] of one is the [SEP] of the
    other, and padding gets real positions. Everything runs, no line of log, and the model is worse for it.

    ## Example
    `python src/train.py model=klue_roberta_base tokenizer=klue_bert`

    ## What to do
    `tokenizer=auto` takes the model's own. If the crossing is what you study, say so:
    `tokenizer.allow_cross=true` turns the error into a warning that stays with the results.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/17
    - https://github.com/monologg/KoBERT-nsmc/issues/7

    # 크기가 같은 다른 체크포인트의 토크나이저

    ## 무엇
    모델이 학습될 때 쓴 토크나이저가 아닌데, 항목 수는 같습니다.

    ## 왜
    크기가 같다는 것은 아무 증거도 되지 않습니다. klue/bert-base와 klue/roberta-*는 항목이 똑같이 32,000개이고
    일반 조각의 id도 같지만, 특수 토큰 다섯 개의 자리가 뒤바뀌어 있습니다. 한쪽의 [CLS]가 다른 쪽의 [SEP]이고,
    패딩이 진짜 위치를 받습니다. 로그 한 줄 없이 모두 돌아가고, 모델만 나빠집니다.

    ## 할 일
    `tokenizer=auto`는 모델 자신의 것을 씁니다. 토크나이저를 바꾸는 것이 실험의 주제라면
    `tokenizer.allow_cross=true`를 적으십시오. 오류가 경고로 바뀌고, 그 경고는 결과에 남습니다.
    """
    found = crossing(evidence)
    if found is not None and found.same_size:
        size = found.sizes[0]
        both = (
            Text(f"both have {size:,} entries", f"양쪽 다 항목이 {size:,}개입니다")
            if size
            else Text("both may have equally many entries", "양쪽의 항목 수가 같을 수 있습니다")
        )
        yield crossing_problem(evidence, found, both)
