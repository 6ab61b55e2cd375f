"""POOL004: entity_start, which reads markers, on tasks without any."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes
from tasks import pair_task, relation_task, span_task, tagged_task

CODE = "POOL004"


def example(tmp_path: Path) -> list[str]:
    """Headlines have no marked mentions."""
    return ["pooling=entity_start"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    found = assert_only(example(tmp_path), CODE)
    assert found.severity.value == "error"
    assert "a task of classification has none" in found.message
    assert_fixes_clear(example(tmp_path), CODE)


def test_pairs_have_no_mentions_either(tmp_path: Path) -> None:
    assert CODE in codes([*pair_task(tmp_path), *example(tmp_path)])


@pytest.mark.parametrize("markers", ["untyped", "typed", "punctuation"])
def test_a_relation_task_has_markers(tmp_path: Path, markers: str) -> None:
    assert CODE not in codes([*relation_task(tmp_path, f"task.markers={markers}"), *example(tmp_path)])


def test_tasks_without_a_pooling_do_not_fail(tmp_path: Path) -> None:
    for task in (tagged_task, span_task):
        assert CODE not in codes([*task(tmp_path), *example(tmp_path)])


@pytest.mark.slow
def test_the_first_batch_would_fail() -> None:
    import torch

    from haechi.modeling.encoded import Encoded
    from haechi.modeling.poolings import build_pooling
    from haechi.schema.pooling import PoolingConfig

    encoded = Encoded((torch.zeros(1, 3, 8),), torch.ones(1, 3, dtype=torch.int64), None)
    with pytest.raises(ValueError, match="entity_starts"):
        build_pooling(PoolingConfig(kind="entity_start"), 8)(encoded)
