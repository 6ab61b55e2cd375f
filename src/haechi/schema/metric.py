"""Which metrics an objective has; the first one is its default. All are better when higher, but for loss."""

from haechi.schema.task import Objective, TaskConfig

METRICS: dict[Objective, tuple[str, ...]] = {
    Objective.classification: ("macro_f1", "accuracy", "loss"),
    Objective.pair_classification: ("accuracy", "macro_f1", "loss"),
    Objective.regression: ("pearsonr", "spearmanr", "f1", "mse", "loss"),
    Objective.relation: ("micro_f1", "auprc", "macro_f1", "accuracy", "loss"),
    Objective.token_classification: (
        "entity_macro_f1",
        "entity_micro_f1",
        "char_macro_f1",
        "char_macro_f1_without_o",
        "loss",
    ),
    Objective.span: ("exact_match", "rouge_w", "rouge_w_exact", "char_f1", "loss"),
}
LOWER_IS_BETTER = {"loss", "mse"}


def metrics_of(task: TaskConfig) -> tuple[str, ...]:
    """The metrics that a run of the task has."""
    known = METRICS[task.objective]
    return known if task.positive_from is not None else tuple(name for name in known if name != "f1")


def chosen_metric(task: TaskConfig) -> str:
    """The metric that chooses the best checkpoint and that a sweep optimizes."""
    return task.metric or METRICS[task.objective][0]
