"""CFG014: a note on settings of another objective."""

from dataclasses import fields
from pathlib import Path

import pytest

from haechi.preflight.rules.task_setting_without_effect import READ_BY
from haechi.schema.task import Objective, Scale, TaskConfig
from judging import assert_fixes_clear, assert_only, codes, finding
from tasks import relation_task, span_task

CODE = "CFG014"
OTHER = {
    "highest_score": "5", "positive_from": "3", "markers": "typed", "doc_stride": "16", "n_best": "5",
    "max_answer_tokens": "10", "null_threshold": "1.5", "scale.lowest": "-1", "scale.highest": "9",
}  # fmt: skip


def example(tmp_path: Path) -> list[str]:
    """Answers of a classification."""
    return ["task.n_best=5"]


def test_the_example_gives_a_note_and_its_fix_clears_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    found = assert_only(overrides, CODE)
    assert found.severity.value == "note"
    assert found.message == "`task.n_best` has no effect: it is read with `task.objective=span`"
    assert found.fixes == [["~task.n_best"]]
    assert codes(overrides) == [CODE]
    assert_fixes_clear(overrides, CODE)
    assert codes([*overrides, f"preflight.ignore=[{CODE}]"]) == []


def test_the_table_names_settings_of_the_task() -> None:
    assert set(READ_BY) == set(OTHER)
    below = {f"scale.{item.name}" for item in fields(Scale)}
    assert set(READ_BY) <= {item.name for item in fields(TaskConfig)} | below


@pytest.mark.parametrize("name", sorted(OTHER))
@pytest.mark.parametrize("task", ["sample_topic", "sample_nli", "sample_sts", "sample_re", "sample_mrc"])
def test_each_setting_is_noted_outside_its_objective(name: str, task: str) -> None:
    more = ["task.encoder=bi"] if task == "sample_sts" and name == "highest_score" else []
    found = codes([f"task={task}", f"task.{name}={OTHER[name]}", *more])
    reads = {
        "sample_sts": Objective.regression,
        "sample_re": Objective.relation,
        "sample_mrc": Objective.span,
    }
    assert (CODE in found) == (READ_BY[name] is not reads.get(task)), found


def test_a_scale_needs_the_encoder_that_has_one() -> None:
    overrides = ["task=sample_sts", "task.highest_score=5"]
    found = finding(overrides, CODE)
    assert [key.key for key in found.keys] == ["task.highest_score", "task.encoder"]
    assert_fixes_clear(overrides, CODE)


def test_what_an_option_brings_is_not_noted(tmp_path: Path) -> None:
    for task in ("klue_sts", "klue_mrc"):
        assert CODE not in codes([f"task={task}", "task.objective=classification"])
    assert codes([]) == []
    assert CODE not in codes([*relation_task(tmp_path), "task.highest_score=null"])
    assert CODE not in codes(span_task(tmp_path))


def test_several_settings_are_several_findings() -> None:
    overrides = ["task.n_best=5", "task.markers=typed"]
    assert codes(overrides) == [CODE, CODE]
    assert codes([*overrides, "~task.n_best", "~task.markers"]) == []


def test_what_an_experiment_sets_is_noted_where_it_is_set() -> None:
    assert CODE not in codes(["experiment=klue_mrc"])
    found = finding(["experiment=klue_mrc", "task.objective=classification"], CODE)
    assert [(key.key, key.origin) for key in found.keys] == [
        ("task.doc_stride", "conf/experiment/klue_mrc.yaml"),
        ("task.objective", "command line"),
    ]
    assert found.fixes == []
