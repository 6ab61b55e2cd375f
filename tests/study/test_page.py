"""A page needs no other file, and what stands in it is text."""

import base64
import io
import re
import warnings
from pathlib import Path

import numpy as np

from haechi.study.cells import Cell
from haechi.study.drawing import draw_curves, draw_heatmap, draw_ranking
from haechi.study.page import document, image
from haechi.study.ranking import Placed


def test_a_page_brings_the_glyphs_of_its_hangul() -> None:
    from fontTools.ttLib import TTFont

    page = document("연구", ["<p>문장 벡터</p>"])
    (data,) = re.findall(r"data:font/ttf;base64,([^)]+)", page)
    font = TTFont(io.BytesIO(base64.b64decode(data)))
    assert {ord(character) for character in "문장벡터"} <= set(font.getBestCmap())
    assert len(data) < 20_000
    assert "@font-face" not in document("study", ["<p>no Hangul</p>"])


def test_markup_in_a_title_is_no_markup() -> None:
    assert "<b>" not in document("<b>", [])


def test_a_plot_that_was_not_drawn_is_left_out(tmp_path: Path) -> None:
    assert image(tmp_path / "none.png") == ""
    assert image(None) == ""


def test_hangul_is_readable_in_every_plot(tmp_path: Path) -> None:
    cells = {cell.name: cell for cell in (Cell("mean", (0,)), Cell("mean", (1,)), Cell("first_last", (1, 1)))}
    values = {name: 0.1 * place for place, name in enumerate(cells)}
    placed = [Placed(name, cells[name], value, value - 0.1, value + 0.1, 0, 0, 0, True, 0.5)
              for name, value in values.items()]  # fmt: skip
    placed.append(Placed("majority", None, float("nan"), np.nan, np.nan, np.nan, np.nan, np.nan, False, 0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every missing glyph
        for path in (
            draw_heatmap(values, cells, "한국어 모형", tmp_path / "heat.png"),
            draw_curves(
                placed, "한국어 모형", tmp_path / "curves.png", {"majority": float("nan"), "tfidf": 0.1}
            ),
            draw_ranking(placed, "한국어 모형", tmp_path / "ranking.png"),
        ):
            assert path.stat().st_size > 5000
