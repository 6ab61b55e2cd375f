"""A task's rows from a data set of the hub, by the `datasets` client."""

from typing import Any

from haechi import hub
from haechi.rows.fault import FileFault, Kind
from haechi.rows.read import Row
from haechi.rows.readers import to_examples
from haechi.rows.splits import SPLITS, Split
from haechi.schema.task import HubDataset, TaskConfig
from haechi.text import Text


def load_from_hub(task: TaskConfig, timeout_seconds: float = 2.0) -> dict[str, Split]:
    """Download (or take from the cache, where the hub is out of reach) every split that the data set has.

    Class ids become class names by the data set's own list, so its order does not matter.

    Raises:
        FileFault: the data set cannot be had, or lacks a column of the task.
    """
    source = task.dataset
    name = f"{source.path}/{source.name}" if source.name else str(source.path)
    try:
        loaded = _load(source, timeout_seconds)
    except Exception as error:
        # The client raises its own, the hub's, httpx's and pyarrow's errors.
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFault(
            Kind.missing, name,
            Text(f"the data set cannot be had ({text[:200]})", f"데이터셋을 얻을 수 없습니다 ({text[:200]})"),
            [["task=sample_topic"]], "task.dataset.path",
        ) from error  # fmt: skip
    splits: dict[str, Split] = {}
    for split in SPLITS:
        if split in loaded:
            rows = enumerate(_named(loaded[split]), start=1)
            examples = to_examples(rows, task.columns, task.objective, _path(name, split))
            splits[split] = Split(split, f"{name} ({split})", list(examples))
    return splits


def _load(source: HubDataset, timeout_seconds: float) -> Any:
    from datasets import config, load_dataset

    path, before = str(source.path), config.HF_HUB_OFFLINE
    if hub.dataset_is_cached(path, source.name):
        # Left alone, the client takes its cache only after retries of its own, or waits for ever.
        answer = hub.ask(path, source.revision, timeout_seconds, "dataset")
        config.HF_HUB_OFFLINE = before or not answer.reachable
    try:
        return load_dataset(path, source.name, revision=source.revision)
    finally:
        config.HF_HUB_OFFLINE = before


def _path(name: str, split: str) -> Any:
    from pathlib import PurePosixPath

    return PurePosixPath(f"{name}/{split}")


def _named(dataset: Any) -> list[Row]:
    """Rows with class names in place of class ids, also within lists of them."""
    named = {
        column: found for column, feature in dataset.features.items() if (found := _class_names(feature))
    }
    rows: list[Row] = []
    for row in dataset:
        for column, feature in named.items():
            value = row[column]
            is_list = isinstance(value, list)
            row[column] = [_name(feature, item) for item in value] if is_list else _name(feature, value)
        rows.append(row)
    return rows


def _class_names(feature: Any) -> Any:
    """The class names of a column, or of the elements of its lists; None where it has none."""
    import datasets

    inner = feature.feature if isinstance(feature, datasets.List | datasets.LargeList) else feature
    return inner if isinstance(inner, datasets.ClassLabel) else None


def _name(feature: Any, value: int | None) -> str | None:
    return feature.int2str(value) if value is not None and value >= 0 else None
