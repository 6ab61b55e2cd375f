"""TOK005."""

from collections.abc import Iterator

from haechi.preflight.crossing import crossing, crossing_problem
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK005")
def crossed_tokenizer_other_size(evidence: Evidence) -> Iterator[Problem]:
    """Another checkpoint's tokenizer, of another size.

    ## What
    The tokenizer is not the one that the model was trained with, and has more or fewer entries.

    ## Why
    An id means another word in another vocabulary. With fewer entries everything runs and means nothing;
    with more it runs until a batch holds an id beyond the embedding table.

    ## Example
    `python src/train.py model=klue_bert tokenizer=kcbert`

    ## What to do
    `tokenizer=auto` takes the model's own. If the crossing is what you study, say so:
    `tokenizer.allow_cross=true` turns the error into a warning that stays with the results.

    ## References
    - https://github.com/monologg/KoBERT-nsmc/issues/7

    # 크기가 다른 체크포인트의 토크나이저

    ## 무엇
    모델이 학습될 때 쓴 토크나이저가 아니고, 항목이 더 많거나 더 적습니다.

    ## 왜
    어휘가 다르면 같은 id도 다른 단어를 뜻합니다. 항목이 더 적으면 모두 돌아가되 아무 뜻이 없고, 더 많으면
    임베딩 표를 벗어난 id가 든 배치가 나올 때까지 돌아갑니다.

    ## 할 일
    `tokenizer=auto`는 모델 자신의 것을 씁니다. 토크나이저를 바꾸는 것이 실험의 주제라면
    `tokenizer.allow_cross=true`를 적으십시오. 오류가 경고로 바뀌고, 그 경고는 결과에 남습니다.
    """
    found = crossing(evidence)
    if found is not None and not found.same_size:
        there, here = (f"{size:,}" if size else "an unknown number of" for size in found.sizes)
        yonder, near = (f"{size:,}개" if size else "개수 모름" for size in found.sizes)
        sizes = Text(
            f"{there} entries there, {here} here", f"항목 수는 토크나이저 쪽 {yonder}, 모델 쪽 {near}입니다"
        )
        yield crossing_problem(evidence, found, sizes)
