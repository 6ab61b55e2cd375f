"""A study that is locked, of another search, no database, or shared."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from haechi.fault import RunFault
from haechi.schema.sweep import Pruner, Sampler, SweepConfig
from haechi.search import study as studies
from haechi.search.pruning import Pruning
from haechi.search.space import space_of
from haechi.search.study import open_study

SPACE = ["trainer.learning_rate=interval(1e-5,1e-3)"]
CLAIM = {"task": "t", "metric": "validation/macro_f1", "direction": "max"}


def opened(path: Path, *, space: list[str] = SPACE, claim: dict[str, Any] = CLAIM, **settings: Any) -> Any:
    return open_study(SweepConfig(**settings), f"sqlite:///{path}", "s", space_of(space), claim, 42)


def test_a_study_is_taken_up_with_its_trials(tmp_path: Path) -> None:
    first = opened(tmp_path / "study.db")
    first.tell(first.ask(space_of(SPACE).drawn).number, 0.5)
    assert len(opened(tmp_path / "study.db").trials) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"space": ["trainer.learning_rate=interval(1e-5,1e-2)"]}, "space: "),
     ({"claim": CLAIM | {"metric": "validation/accuracy"}}, "metric: validation/macro_f1 there"),
     ({"claim": CLAIM | {"task": "other"}}, "task: t there, other now")],
)  # fmt: skip
def test_a_study_of_another_search_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    opened(tmp_path / "study.db")
    with pytest.raises(RunFault, match="is of another search") as caught:
        opened(tmp_path / "study.db", **change)
    assert any(note.startswith(said) for note in caught.value.notes)
    assert caught.value.fixes == ["sweep.study=s_2"]


def test_a_study_that_something_else_has_made_is_refused(tmp_path: Path) -> None:
    import optuna

    other = optuna.create_study(
        study_name="s", storage=f"sqlite:///{tmp_path}/study.db", direction="maximize"
    )
    other.tell(other.ask(), 1.0)
    with pytest.raises(RunFault, match="is of another search"):
        opened(tmp_path / "study.db")


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "SECONDS_FOR_A_LOCK", 0.2)
    opened(tmp_path / "study.db")
    other = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RunFault, match=r"another process has locked it for more than 0\.2 s"):
        opened(tmp_path / "study.db")
    other.close()


@pytest.mark.parametrize("storage", ["{file}", "{folder}/nowhere/study.db"])
def test_what_is_no_database_is_said_so(tmp_path: Path, storage: str) -> None:
    (tmp_path / "text").write_text("no database, but longer than the header of one would be " * 20)
    path = Path(storage.format(file=tmp_path / "text", folder=tmp_path))
    with pytest.raises(RunFault, match="the study's database") as caught:
        opened(path)
    assert caught.value.fixes == ["sweep.storage=null"]


@pytest.mark.parametrize("address", ["nosuch://x", "postgresql://u:geheim@127.0.0.1:1/x", "x"])
def test_an_address_that_leads_nowhere_shows_no_password(address: str) -> None:
    with pytest.raises(RunFault, match="the study's database") as caught:
        open_study(SweepConfig(), address, "s", space_of(SPACE), CLAIM, 1)
    assert "geheim" not in caught.value.text


@pytest.mark.parametrize("sampler", list(Sampler))
def test_a_sampler_draws_the_same_again(tmp_path: Path, sampler: Sampler) -> None:
    drawn = []
    for name in ("a.db", "b.db"):
        study = opened(tmp_path / name, sampler=sampler)
        drawn.append([study.ask(space_of(SPACE).drawn).params for _ in range(3)])
    assert drawn[0] == drawn[1]
    assert len({str(params) for params in drawn[0]}) == 3


def test_a_trial_below_the_median_is_hopeless(tmp_path: Path) -> None:
    sweep, drawn = tmp_path, space_of(SPACE).drawn
    study = opened(sweep / "study.db")
    config = SweepConfig(pruner=Pruner.median)
    for number in range(6):
        study.ask(drawn)
        good = Pruning(config, sweep, "s", number, "validation/macro_f1")
        assert not good.is_hopeless({"validation/macro_f1": 0.8 + number / 100}, 10)
        assert not good.is_hopeless({"train/loss": 0.1}, 11)
        study.tell(number, 0.8)
    study.ask(drawn)
    bad = Pruning(config, sweep, "s", 6, "validation/macro_f1")
    assert bad.is_hopeless({"validation/macro_f1": 0.1}, 10)
    never = Pruning(SweepConfig(pruner=Pruner.none), sweep, "s", 6, "validation/macro_f1")
    assert not never.is_hopeless({"validation/macro_f1": 0.1}, 20)


def test_a_study_that_is_gone_ends_no_training(tmp_path: Path) -> None:
    lost = Pruning(SweepConfig(), tmp_path, "no such study", 0, "validation/macro_f1")
    assert not lost.is_hopeless({"validation/macro_f1": 0.1}, 10)
