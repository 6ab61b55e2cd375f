"""LEN001."""

from collections.abc import Iterator

from haechi.preflight.counting import rows_counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text

DOUBTFUL_SHARE = 0.05


@rule("LEN001", Severity.warning, essential=False)
def truncated_rows(evidence: Evidence) -> Iterator[Problem]:
    """Many texts are cut.

    ## What
    More than one in twenty of the train rows is longer than `tokenizer.max_length`.

    ## Why
    What lies beyond the limit is never read, in training or in evaluation, and nothing says so.

    ## Example
    `python src/train.py tokenizer.max_length=8`

    ## What to do
    Raise `tokenizer.max_length` to the length that the message names, as far as the model goes, or accept
    the loss with `preflight.ignore=[LEN001]`.

    ## References
    - https://huggingface.co/docs/transformers/pad_truncation

    # 많은 글이 잘립니다
    ## 무엇
    train 행 스무 개 가운데 하나 넘게 `tokenizer.max_length`보다 깁니다.

    ## 왜
    한도 너머는 학습에서도 평가에서도 읽히지 않으며, 그렇다는 말도 나오지 않습니다.

    ## 할 일
    모델이 허용하는 한 메시지가 알려 주는 길이까지 `tokenizer.max_length`를 올리거나,
    `preflight.ignore=[LEN001]`로 손실을 받아들입니다.
    """
    counts, config = evidence.token_counts, evidence.config
    if counts is None or config.task.objective is Objective.span:
        return  # a long context is read window by window
    limit, rows = config.tokenizer.max_length, counts.lengths.total()
    cut = counts.longer_than(limit)
    if not rows or cut / rows <= DOUBTFUL_SHARE:
        return
    p50, p95, p99 = (counts.percentile(share) for share in (0.5, 0.95, 0.99))
    usable = evidence.architecture.usable_positions if evidence.architecture else None
    wanted = min(p99, usable or p99)
    # Where even the longest input cuts too many rows, the loss has to be accepted.
    accepted = f"preflight.ignore=[{','.join([*config.preflight.ignore, 'LEN001'])}]"
    longer = [f"tokenizer.max_length={wanted}"] if wanted > limit else []
    still_cut = counts.longer_than(wanted) / rows > DOUBTFUL_SHARE
    seen = rows_counted(evidence)
    yield Problem(
        Text(
            f"{cut / rows:.1%} of {rows:,} {seen} are longer than {limit} tokens and are cut",
            f"{seen.ko} {rows:,}행의 {cut / rows:.1%}가 {limit}토큰보다 길어 잘립니다",
        ),
        keys=["tokenizer.max_length"],
        notes=[
            Text(
                f"half are up to {p50} tokens long, 95 % up to {p95}, 99 % up to {p99}",
                f"길이의 절반은 {p50}토큰까지, 95%는 {p95}토큰까지, 99%는 {p99}토큰까지입니다",
            )
        ],
        fixes=[[*longer, accepted]] if still_cut else [longer],
    )
