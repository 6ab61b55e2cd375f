"""DATA009."""

from collections.abc import Iterator

from haechi import hub
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("DATA009")
def dataset_out_of_reach(evidence: Evidence) -> Iterator[Problem]:
    """The hub data set cannot be had.

    ## What
    The task takes its rows from the hub, they are not in the cache, and the hub is out of reach or does
    not know the data set.

    ## Why
    Without this rule the run would load the model first and fail afterwards.

    ## Example
    `HF_HUB_OFFLINE=1 python src/train.py task=klue_ynat`

    ## What to do
    Name files (`task.files.train=.../ynat-v1.1_train.json task.files.validation=.../ynat-v1.1_dev.json`),
    download the data set once on a connected machine and copy the cache, or take `task=sample_topic`.

    ## References
    - https://huggingface.co/docs/datasets/cache
    """
    task = evidence.config.task
    if any(vars(task.files).values()) or not task.dataset.path or "train" in evidence.loaded:
        return
    if hub.dataset_is_cached(task.dataset.path, task.dataset.name):
        return
    timeout = evidence.config.preflight.network_timeout_seconds
    answer = hub.ask(task.dataset.path, task.dataset.revision, timeout, "dataset")
    if answer.refusal:
        yield Problem(
            f"the data set `{task.dataset.path}` is not in the cache, and {answer.refusal}",
            keys=["task.dataset.path", "task.files.train"],
            notes=["files of your own: task.files.train=FILE task.files.validation=FILE"],
            fixes=[evidence.run.origins.instead("task=sample_topic")],
        )
