"""DATA007."""

from collections.abc import Iterator

from haechi.preflight.counting import both_text_keys
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.survey import EMPTY_EITHER, EMPTY_PAIR, EMPTY_TEXT, Survey
from haechi.text import Text

# A few empty texts are a flaw of the data; from this share on the column is probably the wrong one.
REFUSED_SHARE = 0.05


@rule("DATA007")
def empty_text(evidence: Evidence) -> Iterator[Problem]:
    """Texts are empty.

    ## What
    Rows whose text (or second text, or context) is missing, empty or only spaces.

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
    글(또는 둘째 글이나 지문)이 없거나 비어 있거나 공백뿐인 행이 있습니다.

    ## 왜
    빈 글은 [CLS] [SEP]로 인코딩되어 그대로 레이블을 학습합니다. 대부분이 빈 열이라면 열을 잘못 고른
    것입니다.

    ## 할 일
    메시지가 알려 주는 행을 지우거나 채웁니다.
    """
    for split in evidence.readable:
        rows = split.count(EMPTY_EITHER)
        if not rows:
            continue
        keys = {
            key: fault
            for key, fault in zip(both_text_keys(evidence), (EMPTY_TEXT, EMPTY_PAIR), strict=True)
            if key and split.count(fault)
        }
        share = rows / split.rows
        yield Problem(
            Text(
                f"{rows:,} of {split.rows:,} {split.seen} have an empty text",
                f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행의 글이 비어 있습니다",
            ),
            keys=[*keys, f"task.files.{split.name}"],
            notes=_places(split, keys),
            severity=Severity.error
            if share >= REFUSED_SHARE or (split.name == "train" and share == 1)
            else Severity.warning,
        )


def _places(split: Survey, keys: dict[str, str]) -> list[Text]:
    """Where they are; a line for each column where both are empty in places."""
    if len(keys) < 2:
        return [split.place(EMPTY_EITHER)]
    return [
        Text(f"`{key}` is empty in {place}", f"`{key}`이(가) 빈 곳: {place.ko}")
        for key, place in ((key, split.place(fault)) for key, fault in keys.items())
    ]
