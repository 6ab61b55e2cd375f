"""Which jobs a sweep has, and what becomes of them when it is asked for again."""

from pathlib import Path

import pytest

from haechi.preflight.judge import judge
from haechi.sweep.plan import plan_sweep
from haechi.sweep_record import read_record
from sweeps import planned


def names(record: object) -> list[str]:
    return [job.name for job in record.jobs]  # type: ignore[attr-defined]


def test_jobs_are_numbered_and_named_by_what_is_swept(tmp_path: Path) -> None:
    record = planned(tmp_path, "pooling=cls,mean", "trainer.learning_rate=2e-5", "seed=1,2")
    assert [job.number for job in record.jobs] == [0, 1, 2, 3]
    assert record.swept == ["pooling", "seed"]
    assert names(record)[1] == "pooling=cls seed=2"
    assert record.jobs[1].values == {"pooling": "cls", "seed": "2"}
    assert (record.task, record.metric, record.direction) == ("sample_topic", "validation/macro_f1", "max")
    assert {job.state for job in record.jobs} == {"waiting"}


def test_equal_jobs_are_one(tmp_path: Path) -> None:
    assert len(planned(tmp_path, "seed=1,1,2").jobs) == 2


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    record = planned(tmp_path, "pooling=cls,mean", "seed=1,2")
    assert read_record(tmp_path) == record
    assert record.settings_of(record.jobs[3])["pooling.kind"] == "mean"


def test_a_job_that_was_there_keeps_its_number(tmp_path: Path) -> None:
    planned(tmp_path, "pooling=cls,mean", "seed=1,2")
    record = planned(tmp_path, "seed=3,2,1", "pooling=max,mean,cls")
    assert names(record)[:4] == [
        "pooling=cls seed=1", "pooling=cls seed=2", "pooling=mean seed=1", "pooling=mean seed=2",
    ]  # fmt: skip
    assert len(record.jobs) == 9


def test_a_key_that_was_not_swept_before_takes_up_its_old_value(tmp_path: Path) -> None:
    """The seed was 42 without being typed; 42 among the new seeds is the same job."""
    planned(tmp_path, "pooling=cls,mean")
    record = planned(tmp_path, "pooling=cls,mean", "seed=42,7")
    assert [job.values for job in record.jobs] == [
        {"pooling": "cls", "seed": "42"}, {"pooling": "mean", "seed": "42"},
        {"pooling": "cls", "seed": "7"}, {"pooling": "mean", "seed": "7"},
    ]  # fmt: skip


def test_jobs_that_are_not_asked_for_any_more_stay_and_are_not_run(tmp_path: Path) -> None:
    planned(tmp_path, "pooling=cls,mean,max")
    arguments = ["pooling=max,attention"]
    record, asked = plan_sweep(tmp_path, arguments, judge(arguments, multirun=True))
    assert len(record.jobs) == 4
    assert asked == [2, 3]


def test_jobs_that_differ_in_what_no_weight_depends_on_are_said_to_be_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(planned(tmp_path, "trainer.compile=always,never", "seed=1,2").jobs) == 2
    assert "of 4 jobs 2 are like another one" in caplog.text


def test_an_unfit_job_is_refused_with_its_cause_until_it_is_fit(tmp_path: Path) -> None:
    record = planned(tmp_path, "pooling=cls,pooler")
    assert [job.state for job in record.jobs] == ["waiting", "refused"]
    assert record.jobs[1].error is not None
    assert record.jobs[1].error.startswith("POOL001: ")


@pytest.mark.parametrize(
    ("task", "metric", "direction"),
    [("task=sample_sts", "validation/pearsonr", "max"), ("task.metric=loss", "validation/loss", "min"),
     ("task=sample_topic,sample_sts", "", "max")],
)  # fmt: skip
def test_the_metric_that_is_optimized(tmp_path: Path, task: str, metric: str, direction: str) -> None:
    record = planned(tmp_path, task, "seed=1,2")
    assert (record.metric, record.direction) == (metric, direction)
