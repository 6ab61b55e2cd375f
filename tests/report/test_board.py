"""The board: order, spread, failures, and what it says."""

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from folders import grid, write_run, write_sweep
from haechi.report.board import Board, build_board
from haechi.report.comparison import Comparison
from haechi.report.gather import gather
from haechi.report.record import RunRecord
from haechi.report.setting import Setting
from haechi.report.tables import columns
from haechi.report.wording import findings

METRIC = "validation/macro_f1"


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return build_board(gather([write_sweep(tmp_path / "sweep_a", grid(), rows=200)]))


def test_the_best_setting_comes_first_and_seeds_are_averaged(board: Board) -> None:
    best = board.settings[0]
    assert best.values == {"pooling": "mean", "trainer.learning_rate": "0.001"}
    values = list(best.seeds.values())
    assert best.n == 3
    assert best.mean == pytest.approx(sum(values) / 3)
    assert best.sd == pytest.approx(math.sqrt(sum((value - best.mean) ** 2 for value in values) / 2))
    assert [setting.mean for setting in board.settings] == sorted(
        (s.mean for s in board.settings), reverse=True
    )


def test_a_clear_lead_and_noise_are_told_apart(board: Board) -> None:
    verdicts = {tuple(item.other.values()): item.within_noise for item in board.comparisons}
    assert verdicts == {("mean", "0.0005"): False, ("cls", "0.001"): False, ("cls", "0.0005"): False}
    near = build_board([record for record in board.records if record.values != board.settings[0].values])
    assert near.comparisons[0].within_noise is True
    assert "within the noise" in " ".join(near.findings)


def comparison_with(other: str, difference: float, low: float | None, high: float | None) -> Comparison:
    return Comparison(
        best={"pooling": "mean"}, other={"pooling": other}, difference=difference, low=low, high=high,
        basis="nothing" if low is None else "rows", rows=10, same_rows=True, seeds=(), resamples=10,
    )  # fmt: skip


def said_of(*comparisons: Comparison) -> str:
    values = [comparisons[0].best, *(item.other for item in comparisons)]
    record = RunRecord(status="finished", final={METRIC: 0.5}, seed="1")
    settings = [Setting(item, (record,), METRIC) for item in values]
    return " ".join(findings(settings, comparisons, (), METRIC, "max"))


def test_a_lead_over_all_others_is_claimed_only_where_all_intervals_show_it() -> None:
    ahead, unknown = comparison_with("cls", 0.2, 0.1, 0.3), comparison_with("max", 0.3, None, None)
    behind, near = comparison_with("pooler", -0.2, -0.3, -0.1), comparison_with("last", 0.1, -0.1, 0.3)
    assert "ahead of all 2 others" in said_of(ahead, ahead)
    said = said_of(ahead, unknown)
    assert "ahead of all" not in said
    assert "It is ahead of 1 of 2 others by more than the noise." in said
    assert "Whether the lead over 1 of 2 others is more than the noise cannot be told." in said
    said = said_of(ahead, behind)
    assert "ahead of all" not in said
    assert "1 of 2 others is better on the seeds that both have: `pooling=pooler`." in said
    said = said_of(near, unknown, ahead)
    assert "1 of 3 others is within the noise of it: `pooling=last`." in said
    assert "over 1 of 3 others" in said


def test_the_choice_on_the_same_rows_is_said(board: Board) -> None:
    assert any("best of 4 settings was chosen on these validation rows" in text for text in board.findings)
    assert any("On the test rows, which did not choose it" in text for text in board.findings)


def test_where_lower_is_better_the_lowest_is_first() -> None:
    losses = [("a", 2.0), ("b", 0.5), ("c", 1.0)]
    records = [
        RunRecord(status="finished", final={"validation/loss": loss}, values={"pooling": name}, seed=seed)
        for name, loss in losses
        for seed in ("1", "2")
    ]
    board = build_board(records, "validation/loss")
    assert board.direction == "min"
    assert [setting.values["pooling"] for setting in board.settings] == ["b", "c", "a"]
    assert [item.difference for item in board.comparisons] == [0.5, 1.5]


def test_runs_that_gave_nothing_are_failures_with_their_cause(tmp_path: Path) -> None:
    write_run(tmp_path / "0")
    write_run(tmp_path / "1", seed=2, status="failed", error="RunFault: loss is nan at step 31")
    write_run(tmp_path / "2", seed=3, metrics={METRIC: math.nan})
    board = build_board(gather([tmp_path]))
    assert [setting.n for setting in board.settings] == [1]
    assert [(item.state, item.cause) for item in board.failures] == [
        ("failed", "RunFault: loss is nan at step 31"),
        ("finished", f"{METRIC} is nan, no finite number"),
    ]
    assert board.failures[0].log == tmp_path / "1" / "train.log"


def test_runs_without_any_value_make_a_board_all_the_same(tmp_path: Path) -> None:
    write_run(tmp_path / "0", status="failed", error="RunFault: no memory")
    board = build_board(gather([tmp_path]))
    assert board.best is None
    assert board.findings == (f"No run has a value of {METRIC}.",)
    assert "no memory" in board.as_text(80)
    assert build_board([]).findings == ("There are no runs.",)


def test_one_seed_is_said_to_tell_nothing_of_seeds(tmp_path: Path) -> None:
    board = build_board(gather([write_sweep(tmp_path / "sweep_a", grid((1,)), rows=200)]))
    assert board.settings[0].sd is None
    assert board.comparisons[0].basis == "rows"
    assert any("another seed may turn it" in text for text in board.findings)
    assert "worse, by one seed" in board.as_text(140)


def test_a_seed_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    records = gather([write_sweep(tmp_path / "sweep_a", grid((1,)))])
    board = build_board([*records, replace(records[0], number=9)])
    assert board.settings[0].n == 1
    assert any("is there twice: run 9 counts" in note for note in board.notes)


def test_other_rows_than_the_values_are_of_are_not_drawn(tmp_path: Path) -> None:
    sweep = write_sweep(tmp_path / "sweep_a", grid((1,)))
    path = sweep / "0" / "predictions.jsonl"
    text = path.read_text(encoding="utf-8").replace('"prediction": "경제"', '"prediction": "정치"')
    path.write_text(text, encoding="utf-8")
    board = build_board(gather([sweep]))
    assert any("gives another value than results.json" in note for note in board.notes)
    assert board.comparisons[0].within_noise is None
    assert "cannot be told" in board.as_text(140)


def test_json_csv_and_markdown_hold_the_same_board(board: Board) -> None:
    content = json.loads(json.dumps(board.as_json(), ensure_ascii=False))
    lines = list(csv.DictReader(io.StringIO(board.as_csv())))
    assert [float(line["mean"]) for line in lines] == [item["mean"] for item in content["settings"]]
    assert lines[1]["low"] == str(content["comparisons"][0]["low"])
    assert board.as_markdown().count("\n| ") == 6
    assert content["best"]["seeds"] == {seed: pytest.approx(v) for seed, v in board.settings[0].seeds.items()}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_text_fits_the_terminal(board: Board, width: int) -> None:
    wide = [replace(record, values={**record.values, "task.files.train": "아주 긴 이름의 학습 파일.csv"})
            for record in board.records]  # fmt: skip
    for shown in (board, build_board(wide)):
        table = shown.as_text(width).split("\n\n")[1]
        assert max(columns(line) for line in table.split("\n")) <= width


def test_hangul_takes_two_columns() -> None:
    assert columns("주제 a") == 6
