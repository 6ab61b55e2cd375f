"""LEN006."""

from collections.abc import Iterator

from haechi.preflight.counting import counted
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.token_counts import CUT_QUESTION
from haechi.text import Text
from haechi.tokenization.windows import QUESTION_TOKENS


@rule("LEN006", Severity.note, essential=False)
def cut_questions(evidence: Evidence) -> Iterator[Problem]:
    """Questions are cut.

    ## What
    Train questions are longer than 64 tokens; the rest of them is left out, so that the context has room.

    ## Why
    KLUE's and Google's scripts cut questions there too. Questions of KorQuAD stay below it with a Korean
    vocabulary; longer ones may lose what is asked for.

    ## Example
    `python src/train.py task=files task.objective=span task.files.train=long_questions.json`

    ## What to do
    Nothing, if few are cut. Otherwise ask shorter questions.

    ## References
    - src/haechi/tokenization/windows.py

    # 질문이 잘립니다
    ## 무엇
    train의 질문이 64토큰보다 길어 나머지를 버립니다. 지문에 쓸 자리를 남기기 위한 것입니다.

    ## 왜
    KLUE와 Google의 스크립트도 여기서 자릅니다. 한국어 어휘라면 KorQuAD의 질문은 이보다 짧습니다. 더 긴
    질문은 무엇을 묻는지를 잃을 수 있습니다.

    ## 할 일
    몇 개뿐이면 할 일이 없습니다. 많으면 질문을 줄입니다.
    """
    found = counted(evidence, CUT_QUESTION)
    if found is None:
        return
    counts, rows, seen, place = found
    yield Problem(
        Text(
            f"{rows:,} of {counts.rows:,} {seen} have a question of more than "
            f"{QUESTION_TOKENS} tokens, which is cut",
            f"{seen.ko} {counts.rows:,}행 가운데 {rows:,}행은 질문이 {QUESTION_TOKENS}토큰보다 길어 잘립니다",
        ),
        keys=["task.columns.question", "task.files.train"],
        notes=[place],
    )
