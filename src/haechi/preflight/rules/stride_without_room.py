"""LEN005."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text
from haechi.tokenization.windows import QUESTION_TOKENS

# BERT's, for a tokenizer that is out of reach.
SPECIAL_TOKENS = 3
# The usual length for questions, since BERT's own script for SQuAD.
USUAL_LENGTH = 384


@rule("LEN005")
def stride_without_room(evidence: Evidence) -> Iterator[Problem]:
    """Windows share so many tokens that they never move on.

    ## What
    `tokenizer.max_length` minus the special tokens and 64 tokens for the question leaves no more room for
    the context than `task.doc_stride`, which neighbouring windows share.

    ## Why
    A window that shares all of its context with the one before is the same window again. tokenizers stops
    with an error at the first long context, in the middle of encoding.

    ## Example
    `python src/train.py task=klue_mrc tokenizer.max_length=128 task.doc_stride=128`

    ## What to do
    A longer input, `tokenizer.max_length=384` as in BERT's script for SQuAD or 510 as KLUE has it, or a
    smaller `task.doc_stride`. In KLUE's code the key of this name is how far a window moves, not what two
    of them share.

    ## References
    - Devlin et al. 2019, section 4.2, https://arxiv.org/abs/1810.04805
    - https://github.com/KLUE-benchmark/KLUE, machine reading comprehension
    - src/haechi/tokenization/windows.py

    # 창이 나아가지 못할 만큼 많은 토큰을 함께 가집니다
    ## 무엇
    `tokenizer.max_length`에서 특수 토큰과 질문에 쓸 64토큰을 빼면, 지문에 남는 자리가 이웃한 창이 함께
    가지는 `task.doc_stride`보다 크지 않습니다.

    ## 왜
    앞 창의 지문을 모두 함께 가지는 창은 같은 창입니다. tokenizers는 인코딩 도중 처음 만나는 긴 지문에서
    오류로 멈춥니다.

    ## 할 일
    `tokenizer.max_length`를 BERT의 SQuAD 스크립트처럼 384로, 또는 KLUE처럼 510으로 늘리거나
    `task.doc_stride`를 줄입니다. KLUE 코드의 같은 이름은 함께 가지는 수가 아니라 창이 나아가는 거리입니다.
    """
    config = evidence.config
    if config.task.objective is not Objective.span:
        return
    limit, stride = config.tokenizer.max_length, config.task.doc_stride
    special = evidence.tokenizer.special_tokens_of_pair if evidence.tokenizer else SPECIAL_TOKENS
    room = limit - special - QUESTION_TOKENS
    if room > stride:
        return
    usable = evidence.architecture.usable_positions if evidence.architecture else None
    fixes = [[f"task.doc_stride={room // 2}"]] if room > 0 else []
    longer = max(USUAL_LENGTH, stride + special + QUESTION_TOKENS + 1)
    if usable is None or longer <= usable:
        fixes = [[f"tokenizer.max_length={longer}"], *fixes]
    elif usable - special - QUESTION_TOKENS > 0 and usable > limit:
        half = min(stride, (usable - special - QUESTION_TOKENS) // 2)
        fixes = [[f"tokenizer.max_length={usable}", f"task.doc_stride={half}"], *fixes]
    yield Problem(
        Text(
            f"beside a question of {QUESTION_TOKENS} tokens, {limit} tokens leave {max(room, 0)} "
            f"for the context, and windows share {stride}",
            f"{limit}토큰에서 질문 {QUESTION_TOKENS}토큰을 빼면 지문에 {max(room, 0)}토큰이 남는데, "
            f"창은 {stride}토큰을 함께 가집니다",
        ),
        keys=["tokenizer.max_length", "task.doc_stride"],
        fixes=fixes,
    )
