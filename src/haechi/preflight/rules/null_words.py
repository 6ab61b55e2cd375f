"""DATA015."""

from collections.abc import Iterator

from haechi.preflight.counting import accept, text_key
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import NULL_WORD
from haechi.text import Text, join


@rule("DATA015", Severity.warning, essential=False)
def null_words(evidence: Evidence) -> Iterator[Problem]:
    """Texts are the word nan, None or null.

    ## What
    The whole text of a row is what a program writes for a missing value: nan, NaN, None, null, NA, N/A,
    <NA>, NaT.

    ## Why
    pandas turns an empty cell into nan, and saving it as text makes a word of it. The row is no longer
    empty, so nothing finds it, and the model learns its label for the word.

    ## Example
    `python src/train.py task=files task.files.train=exported.csv`

    ## What to do
    Fill or remove the rows that the message names; in pandas `keep_default_na=False` when reading,
    `dropna()` before saving. Where people did write these words: `preflight.ignore=[DATA015]`.

    ## References
    - https://pandas.pydata.org/docs/user_guide/missing_data.html

    # 글이 nan, None, null 같은 낱말입니다
    ## 무엇
    행의 글 전체가 프로그램이 빈 값에 쓰는 낱말입니다: nan, NaN, None, null, NA, N/A, <NA>, NaT.

    ## 왜
    pandas는 빈 칸을 nan으로 만들고, 글로 저장하면 그것이 낱말이 됩니다. 더는 빈 행이 아니어서 아무도 찾지
    못하고, 모델은 그 낱말에 레이블을 배웁니다.

    ## 할 일
    메시지가 알려 주는 행을 채우거나 지웁니다. pandas에서는 읽을 때 `keep_default_na=False`, 저장하기 전에
    `dropna()`를 씁니다. 사람이 정말로 쓴 낱말이라면 `preflight.ignore=[DATA015]`로 둡니다.
    """
    for split in evidence.readable:
        if rows := split.count(NULL_WORD):
            yield Problem(
                Text(
                    f"{rows:,} of {split.rows:,} {split.seen} have a text that stands for a missing value",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행의 글이 빈 값을 뜻하는 낱말입니다",
                ),
                keys=[text_key(evidence), f"task.files.{split.name}"],
                notes=[join(": ", [split.place(NULL_WORD), split.tallies[NULL_WORD].shown])],
                fixes=[[accept(evidence, "DATA015")]],
            )
