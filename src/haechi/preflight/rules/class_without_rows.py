"""LABEL006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import is_classified, naming
from haechi.preflight.rule import rule
from haechi.rows.slips import meant
from haechi.rows.tally import visible
from haechi.text import Text


@rule("LABEL006", Severity.warning, essential=False)
def class_without_rows(evidence: Evidence) -> Iterator[Problem]:
    """A class has no train rows.

    ## What
    `task.labels` names a class that no train row has.

    ## Why
    Its output is never right in training, so it can never be predicted; a macro F1 over the classes
    counts it as 0. Usually the train file is a part of the data, or the name is spelt otherwise in the
    rows.

    ## Example
    `python src/train.py task=files task.files.train=part.csv 'task.labels=[a,b,c]'`

    ## What to do
    Leave the class out of `task.labels`, or add rows of it.

    ## References
    - https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html

    # train 행이 없는 클래스가 있습니다
    ## 무엇
    `task.labels`의 어떤 클래스를 가진 train 행이 없습니다.

    ## 왜
    그 출력은 학습에서 한 번도 정답이 되지 않으므로 결코 예측되지 않고, macro F1에서는 0점이 됩니다. 대개
    train 파일이 데이터의 일부이거나, 행에는 다른 철자로 적혀 있습니다.

    ## 할 일
    `task.labels`에서 그 클래스를 빼거나, 그 클래스의 행을 더합니다.
    """
    train, labels = evidence.train, evidence.config.task.labels
    if labels is None or train is None or not train.complete or not is_classified(evidence):
        return
    absent = [label for label in labels if label not in train.labels]
    if not absent or len(absent) == len(labels):
        return
    elsewhere = {label for split in evidence.readable for label in split.labels}
    # Rows of a class that are only misspelt are LABEL001's, and the class is to stay.
    stays = elsewhere & set(absent) or any(meant(label, absent) for label in elsewhere - set(labels))
    shown = ", ".join(f"`{visible(label)}`" for label in absent[:6]) + (", ..." if len(absent) > 6 else "")
    classes = "1 class" if len(absent) == 1 else f"{len(absent)} classes"
    yield Problem(
        Text(
            f"`task.labels` names {classes} of {len(labels)} that no train row has: {shown}",
            f"`task.labels`의 {len(labels)}개 클래스 가운데 {len(absent)}개는 train 행이 없습니다: {shown}",
        ),
        keys=["task.labels", "task.files.train"],
        fixes=[] if stays else naming([label for label in labels if label not in absent]),
    )
