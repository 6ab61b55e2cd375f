"""TOK008."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import WITHOUT_SEGMENTS
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text


@rule("TOK008")
def token_type_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """Segment ids go beyond the model's table.

    ## What
    The task puts two texts into one input, the tokenizer marks the second one with segment id 1, and the
    model's segment table has only row 0.

    ## Why
    The lookup fails in the first batch of pairs; on a GPU as `device-side assert triggered`, without a
    line number. Single sentences run, so a try on a classification task proves nothing.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR task=klue_nli` with a RoBERTa of one segment row
    and a vocab.txt

    ## What to do
    `tokenizer.token_type_ids=false`: RoBERTa was pretrained without segment ids, and the separator alone
    divides the pair. Do not raise `type_vocab_size`: the new rows would be random.

    ## References
    - https://github.com/huggingface/transformers/issues/1538

    # 모델의 표를 벗어나는 세그먼트 id

    ## 무엇
    두 글을 한 입력에 담는 과제이고, 토크나이저는 둘째 글에 세그먼트 id 1을 주는데, 모델의 세그먼트 표에는
    0번 행만 있습니다.

    ## 왜
    쌍이 든 첫 배치에서 조회가 실패합니다. GPU에서는 줄 번호도 없이 `device-side assert triggered`로
    나옵니다. 문장 하나짜리 입력은 잘 돌아가므로, 분류 과제로 시험해 본 것은 아무 증거가 되지 않습니다.

    ## 할 일
    `tokenizer.token_type_ids=false`를 쓰십시오. RoBERTa는 세그먼트 id 없이 사전 학습되었고, 쌍은 구분
    토큰만으로 나뉩니다. `type_vocab_size`를 늘리지는 마십시오. 새 행은 무작위 값입니다.
    """
    paired = evidence.is_paired or evidence.config.task.objective is Objective.span
    if not paired or evidence.config.tokenizer.token_type_ids is False:
        return
    checkpoint, tokenizer, facts = evidence.architecture, evidence.tokenizer, evidence.facts
    rows = checkpoint.type_vocab_size if checkpoint else facts.type_vocab_size
    model_type = checkpoint.model_type if checkpoint else facts.model_type
    source = evidence.source_facts
    highest = tokenizer.max_token_type_id if tokenizer else (source.max_token_type_id if source else None)
    if not rows or highest is None or highest < rows or model_type in WITHOUT_SEGMENTS:
        return
    uncertain = tokenizer is None and source is not None and "max_token_type_id" in source.uncertain
    segments = f"{rows} segment {'row' if rows == 1 else 'rows'}"
    yield Problem(
        Text(
            f"pairs get segment ids up to {highest}, and the model has {segments}",
            f"쌍은 세그먼트 id를 {highest}까지 받는데, 모델의 세그먼트 행은 {rows}개입니다",
        ),
        keys=["task.objective", "tokenizer.token_type_ids", "model.checkpoint"],
        fixes=[["tokenizer.token_type_ids=false"]],
        severity=Severity.warning if uncertain else None,
    )
