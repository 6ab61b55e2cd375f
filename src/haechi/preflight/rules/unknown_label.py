"""LABEL001."""

from collections.abc import Iterator

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels, is_classified, label_counts
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.rows.splits import Split


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
    """
    if not is_classified(evidence):
        return
    labels = head_labels(evidence)
    if labels is None:
        return
    named = evidence.config.task.labels is not None
    if len(set(labels)) < len(labels):
        once = list(dict.fromkeys(labels))
        yield Problem(
            f"`task.labels` names {', '.join(f'`{item}`' for item in once if labels.count(item) > 1)} twice",
            keys=["task.labels"],
            fixes=[[f"task.labels=[{','.join(map(as_value, once))}]"]],
        )
    for split in evidence.readable_splits:
        counts = label_counts(split)
        unknown = {label: counts[label] for label in counts if label not in labels}
        if not unknown:
            continue
        shown = ", ".join(f"`{label}` ({count:,})" for label, count in sorted(unknown.items())[:6])
        rows = [item.row for item in split.examples if str(item.label) in unknown][:5]
        slips = [
            f"`{label}` resembles `{nearest(label, labels)[0]}`"
            for label in unknown
            if nearest(label, labels)
        ]
        everything = sorted({label for item in evidence.readable_splits for label in label_counts(item)})
        yield Problem(
            f"{split.name} rows carry {len(unknown)} label{'s' if len(unknown) > 1 else ''} that "
            + (f"`task.labels` lacks: {shown}" if named else f"no train row has: {shown}"),
            keys=["task.labels", f"task.files.{split.name}"],
            notes=[f"row {', '.join(map(str, rows))} of {split.path}", *slips[:2]],
            fixes=_fixes(evidence, everything),
        )


def _fixes(evidence: Evidence, labels: list[str]) -> list[list[str]]:
    """Name all labels, where they can be named; or take them from the train rows, where those have all."""
    train = evidence.splits.get("train")
    found = [[f"task.labels=[{','.join(map(as_value, labels))}]"]] if len(labels) <= 60 else []
    if isinstance(train, Split) and train.complete and set(label_counts(train)) == set(labels):
        found.append(["task.labels=null"])
    return found
