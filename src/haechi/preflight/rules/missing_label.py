"""LABEL002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import MISSING_LABEL
from haechi.text import Text


@rule("LABEL002")
def missing_label(evidence: Evidence) -> Iterator[Problem]:
    """Rows have no label.

    ## What
    The label of a row is missing or empty.

    ## Why
    Readers that fill in a default make a class of their own of such rows, named "nan" or "None".

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with an empty label in row 3

    ## What to do
    Label the rows that the message names, or remove them.

    ## References
    - https://github.com/huggingface/datasets/issues/821

    # 레이블이 없는 행이 있습니다
    ## 무엇
    행의 레이블이 없거나 비어 있습니다.

    ## 왜
    기본값을 채우는 도구에서는 이런 행이 "nan"이나 "None"이라는 클래스가 됩니다.

    ## 할 일
    메시지가 알려 주는 행에 레이블을 달거나 그 행을 지웁니다.
    """
    for split in evidence.readable:
        if rows := split.count(MISSING_LABEL):
            yield Problem(
                Text(
                    f"{rows:,} of {split.rows:,} {split.name} rows have no label",
                    f"{split.name} {split.rows:,}행 가운데 {rows:,}행에 레이블이 없습니다",
                ),
                keys=["task.columns.label", f"task.files.{split.name}"],
                notes=[split.place(MISSING_LABEL)],
            )
