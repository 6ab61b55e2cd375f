"""LABEL015."""

from collections.abc import Iterator

from haechi.preflight.counting import accept, rows_counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import BLURRED_TAGS, LOST_CHARACTERS
from haechi.text import Text, join

DOUBTFUL_SHARE = 0.05


@rule("LABEL015", Severity.warning, essential=False)
def lost_characters(evidence: Evidence) -> Iterator[Problem]:
    """Tags do not reach the model.

    ## What
    Tagged characters (or words) that no token of the model covers, or whose tag cannot be told because
    their token begins with another entity. Up to one in twenty is a note.

    ## Why
    A token of the model has one prediction. Where `박씨` is one token, the name and its suffix get the
    same tag; what the normalizer takes out (control characters, U+FFFD) gets none. The best score is
    below 1 by so much. On KLUE-NER's dev rows kcbert's vocabulary blurs 1.1 % of the characters,
    KoELECTRA's 0.15 %.

    ## Example
    `python src/train.py task=files task.objective=token_classification task.files.train=tagged.jsonl`

    ## What to do
    Take a model whose vocabulary has finer pieces, or accept the loss: `preflight.ignore=[LABEL015]`.

    ## References
    - Park et al. 2021, section 3.4, https://arxiv.org/abs/2105.09680
    - src/haechi/tokenization/alignment.py

    # 모델에 닿지 않는 태그가 있습니다
    ## 무엇
    모델의 어떤 토큰에도 들지 않는 글자(또는 단어)가 있거나, 토큰이 다른 개체에서 시작해 태그를 가릴 수
    없는 글자가 있습니다. 스물에 하나까지는 참고로만 알립니다.

    ## 왜
    모델의 토큰 하나에는 예측도 하나입니다. `박씨`가 한 토큰이면 이름과 접미사의 태그가 같아지고, 정규화가
    지우는 글자(제어 문자, U+FFFD)에는 태그가 없습니다. 그만큼 최고 점수가 낮아집니다. KLUE-NER의 dev
    행에서 kcbert의 어휘는 글자의 1.1%, KoELECTRA는 0.15%가 이렇습니다.

    ## 할 일
    더 잘게 나누는 어휘의 모델을 쓰거나, `preflight.ignore=[LABEL015]`로 손실을 받아들입니다.
    """
    counts = evidence.token_counts
    if counts is None or not counts.lost_tokens + counts.blurred_tokens:
        return
    seen, total = rows_counted(evidence), counts.source_tokens
    share = (counts.lost_tokens + counts.blurred_tokens) / total
    path = evidence.train.path if evidence.train else ""
    tallies = [counts.tallies[name] for name in (LOST_CHARACTERS, BLURRED_TAGS) if counts.tallies[name].count]
    yield Problem(
        Text(
            f"of {total:,} tagged tokens in {counts.rows:,} {seen} {counts.lost_tokens:,} reach no token of "
            f"the model, and the tags of {counts.blurred_tokens:,} cannot be told from their neighbour's",
            f"{seen.ko} {counts.rows:,}행의 태그 붙은 토큰 {total:,}개 가운데 {counts.lost_tokens:,}개는 "
            f"모델의 토큰에 들지 않고, {counts.blurred_tokens:,}개는 이웃의 태그와 가릴 수 없습니다",
        ),
        keys=["tokenizer.source", "task.files.train"],
        notes=[join(": ", [tally.place(path), tally.shown]) for tally in tallies],
        fixes=[[accept(evidence, "LABEL015")]],
        severity=Severity.note if share <= DOUBTFUL_SHARE else None,
    )
