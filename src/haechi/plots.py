"""Plots of a run: learning curves and the confusion matrix, Hangul readable on any machine."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from haechi.schema.metric import LOWER_IS_BETTER


def plot_curves(points: Sequence[dict[str, Any]], metric: str, path: Path) -> Path | None:
    """Training loss and the validation metric over optimizer steps; None when nothing was logged."""
    loss = [(point["step"], point["train/loss"]) for point in points if "train/loss" in point]
    name = f"validation/{metric}"
    scores = [(point["step"], point[name]) for point in points if name in point]
    if not loss and not scores:
        return None
    figure, left = new_figure(7.0, 4.0)
    left.set_xlabel("optimizer step")
    left.set_title(f"training loss and {name}")
    if loss:
        left.plot(*zip(*loss, strict=True), color="tab:gray", linewidth=1.0, label="train/loss")
        left.set_ylabel("train/loss")
    if scores:
        right = left.twinx() if loss else left
        right.plot(*zip(*scores, strict=True), color="tab:blue", marker="o", markersize=4, label=name)
        right.set_ylabel(name, color="tab:blue")
        right.margins(y=0.15)
        choose = min if metric in LOWER_IS_BETTER else max
        best = choose(scores, key=lambda point: point[1])
        right.annotate(f"{best[1]:.3f}", best, textcoords="offset points", xytext=(0, 6), ha="center")
    return save_figure(figure, path)


def plot_confusion(targets: np.ndarray, predicted: np.ndarray, labels: Sequence[str], path: Path) -> Path:
    """Confusion matrix, each row in per cent of its true class."""
    size = len(labels)
    counts = np.zeros((size, size), dtype=int)
    np.add.at(counts, (targets, predicted), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    edge = max(4.0, 0.55 * size + 2.0)
    figure, axes = new_figure(edge + 0.6, edge)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(size), labels, rotation=45, ha="right")
    axes.set_yticks(range(size), labels)
    axes.set_title(f"{len(targets):,} rows, each row of the matrix in % of its true class", fontsize=10)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    if size <= 20:
        for row in range(size):
            for column in range(size):
                share = shares[row, column]
                color = "white" if share > 0.5 else "black"
                axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=color, fontsize=8)
    figure.colorbar(image, ax=axes, shrink=0.8)
    return save_figure(figure, path)


def new_figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure of its own canvas: no display is needed and no global state is touched."""
    from matplotlib.figure import Figure

    _use_hangul_font()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def save_figure(figure: Any, path: Path) -> Path:
    """Write a figure as PNG, its folder made if need be."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=120)
    return path


def hangul_font() -> Path | None:
    """NanumGothic from koreanize-matplotlib's wheel; importing that package needs distutils."""
    package = find_spec("koreanize_matplotlib")
    if package is None or not package.submodule_search_locations:
        return None
    font = Path(package.submodule_search_locations[0]) / "fonts" / "NanumGothic.ttf"
    return font if font.is_file() else None


def _use_hangul_font() -> None:
    """Register the font that has Hangul."""
    import matplotlib
    from matplotlib import font_manager

    font = hangul_font()
    if font is None:
        return
    if not any(entry.fname == str(font) for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(font)
    matplotlib.rcParams["font.family"] = ["NanumGothic", "DejaVu Sans"]
    matplotlib.rcParams["axes.unicode_minus"] = False
