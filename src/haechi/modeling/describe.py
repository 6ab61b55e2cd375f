"""A judged run -> what its model takes and gives."""

from dataclasses import asdict

from haechi.modeling.description import Description
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels
from haechi.rows.examples import TaggedExample
from haechi.rows.splits import Split


def describe(evidence: Evidence) -> Description:
    """What the model takes and gives; the training encodes by it, and the saved folder has it."""
    config = evidence.config
    return Description(
        objective=config.task.objective.value,
        pooling=asdict(config.pooling),
        # Of all train rows: a rare class must not vanish with the rows that are split off or left out.
        labels=head_labels(evidence),
        max_length=config.tokenizer.max_length,
        token_type_ids=evidence.takes_token_type_ids,
        text_pair=evidence.has_pairs,
        markers=config.task.markers.value,
        doc_stride=config.task.doc_stride,
        n_best=config.task.n_best,
        max_answer_tokens=config.task.max_answer_tokens,
        null_threshold=config.task.null_threshold,
        highest_score=evidence.highest_score,
        columns={name: value for name, value in vars(config.task.columns).items() if value is not None},
        between=_between(evidence),
        positive_from=config.task.positive_from,
    )


def _between(evidence: Evidence) -> str | None:
    """What stands between the tokens of the train rows; None where the rows have none, or all have one."""
    train = evidence.splits.get("train")
    for example in train.examples if isinstance(train, Split) else ():
        if isinstance(example, TaggedExample) and len(example.tokens) > 1:
            return "" if example.text == "".join(example.tokens) else " "
    return None
