"""LABEL010."""

from collections import Counter
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels, is_classified, place_of_labels
from haechi.preflight.rule import rule
from haechi.rows.slips import SPACES, folded, ways
from haechi.rows.survey import Survey
from haechi.rows.tags import is_bio
from haechi.rows.tally import FIRST, visible
from haechi.schema.task import Objective
from haechi.text import Text


@rule("LABEL010", Severity.warning, essential=False)
def spaced_label(evidence: Evidence) -> Iterator[Problem]:
    """A space makes another class of a label.

    ## What
    Two classes (or tags) of the rows differ only by spaces or invisible characters, by case, or by their
    Unicode form (NFC or NFD). Also where `task.labels` names both; a label that it lacks is LABEL001's.

    ## Why
    Labels are compared as they are written, so one class becomes two, and each is learned as the opposite
    of the other. A spreadsheet shows no difference.

    ## Example
    `python src/train.py task=files task.files.train=typed_by_hand.csv`

    ## What to do
    Write one label in the rows that the message names, and name it once in `task.labels`.

    ## References
    - src/haechi/rows/slips.py

    # 공백 때문에 한 레이블이 두 클래스가 됩니다
    ## 무엇
    행의 두 클래스(또는 태그)가 공백이나 보이지 않는 글자, 대소문자, 유니코드 정규화 형식(NFC, NFD)만
    다릅니다. `task.labels`에 둘 다 적혀 있어도 알립니다. 거기에 없는 레이블은 LABEL001이 알립니다.

    ## 왜
    레이블은 적힌 그대로 비교하므로 한 클래스가 둘이 되고, 서로를 반대 클래스로 배웁니다.
    스프레드시트에서는 차이가 보이지 않습니다.

    ## 할 일
    메시지가 알려 주는 행에 한 레이블로 적고, `task.labels`에도 한 번만 적습니다.
    """
    tagged = evidence.config.task.objective is Objective.token_classification
    if not is_classified(evidence) and not tagged:
        return
    twins = _twins(evidence, tagged=tagged)
    for split in evidence.readable:
        found = sorted(split.labels.keys() & twins.keys())
        if not found:
            continue
        rows = sum(split.labels[label] for label in found)
        label, other = found[0], twins[found[0]]
        how, said = ways(label, other), f"`{visible(label)}` and `{visible(other)}`"
        by = Text("a space", "공백만") if how is SPACES else Text(how, f"{how.ko}만")
        counted = (
            Text(f"{rows:,} tags of {split.seen}", f"{split.seen.ko} 태그 {rows:,}개가")
            if tagged
            else Text(
                f"{rows:,} of {split.rows:,} {split.seen}",
                f"{split.seen.ko} {split.rows:,}행 가운데 {rows:,}행이",
            )
        )
        yield Problem(
            Text(
                f"{counted} differ from another label by {by}: {said}",
                f"{counted.ko} 다른 레이블과 {by.ko} 다릅니다: `{visible(label)}`, `{visible(other)}`",
            ),
            keys=["task.columns.label", f"task.files.{split.name}"],
            notes=[place_of_labels(split, found), *(_each(split, found, twins) if len(found) > 1 else [])],
        )


def _each(split: Survey, found: list[str], twins: dict[str, str]) -> Iterator[Text]:
    """A line for each of the first labels: where it is, and in what it differs from which other one."""
    for label in found[:FIRST]:
        other, place = twins[label], place_of_labels(split, [label])
        how, said = ways(label, other), (visible(label), visible(other))
        yield Text(
            f"{place}: `{said[0]}` differs from `{said[1]}` by {how}",
            f"{place.ko}: `{said[0]}`은(는) `{said[1]}`과(와) {how.ko}만 다릅니다",
        )


def _twins(evidence: Evidence, *, tagged: bool) -> dict[str, str]:
    """Classes that differ from another one only by what is overlooked, each with that one.

    Labels that are no class of the head are LABEL001's.
    """
    counts: Counter[str] = sum((split.labels for split in evidence.readable), Counter[str]())
    head = head_labels(evidence)
    classes = counts.keys() if head is None else counts.keys() & set(head)
    groups: dict[str, list[str]] = {}
    for label in classes:
        if not tagged or is_bio(label):
            groups.setdefault(folded(label), []).append(label)
    twins: dict[str, str] = {}
    for form, group in groups.items():
        if form and len(group) > 1:
            right = min(group, key=lambda label: (visible(label) != label, -counts[label], label))
            twins |= {label: right for label in group if label != right}
    return twins
