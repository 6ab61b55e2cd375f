"""LEN002."""

from collections.abc import Iterator

from haechi.preflight.counting import counted, longer_or_accepted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import LOST_ENTITY
from haechi.text import Text

REFUSED_SHARE = 0.1


@rule("LEN002", Severity.warning, essential=False)
def lost_entity(evidence: Evidence) -> Iterator[Problem]:
    """A mention of a relation is cut off.

    ## What
    In some train rows a mention, or its closing marker, lies beyond `tokenizer.max_length`. From one row
    in ten on this is an error.

    ## Why
    The model is asked for the relation of two mentions and sees one. A pooling that reads the markers has
    nothing to read there. KLUE-RE's rows have up to 256 tokens; with 128, up to one row in a hundred
    loses a mention.

    ## Example
    `python src/train.py task=files task.objective=relation task.files.train=re.json tokenizer.max_length=32`

    ## What to do
    Raise `tokenizer.max_length` to what the message names, as far as the model goes, or accept the loss
    with `preflight.ignore=[LEN002]`.

    ## References
    - Zhou and Chen 2022, https://arxiv.org/abs/2102.01373
    - https://github.com/KLUE-benchmark/KLUE, relation extraction

    # 관계의 멘션이 잘려 나갑니다
    ## 무엇
    어떤 train 행의 멘션이나 그 닫는 표지가 `tokenizer.max_length` 너머에 있습니다. 열 행에 한 행부터는
    오류입니다.

    ## 왜
    모델은 두 멘션의 관계를 배워야 하는데 하나만 봅니다. 표지를 읽는 풀링은 읽을 것이 없습니다. KLUE-RE의
    행은 256토큰에 이르며, 128이면 백 행에 한 행까지 멘션을 잃습니다.

    ## 할 일
    모델이 허용하는 한 메시지가 알려 주는 길이까지 `tokenizer.max_length`를 올리거나,
    `preflight.ignore=[LEN002]`로 받아들입니다.
    """
    found = counted(evidence, LOST_ENTITY)
    if found is None:
        return
    counts, lost, seen, place = found
    limit, rows, wanted = evidence.config.tokenizer.max_length, counts.needed.total(), max(counts.needed)
    yield Problem(
        Text(
            f"{lost:,} of {rows:,} {seen} lose a mention, which lies beyond {limit} tokens",
            f"{seen.ko} {rows:,}행 가운데 {lost:,}행은 멘션이 {limit}토큰 너머에 있어 잘립니다",
        ),
        keys=["tokenizer.max_length", "task.files.train"],
        notes=[
            place,
            Text(f"{wanted} tokens hold every mention", f"{wanted}토큰이면 모든 멘션이 들어갑니다"),
        ],
        fixes=[longer_or_accepted(evidence, wanted, "LEN002")],
        severity=Severity.error if lost / rows >= REFUSED_SHARE else None,
    )
