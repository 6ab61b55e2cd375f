"""LEN003."""

from collections.abc import Iterator

from haechi.preflight.counting import counted, longer_or_accepted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import CUT_TAGS
from haechi.text import Text

DOUBTFUL_SHARE = 0.01


@rule("LEN003", Severity.warning, essential=False)
def cut_tags(evidence: Evidence) -> Iterator[Problem]:
    """Tagged tokens are cut off.

    ## What
    In more than one train row in a hundred, tagged tokens lie beyond `tokenizer.max_length`. In fewer
    rows it is a note.

    ## Why
    They are never read, and every entity among them is missed when the model is evaluated.

    ## Example
    `python src/train.py task=klue_ner task.files.train=ner.tsv tokenizer.max_length=32`

    ## What to do
    Raise `tokenizer.max_length` to what the fix names, or split long rows into sentences.

    ## References
    - https://huggingface.co/docs/transformers/pad_truncation

    # 태그 붙은 토큰이 잘려 나갑니다
    ## 무엇
    train 백 행에 한 행 넘게 태그 붙은 토큰이 `tokenizer.max_length` 너머에 있습니다. 그보다 적으면 참고로
    알립니다.

    ## 왜
    잘린 토큰은 읽히지 않으며, 그 안의 개체는 평가에서 모두 놓친 것이 됩니다.

    ## 할 일
    제안된 길이까지 `tokenizer.max_length`를 올리거나, 긴 행을 문장으로 나눕니다.
    """
    found = counted(evidence, CUT_TAGS)
    if found is None:
        return
    counts, cut, seen, place = found
    limit, rows = evidence.config.tokenizer.max_length, counts.lengths.total()
    yield Problem(
        Text(
            f"{cut:,} of {rows:,} {seen} are longer than {limit} tokens, "
            f"cutting off {counts.cut_tokens:,} tagged tokens "
            f"and {counts.cut_entities:,} of {counts.entities:,} entities",
            f"{seen.ko} {rows:,}행 가운데 {cut:,}행이 {limit}토큰보다 길어 태그 붙은 토큰 "
            f"{counts.cut_tokens:,}개와 개체 {counts.entities:,}개 중 {counts.cut_entities:,}개가 잘립니다",
        ),
        keys=["tokenizer.max_length", "task.files.train"],
        notes=[place],
        fixes=[longer_or_accepted(evidence, max(counts.lengths), "LEN003")],
        severity=Severity.note if cut / rows < DOUBTFUL_SHARE else None,
    )
