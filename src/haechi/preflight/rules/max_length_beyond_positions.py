"""POS001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("POS001")
def max_length_beyond_positions(evidence: Evidence) -> Iterator[Problem]:
    """max_length is beyond the positions that the model has.

    ## What
    `tokenizer.max_length` is larger than the longest input the checkpoint can take.

    ## Why
    The first text that is long enough fails, which may be hours into the run. RoBERTa numbers positions
    from its padding id on: of 514 rows 512 can be used. KcBERT has 300. A tokenizer that declares no
    limit lets everything through.

    ## Example
    `python src/train.py tokenizer.max_length=512`

    ## What to do
    Take the number that the message names, or less.

    ## References
    - https://github.com/huggingface/transformers/issues/1363
    - https://github.com/KLUE-benchmark/KLUE/issues/29

    # 모델의 위치 수를 넘는 max_length

    ## 무엇
    `tokenizer.max_length`가 체크포인트가 받을 수 있는 가장 긴 입력보다 큽니다.

    ## 왜
    충분히 긴 글이 처음 나올 때 실패합니다. 몇 시간 뒤일 수도 있습니다. RoBERTa는 위치를 패딩 id 다음부터
    세므로 514행 가운데 512행만 쓸 수 있습니다. KcBERT는 300행입니다. 한계를 적지 않은 토크나이저는
    모든 길이를 통과시킵니다.

    ## 할 일
    메시지에 나온 수나 그보다 작은 수를 쓰십시오.
    """
    checkpoint, facts = evidence.architecture, evidence.facts
    usable = checkpoint.usable_positions if checkpoint else facts.usable_positions
    wanted = evidence.config.tokenizer.max_length
    if usable is None or wanted <= usable:
        return
    rows = checkpoint.position_rows if checkpoint else facts.max_position_embeddings
    reserved = Text("", "")
    if rows and rows > usable:
        reserved = Text(
            f"; of {rows:,} rows the first {rows - usable} are kept for padding",
            f". {rows:,}행 가운데 앞의 {rows - usable}행은 패딩 몫입니다",
        )
    yield Problem(
        Text(
            f"max_length {wanted:,} is beyond the {usable:,} positions that the model has{reserved}",
            f"max_length {wanted:,}이(가) 모델의 위치 {usable:,}개를 넘습니다{reserved.ko}",
        ),
        keys=["tokenizer.max_length", "model.checkpoint"],
        fixes=[[f"tokenizer.max_length={usable}"]],
        severity=Severity.warning if checkpoint is None and "usable_positions" in facts.uncertain else None,
    )
