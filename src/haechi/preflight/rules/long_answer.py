"""LABEL019."""

from collections.abc import Iterator

from haechi.preflight.counting import counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import LONG_ANSWER
from haechi.text import Text

DOUBTFUL_SHARE = 0.02


@rule("LABEL019", Severity.warning, essential=False)
def long_answer(evidence: Evidence) -> Iterator[Problem]:
    """An answer is longer than any that is given.

    ## What
    More than one train answer in fifty has more tokens than `task.max_answer_tokens`; fewer are a note.

    ## Why
    Among the candidates of a question only spans of at most so many tokens count. A longer answer is
    learned, and never given. The usual 30 are made for names and dates: a vocabulary that spends a token on
    every character, or answers that are sentences, go beyond.

    ## Example
    `python src/train.py task=sample_mrc task.max_answer_tokens=2`

    ## What to do
    Raise `task.max_answer_tokens` to the longest answer; searching longer spans costs little.

    ## References
    - https://github.com/huggingface/transformers/tree/main/examples/pytorch/question-answering

    # 내놓을 수 있는 것보다 긴 답이 있습니다

    ## 무엇
    train 답의 쉰에 하나 넘게 `task.max_answer_tokens`보다 토큰이 많습니다. 그보다 적으면 참고로 알립니다.

    ## 왜
    질문마다 후보 가운데 그만큼까지의 구간만 셉니다. 더 긴 답은 배우기만 하고 내놓지 못합니다. 흔히 쓰는 30은
    이름과 날짜에 맞춘 값이라서, 글자마다 토큰을 쓰는 어휘나 문장인 답은 넘어갑니다.

    ## 할 일
    `task.max_answer_tokens`를 가장 긴 답까지 올립니다. 더 긴 구간을 찾아도 비용은 거의 같습니다.
    """
    found = counted(evidence, LONG_ANSWER)
    if found is None:
        return
    counts, rows, seen, place = found
    limit = evidence.config.task.max_answer_tokens
    yield Problem(
        Text(
            f"{rows:,} of {counts.answered:,} answers in the {seen} have more than {limit:,} tokens and are "
            "never given",
            f"{seen.ko} 행의 답 {counts.answered:,}개 가운데 {rows:,}개는 {limit:,}토큰보다 길어서 "
            "내놓지 못합니다",
        ),
        keys=["task.max_answer_tokens", "task.files.train"],
        notes=[place],
        fixes=[[f"task.max_answer_tokens={counts.longest_answer}"]],
        severity=Severity.note if rows <= DOUBTFUL_SHARE * counts.answered else None,
    )
