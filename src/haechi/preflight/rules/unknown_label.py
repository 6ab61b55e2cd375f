"""LABEL001."""

import difflib
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels, is_classified, naming, place_of_labels
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.rows.slips import CASE, meant, ways
from haechi.rows.survey import Survey
from haechi.rows.tags import OUTSIDE, is_bio
from haechi.rows.tally import visible
from haechi.schema.task import Objective
from haechi.text import Text

# More labels are not typed.
MOST_NAMED = 60
# From this similarity on a label may be another one, misspelt.
ALIKE = 0.75


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
    that differs from another only by spaces, case or Unicode form is a slip: correct the file, as naming
    it would make a class of it. The message says which label was meant.

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
    모든 레이블을 적거나(`task.labels=[...]`), `task.labels=null`로 train 행에서 가져옵니다. 공백, 대소문자,
    유니코드 정규화 형식만 다른 레이블은 오타이므로 파일을 고칩니다. 이름으로 적으면 클래스가 하나 더
    생깁니다. 어느 레이블의 오타인지는 메시지가 알려 줍니다.
    """
    tagged = evidence.config.task.objective is Objective.token_classification
    labels = head_labels(evidence) if tagged or is_classified(evidence) else None
    if labels is None:
        return
    named = evidence.config.task.labels is not None
    if len(set(labels)) < len(labels):
        once = list(dict.fromkeys(labels))
        twice = ", ".join(f"`{visible(item)}`" for item in once if labels.count(item) > 1)
        yield Problem(
            Text(f"`task.labels` names {twice} twice", f"`task.labels`에 {twice}이(가) 두 번 있습니다"),
            keys=["task.labels"],
            fixes=naming(once),
        )
    # Tags that are no tags have a rule of their own.
    present = {label for item in evidence.readable for label in item.labels if not tagged or is_bio(label)}
    fixes = _fixes(evidence, labels, present, tagged=tagged)
    for split in evidence.readable:
        unknown = sorted((present & split.labels.keys()) - set(labels))
        if not unknown:
            continue
        shown = ", ".join(f"`{visible(label)}` ({split.labels[label]:,})" for label in unknown[:6])
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
            notes=_notes(split, unknown, labels),
            fixes=fixes,
        )


def _notes(split: Survey, unknown: list[str], labels: list[str]) -> list[Text]:
    """Where such rows are, which labels were meant by slips, and what others resemble."""
    slips, alike = list[Text](), list[Text]()
    for label in unknown:
        said, near = visible(label), meant(label, labels)
        if near is not None:
            how = ways(label, near)
            slips.append(
                Text(
                    f"`{said}` is meant for `{visible(near)}`: they differ only by {how}",
                    f"`{said}`은(는) `{visible(near)}`을(를) 뜻합니다. {how.ko}만 다릅니다",
                )
            )
        elif (other := next(iter(nearest(label, labels)), None)) and _is_alike(label, other):
            alike.append(
                Text(
                    f"`{said}` resembles `{visible(other)}`",
                    f"`{said}`은(는) `{visible(other)}`과(와) 비슷합니다",
                )
            )
    return [place_of_labels(split, unknown), *slips[:6], *alike[:2]]


def _is_alike(label: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, label.casefold(), other.casefold()).ratio() >= ALIKE


def _fixes(evidence: Evidence, labels: list[str], present: set[str], *, tagged: bool) -> list[list[str]]:
    """Name what is missing too, where it can be named; or take all labels from the train rows.

    What is named stays, unless no row has any of it: then these are the labels of other data. A slip is
    never named, since that would make a class of it.
    """
    train, once, missing = evidence.train, list(dict.fromkeys(labels)), present - set(labels)
    other = not tagged and present.isdisjoint(once)
    slips = {label: near for label in missing if (near := meant(label, once)) is not None}
    if any(not other or ways(label, near) is not CASE for label, near in slips.items()):
        return []
    if tagged:
        kinds = sorted({tag[2:] for tag in present - {*labels, OUTSIDE}})
        everything = list(
            dict.fromkeys([*once, OUTSIDE, *(f"{side}-{kind}" for kind in kinds for side in "BI")])
        )
    elif other or evidence.config.task.labels is None:
        everything = sorted(present)
    else:
        everything = [*once, *sorted(missing)]
    found = naming(everything) if len(everything) <= MOST_NAMED else []
    if train is not None and train.complete and set(train.labels) == set(everything):
        found.append(["task.labels=null"])
    return found
