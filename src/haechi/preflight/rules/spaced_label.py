"""LABEL010."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified
from haechi.preflight.rule import rule
from haechi.rows.tally import FIRST, Tally
from haechi.text import Text


@rule("LABEL010", Severity.warning, essential=False)
def spaced_label(evidence: Evidence) -> Iterator[Problem]:
    """A space makes another class of a label.

    ## What
    Labels begin or end with a space, and the same label without it occurs too.

    ## Why
    Labels are compared as they are written, so one class becomes two, and each is learned as the opposite
    of the other. A spreadsheet shows no difference.

    ## Example
    `python src/train.py task=files task.files.train=typed_by_hand.csv`

    ## What to do
    Remove the spaces from the rows that the message names.

    ## References
    - src/haechi/rows/survey.py

    # 공백 때문에 한 레이블이 두 클래스가 됩니다
    ## 무엇
    앞이나 뒤에 공백이 있는 레이블과, 공백이 없는 같은 레이블이 함께 있습니다.

    ## 왜
    레이블은 적힌 그대로 비교하므로 한 클래스가 둘이 되고, 서로를 반대 클래스로 배웁니다.
    스프레드시트에서는 차이가 보이지 않습니다.

    ## 할 일
    메시지가 알려 주는 행에서 공백을 지웁니다.
    """
    if not is_classified(evidence) or evidence.config.task.labels is not None:
        return  # LABEL001 compares the rows with the names that are given
    everything = {label for split in evidence.readable for label in split.labels}
    for split in evidence.readable:
        twins = [label for label in split.labels if label != label.strip() and label.strip() in everything]
        if not twins:
            continue
        rows = sum(split.labels[label] for label in twins)
        first = sorted(row for label in twins for row in split.label_rows.get(label, []))[:FIRST]
        yield Problem(
            Text(
                f"{rows:,} of {split.rows:,} {split.seen} differ from another label by a space: "
                f"`{twins[0]}` and `{twins[0].strip()}`",
                f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행이 다른 레이블과 공백만 다릅니다: "
                f"`{twins[0]}`, `{twins[0].strip()}`",
            ),
            keys=["task.columns.label", f"task.files.{split.name}"],
            notes=[Tally(rows, first).place(split.path)],
        )
