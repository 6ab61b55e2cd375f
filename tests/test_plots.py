"""Plots: Hangul is drawn with a font that has it, and no display is needed."""

import warnings
from pathlib import Path

import numpy as np

from haechi import plots


def test_hangul_labels_have_glyphs(tmp_path: Path) -> None:
    targets = np.array([0, 1, 1, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every missing glyph
        path = plots.plot_confusion(targets, np.array([0, 1, 0, 0]), ["생활문화", "정치"], tmp_path / "c.png")
    assert path.stat().st_size > 5000


def test_no_points_draw_no_curve(tmp_path: Path) -> None:
    assert plots.plot_curves([], "macro_f1", tmp_path / "curve.png") is None


def test_curves_are_drawn(tmp_path: Path) -> None:
    points = [{"step": 1, "train/loss": 1.0}, {"step": 2, "train/loss": 0.5, "validation/macro_f1": 0.4}]
    path = plots.plot_curves(points, "macro_f1", tmp_path / "curve.png")
    assert path is not None
    assert path.stat().st_size > 5000
