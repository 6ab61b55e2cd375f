"""What a launcher's environment says."""

import pytest

from haechi import launch


def test_without_a_launcher_there_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (launch.processes(), launch.rank(), launch.is_first()) == (1, 0, True)


@pytest.mark.parametrize(("rank", "is_first"), [("0", True), ("1", False)])
def test_a_launcher_says_how_many_and_which(
    monkeypatch: pytest.MonkeyPatch, rank: str, is_first: bool
) -> None:
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert (launch.processes(), launch.rank(), launch.is_first()) == (2, int(rank), is_first)


def test_a_job_of_a_cluster_that_launches_nothing_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("WORLD_SIZE", "8")
    assert launch.processes() == 1
