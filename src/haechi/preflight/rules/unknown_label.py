"""LABEL001."""

from collections.abc import Iterator

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels, is_classified
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.rows.tags import OUTSIDE, is_bio
from haechi.rows.tally import Tally
from haechi.schema.task import Objective
from haechi.text import Text


@rule("LABEL001")
def unknown_label(evidence: Evidence) -> Iterator[Problem]:
    """Rows carry labels that the head does not have.

    ## What
    A label of the train rows is none of `task.labels`, or a label of the validation or test rows does
    not occur in the train rows that the labels are taken from. Or `task.labels` names a label twice.

    ## Why
    A label without an output fails in the first batch that holds it, on a GPU as a device-side assert; a
    class that is only evaluated can never be predicted.

    ## Example
    `python src/train.py 'task.labels=["IT과학","경제","사회"]'`

    ## What to do
    Name all labels (`task.labels=[...]`), or `task.labels=null` to take them from the train rows. A label
    that differs by a trailing space or by case from another is a slip in the file.

    ## References
    - https://huggingface.co/docs/transformers/tasks/sequence_classification

    # 헤드에 없는 레이블을 가진 행이 있습니다
    ## 무엇
    train 행의 레이블이 `task.labels`에 없거나, 레이블을 train 행에서 정할 때 validation이나 test 행의
    레이블이 train에 없습니다. 또는 `task.labels`에 같은 이름이 두 번 있습니다.

    ## 왜
    출력이 없는 레이블은 그것이 든 첫 배치에서 실패하며, GPU에서는 device-side assert로 나타납니다.
    평가에만 나오는 클래스는 결코 예측될 수 없습니다.

    ## 할 일
    모든 레이블을 적거나(`task.labels=[...]`), `task.labels=null`로 train 행에서 가져옵니다. 끝의 공백이나
    대소문자만 다른 레이블은 파일의 오타입니다.
    """
    tagged = evidence.config.task.objective is Objective.token_classification
    labels = head_labels(evidence) if tagged or is_classified(evidence) else None
    if labels is None:
        return
    named = evidence.config.task.labels is not None
    if len(set(labels)) < len(labels):
        once = list(dict.fromkeys(labels))
        twice = ", ".join(f"`{item}`" for item in once if labels.count(item) > 1)
        yield Problem(
            Text(f"`task.labels` names {twice} twice", f"`task.labels`에 {twice}이(가) 두 번 있습니다"),
            keys=["task.labels"],
            fixes=[[f"task.labels=[{','.join(map(as_value, once))}]"]],
        )
    # Tags that are no tags have a rule of their own.
    present = {label for item in evidence.readable for label in item.labels if not tagged or is_bio(label)}
    if tagged:
        kinds = sorted({tag[2:] for tag in present - {*labels, OUTSIDE}})
        both = [f"{side}-{kind}" for kind in kinds for side in "BI"]
        everything = list(dict.fromkeys([*labels, OUTSIDE, *both]))
    else:
        everything = sorted(present)
    for split in evidence.readable:
        unknown = {
            label: count for label, count in split.labels.items() if label in present and label not in labels
        }
        if not unknown:
            continue
        shown = ", ".join(f"`{label}` ({count:,})" for label, count in sorted(unknown.items())[:6])
        rows = sorted(row for label in unknown for row in split.label_rows.get(label, []))[:5]
        slips = [(label, nearest(label, labels)[0]) for label in unknown if nearest(label, labels)]
        found = f"{len(unknown)} label{'s' if len(unknown) > 1 else ''}"
        yield Problem(
            Text(
                f"{split.name} rows carry {found} that `task.labels` lacks: {shown}",
                f"{split.name} 행에 `task.labels`에 없는 레이블이 {len(unknown)}개 있습니다: {shown}",
            )
            if named
            else Text(
                f"{split.name} rows carry {found} that no train row has: {shown}",
                f"{split.name} 행에 train 행에 없는 레이블이 {len(unknown)}개 있습니다: {shown}",
            ),
            keys=["task.labels", f"task.files.{split.name}"],
            notes=[
                Tally(sum(unknown.values()), rows).place(split.path),
                *(
                    Text(f"`{label}` resembles `{near}`", f"`{label}`은(는) `{near}`과(와) 비슷합니다")
                    for label, near in slips[:2]
                ),
            ],
            fixes=_fixes(evidence, everything),
        )


def _fixes(evidence: Evidence, labels: list[str]) -> list[list[str]]:
    """Name all labels, where they can be named; or take them from the train rows, where those have all."""
    train = evidence.train
    found = [[f"task.labels=[{','.join(map(as_value, labels))}]"]] if len(labels) <= 60 else []
    if train is not None and train.complete and set(train.labels) == set(labels):
        found.append(["task.labels=null"])
    return found
