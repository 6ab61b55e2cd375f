"""DATA007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import EMPTY_PAIR, EMPTY_TEXT
from haechi.text import Text

# A few empty texts are a flaw of the data; from this share on the column is probably the wrong one.
REFUSED_SHARE = 0.05


@rule("DATA007")
def empty_text(evidence: Evidence) -> Iterator[Problem]:
    """Texts are empty.

    ## What
    Rows whose text (or second text) is missing, empty or only spaces.

    ## Why
    An empty text is encoded as [CLS] [SEP] and trains on its label all the same; a column that is mostly
    empty is the wrong column.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with an empty text in row 3

    ## What to do
    Remove or fill the rows that the message names.

    ## References
    - src/haechi/rows/columns.py

    # 글이 비어 있습니다
    ## 무엇
    글(또는 둘째 글)이 없거나 비어 있거나 공백뿐인 행이 있습니다.

    ## 왜
    빈 글은 [CLS] [SEP]로 인코딩되어 그대로 레이블을 학습합니다. 대부분이 빈 열이라면 열을 잘못 고른
    것입니다.

    ## 할 일
    메시지가 알려 주는 행을 지우거나 채웁니다.
    """
    for split in evidence.readable:
        rows = split.count(EMPTY_TEXT) + (split.count(EMPTY_PAIR) if evidence.has_pairs else 0)
        if not rows:
            continue
        fault = EMPTY_TEXT if split.count(EMPTY_TEXT) else EMPTY_PAIR
        share = rows / split.rows
        yield Problem(
            Text(
                f"{rows:,} of {split.rows:,} {split.name} rows have an empty text",
                f"{split.name} {split.rows:,}행 가운데 {rows:,}행의 글이 비어 있습니다",
            ),
            keys=["task.columns.text", f"task.files.{split.name}"],
            notes=[split.place(fault)],
            severity=Severity.error
            if share >= REFUSED_SHARE or (split.name == "train" and share == 1)
            else Severity.warning,
        )
