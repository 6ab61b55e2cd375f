"""LABEL005."""

from collections.abc import Iterable, Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified, naming
from haechi.preflight.rule import rule
from haechi.rows.tally import Tally
from haechi.text import Text

MOST_NAMED = 60


@rule("LABEL005", essential=False)
def ignored_label(evidence: Evidence) -> Iterator[Problem]:
    """Rows carry a label that means no label.

    ## What
    A class is named -100, or -1 beside classes that are numbered from 0 on, and `task.labels` does not
    name it.

    ## Why
    torch's cross entropy passes over -100 and fails at -1; GLUE's test files have -1 where labels are
    withheld. Taken as a class of its own, the model learns to predict that a row was not labelled. -1
    beside 0 and 1 alone may be an opinion, and is passed over.

    ## Example
    `python src/train.py task=files task.files.train=with_unlabelled_rows.csv`

    ## What to do
    Remove these rows. If it is a class like any other, name it: `task.labels=[...]`.

    ## References
    - https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html

    # 레이블이 없다는 뜻의 레이블이 있습니다
    ## 무엇
    -100이라는 클래스가 있거나, 0부터 번호가 붙은 클래스들 곁에 -1이 있고, `task.labels`에는 그 이름이
    없습니다.

    ## 왜
    torch의 cross entropy는 -100을 건너뛰고 -1에서는 실패합니다. GLUE의 test 파일은 레이블을 감춘 행에
    -1을 적습니다. 이를 클래스로 삼으면 모델은 레이블이 없던 행을 예측하도록 배웁니다. 0과 1 곁의 -1은
    의견일 수 있어 그냥 둡니다.

    ## 할 일
    그 행을 지웁니다. 실제 클래스라면 `task.labels=[...]`에 적습니다.
    """
    if not is_classified(evidence) or evidence.config.task.labels is not None:
        return
    for split in evidence.readable:
        for label in ("-100", "-1"):
            rows = split.labels[label]
            if not rows or (label == "-1" and not _numbered_from_zero(split.labels)):
                continue
            yield Problem(
                Text(
                    f"{rows:,} of {split.rows:,} {split.seen} have the label `{label}`, which means none",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행의 레이블이 "
                    f"없다는 뜻의 `{label}`입니다",
                ),
                keys=["task.columns.label", f"task.files.{split.name}"],
                notes=[Tally(rows, split.label_rows.get(label, [])).place(split.path)],
                fixes=naming(sorted(split.labels)) if len(split.labels) <= MOST_NAMED else [],
                severity=None if label == "-100" else Severity.warning,
            )


def _numbered_from_zero(labels: Iterable[str]) -> bool:
    """Whether the labels beside -1 are 0, 1, 2 and maybe more."""
    others = set(labels) - {"-1", "-100"}
    return len(others) > 2 and others == {str(number) for number in range(len(others))}
