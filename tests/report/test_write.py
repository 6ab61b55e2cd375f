"""The report's files: a page that needs nothing beside it, and plots of which one may fail."""

import base64
import io
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from folders import grid, write_config, write_run, write_sweep
from haechi.report import drawings
from haechi.report.gather import gather
from haechi.report.write import write_report

VOID = {"meta", "img", "br"}


class Checked(HTMLParser):
    """Tags that are opened and closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.alts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.sources += [given[name] or "" for name in ("src", "href") if name in given]
        if tag == "img":
            self.alts.append(given.get("alt") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag


def parsed(path: Path) -> Checked:
    checked = Checked()
    checked.feed(path.read_text(encoding="utf-8"))
    assert checked.open == []
    return checked


def test_the_page_is_one_file_with_its_plots(tmp_path: Path) -> None:
    written = write_report(gather([write_sweep(tmp_path / "sweep_a", grid((1, 2)))]), tmp_path / "out")
    page = parsed(written.html)
    assert [path.stem for path in written.plots] == [
        "differences", "by_pooling", "by_learning_rate", "heat_pooling_learning_rate", "curves", "classes",
        "best_run",
    ]  # fmt: skip
    assert sum(source.startswith("data:image/png;base64,") for source in page.sources) == 7
    assert all(source.startswith(("data:", "#")) for source in page.sources)
    assert all(page.alts)
    text = written.html.read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    assert "http" not in re.sub(r"data:[a-z/]+;base64,[\w+/=]+", "", text)
    assert "<script" not in text
    assert all(path.is_file() for path in written.paths)
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", written.markdown.read_text(encoding="utf-8")):
        assert (tmp_path / "out" / path).is_file()


def test_what_runs_say_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    write_run(tmp_path / "0")
    folder = write_run(
        tmp_path / "1", seed=2, status="failed", error="RunFault: <script>alert(1)</script>\nmore"
    )
    log = "\x1b[31mred\x1b[0m </pre><b>\nhttps://hooks.slack.com/services/T0/B0/secret\n 10%|#\r 90%|##\n끝\n"
    (folder / "train.log").write_text(log, encoding="utf-8")
    write_config(folder, 2, {"pooling.kind": "<i>&amp;"})
    written = write_report(gather([tmp_path]), tmp_path / "out")
    text = written.html.read_text(encoding="utf-8")
    parsed(written.html)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "&lt;i&gt;&amp;amp;" in text
    assert "secret" not in text
    assert "\x1b" not in text
    assert " 90%|##" in text
    assert "10%|#\r" not in text
    assert "끝" in text


def test_hangul_of_the_page_brings_its_font(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    write_run(tmp_path / "0", status="failed", error="해치: 쀍")
    text = write_report(gather([tmp_path]), tmp_path / "out").html.read_text(encoding="utf-8")
    found = re.search(r"data:font/ttf;base64,([\w+/=]+)", text)
    assert found is not None
    content = base64.b64decode(found[1])
    assert len(content) < 20_000
    characters = TTFont(io.BytesIO(content)).getBestCmap()
    assert {ord(character) for character in "해치쀍주제"} <= set(characters)


def test_a_plot_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no <colour>")

    monkeypatch.setattr(drawings, "draw_curves", broken)
    written = write_report(gather([write_sweep(tmp_path / "sweep_a", grid((1,)))]), tmp_path / "out")
    assert "not drawn: ValueError: no &lt;colour&gt;" in written.html.read_text(encoding="utf-8")
    assert "classes" in {path.stem for path in written.plots}


def test_a_search_is_drawn_where_it_has_been(tmp_path: Path) -> None:
    points = [
        (
            {
                "trainer.learning_rate": f"{number + 1}e-{number % 3 + 4}",
                "trainer.weight_decay": f"0.{number}",
            },
            1,
            0.5,
        )
        for number in range(14)
    ]
    written = write_report(gather([write_sweep(tmp_path / "sweep_a", points, rows=20)]), tmp_path / "out")
    assert {"by_learning_rate", "by_weight_decay", "heat_learning_rate_weight_decay"} <= {
        path.stem for path in written.plots
    }
    assert "not drawn" not in written.html.read_text(encoding="utf-8")


def test_one_run_alone_has_its_page(tmp_path: Path) -> None:
    written = write_report(gather([write_run(tmp_path / "run")]), tmp_path / "out")
    assert [path.stem for path in written.plots] == ["curves", "classes", "best_run"]
    assert "nothing to compare it with" in written.markdown.read_text(encoding="utf-8")
    parsed(written.html)


def test_runs_of_several_tasks_are_not_compared_with_one_another(tmp_path: Path) -> None:
    for number, task in enumerate(["주제", "ynat"]):
        for seed in (1, 2):
            folder = write_run(tmp_path / f"{number}{seed}", seed=seed)
            write_config(folder, seed, {"task.name": task})
            results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
            (folder / "results.json").write_text(json.dumps(results | {"task": task}), encoding="utf-8")
    written = write_report(gather([tmp_path]), tmp_path / "out")
    boards = json.loads(written.json.read_text(encoding="utf-8"))["boards"]
    assert [board["task"] for board in boards] == ["주제", "ynat"]
    assert [len(board["settings"]) for board in boards] == [1, 1]
    assert [board["swept"] for board in boards] == [[], []]


def test_hangul_and_dollars_are_drawn_with_a_font_that_has_them(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    from matplotlib import rcParams

    points = [({"task.files.train": f"학습 {name} $5_$"}, 1, 0.5) for name in ("가", "나")]
    written = write_report(gather([write_sweep(tmp_path / "sweep_a", points)]), tmp_path / "out")
    assert rcParams["font.family"][0] == "NanumGothic"
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]
    assert "not drawn" not in written.html.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "rows", "seconds"), [(24, 1000, 10), (60, 200, 20)])
def test_a_long_sweep_is_reported_in_seconds(tmp_path: Path, runs: int, rows: int, seconds: float) -> None:
    points = [
        (
            {"pooling": f"p{number % 4}", "trainer.learning_rate": f"{number // 12 + 1}e-4"},
            number // 4 % 3,
            0.5,
        )
        for number in range(runs)
    ]
    sweep = write_sweep(tmp_path / "sweep_a", points, rows=rows)
    began = time.perf_counter()
    write_report(gather([sweep]), tmp_path / "out")
    assert time.perf_counter() - began < seconds
