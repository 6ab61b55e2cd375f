"""DATA009."""

from collections.abc import Iterator

from haechi import hub
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


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

    # 허브 데이터셋을 얻을 수 없습니다
    ## 무엇
    태스크가 허브에서 행을 받는데, 캐시에 없고 허브에 닿지 않거나 허브가 그 데이터셋을 모릅니다.

    ## 왜
    이 규칙이 없으면 모델을 먼저 올린 다음에야 실패합니다.

    ## 할 일
    파일을 지정하거나(`task.files.train=.../ynat-v1.1_train.json
    task.files.validation=.../ynat-v1.1_dev.json`), 연결된 컴퓨터에서 데이터셋을 한 번 받아 캐시를
    복사하거나, `task=sample_topic`을 씁니다.
    """
    task = evidence.config.task
    if any(vars(task.files).values()) or not task.dataset.path or evidence.has_rows_in_memory:
        return
    if hub.dataset_is_cached(task.dataset.path, task.dataset.name):
        return
    timeout = evidence.config.preflight.network_timeout_seconds
    answer = hub.ask(task.dataset.path, task.dataset.revision, timeout, "dataset")
    if answer.refusal is not None:
        yield Problem(
            Text(
                f"the data set `{task.dataset.path}` is not in the cache, and {answer.refusal}",
                f"데이터셋 `{task.dataset.path}`이(가) 캐시에 없고, {answer.refusal.ko}",
            ),
            keys=["task.dataset.path", "task.files.train"],
            notes=[
                Text(
                    "files of your own: task.files.train=FILE task.files.validation=FILE",
                    "가진 파일을 쓰려면: task.files.train=FILE task.files.validation=FILE",
                )
            ],
            fixes=[evidence.run.origins.instead("task=sample_topic")],
        )
