"""LABEL018."""

import math
from collections.abc import Iterator

from haechi.preflight.counting import accept, counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import BLURRED_ANSWER
from haechi.text import Text

SILENT_SHARE = 0.03
DOUBTFUL_SHARE = 0.15


@rule("LABEL018", Severity.warning, essential=False)
def blurred_answer(evidence: Evidence) -> Iterator[Problem]:
    """No prediction can be the answer, since its edge lies inside a token.

    ## What
    A predicted answer begins and ends with a token. In more than 15 % of the train questions that have an
    answer the tokens that cover it hold more than the answer, most often the particle behind it; from 3 % it
    is a note. Punctuation and spaces at the edges, which exact match leaves out, do not count.

    ## Why
    The best exact match is below 1 by so much, whatever is learned: `이순신이` as one token, or as one
    [UNK], cannot give `이순신`. ROUGE-W counts the characters that are shared and hardly suffers. In
    KorQuAD 1.0's dev rows it is 1.6 % of the answers with KoELECTRA's vocabulary, which was learned from
    words taken apart, 11 % with multilingual-e5's, 16 % with mBERT's and 22 % with KcBERT's. (In one such
    question of seven the same words stand elsewhere in the context with an edge of their own.)

    ## Example
    `python src/train.py task=klue_mrc task.files.train=KorQuAD_v1.0_dev.json model=kcbert`

    ## What to do
    Take a model whose vocabulary knows particles apart from their word (KLUE's, KoELECTRA's), look at
    `rouge_w` beside `exact_match`, or accept it: `preflight.ignore=[LABEL018]`.

    ## References
    - Park et al. 2021, section 4.2: morpheme-based subwords, https://arxiv.org/abs/2105.09680

    # 답의 끝이 토큰 안에 있어 예측이 답과 같아질 수 없습니다

    ## 무엇
    예측한 답은 토큰에서 시작해 토큰에서 끝납니다. 답이 있는 train 질문의 15%가 넘게, 답을 덮는 토큰에 답
    말고도 다른 글자가 들어 있습니다. 대개 뒤에 붙은 조사입니다. 3%부터는 참고로 알립니다. exact match가
    빼고 견주는 문장 부호와 공백은 세지 않습니다.

    ## 왜
    무엇을 배우든 exact match의 최고치가 그만큼 낮아집니다. `이순신이`가 한 토큰이거나 [UNK] 하나이면
    `이순신`을 내놓을 수 없습니다. 함께 든 글자를 세는 ROUGE-W는 거의 줄지 않습니다. KorQuAD 1.0의 dev에서
    그런 답은 형태소로 나눈 말뭉치로 배운 KoELECTRA의 어휘가 1.6%, multilingual-e5가 11%, mBERT가 16%,
    KcBERT가 22%입니다. (그런 질문 일곱에 하나는 같은 말이 지문의 다른 곳에 제 토큰으로 서 있습니다.)

    ## 할 일
    조사를 따로 나누는 어휘의 모델(KLUE, KoELECTRA)을 쓰거나, `exact_match`와 함께 `rouge_w`를 보거나,
    `preflight.ignore=[LABEL018]`로 받아들입니다.
    """
    found = counted(evidence, BLURRED_ANSWER)
    if found is None:
        return
    counts, rows, seen, _ = found
    share = rows / counts.answered
    if share < SILENT_SHARE:
        return
    # Over all questions, those without an answer among them, and never below what can be reached.
    ceiling = math.ceil((1 - rows / counts.rows) * 100) / 100
    tally, path = counts.tallies[BLURRED_ANSWER], evidence.train.path if evidence.train else ""
    yield Problem(
        Text(
            f"{rows:,} of {counts.answered:,} answers in the {seen} begin or end inside a token: where they "
            f"stand, exact match is {ceiling:.2f} at most",
            f"{seen.ko} 행의 답 {counts.answered:,}개 가운데 {rows:,}개는 토큰 안에서 시작하거나 끝나서, "
            f"그 자리에서는 exact match가 {ceiling:.2f}를 넘을 수 없습니다",
        ),
        keys=["tokenizer.source", "task.files.train"],
        notes=tally.notes(path),
        fixes=[[accept(evidence, "LABEL018")]],
        severity=Severity.note if share <= DOUBTFUL_SHARE else None,
    )
