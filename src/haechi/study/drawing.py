"""Plots of a study; Hangul is readable on any machine."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from haechi.plots import new_figure, save_figure
from haechi.study.cells import BY_LAYER, Cell
from haechi.study.ranking import Placed

SHOWN_IN_RANKING = 30
COLORS = ("tab:blue", "tab:orange", "tab:green", "tab:red", "tab:purple", "tab:brown", "tab:pink")


def draw_heatmap(values: Mapping[str, float], cells: Mapping[str, Cell], title: str, path: Path) -> Path:
    """Layers x poolings; what has no layer of its own stands below, in a row of one."""
    layers = sorted({cell.layers[0] for cell in cells.values() if cell.pooling in BY_LAYER})
    rows = [name for name in BY_LAYER if any(cell.pooling == name for cell in cells.values())]
    alone = [name for name, cell in cells.items() if cell.pooling not in BY_LAYER]
    table = np.full((len(rows) + len(alone), max(len(layers), 1)), np.nan)
    for name, cell in cells.items():
        if cell.pooling in BY_LAYER:
            table[rows.index(cell.pooling), layers.index(cell.layers[0])] = values[name]
        else:
            table[len(rows) + alone.index(name), -1] = values[name]
    figure, axes = new_figure(3.2 + 0.62 * table.shape[1], 1.7 + 0.42 * table.shape[0])
    defined = table[np.isfinite(table)]
    # The best tenths are what is looked at: colours begin where the lowest tenth ends.
    low = float(np.quantile(defined, 0.1)) if len(defined) else 0.0
    image = axes.imshow(table, cmap="viridis", aspect="auto", vmin=low)
    axes.set_xticks(range(table.shape[1]), [str(layer) for layer in layers] or ["-"])
    axes.set_yticks(range(table.shape[0]), [*rows, *alone])
    axes.set_xlabel("layer (0: embeddings)")
    axes.set_title(title, fontsize=10)
    top = float(np.nanmax(table)) if len(defined) else 1.0
    for (row, column), value in np.ndenumerate(table):
        if np.isfinite(value):
            color = "white" if value < low + 0.6 * (top - low) else "black"
            axes.text(column, row, f"{value:.3f}", ha="center", va="center", color=color, fontsize=7.5)
            if value == top:
                axes.add_patch(
                    Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, color="red", linewidth=1.5)
                )
    figure.colorbar(image, ax=axes, shrink=0.8)
    return save_figure(figure, path)


def draw_curves(
    placed: Sequence[Placed], title: str, path: Path, lines: Mapping[str, float] | None = None
) -> Path:
    """A curve over the layers for each pooling, with its intervals; baselines are lines across."""
    figure, axes = new_figure(8.6, 4.8)
    drawn = 0
    for name in BY_LAYER:
        points = sorted(
            (item.cell.layers[0], item.value, item.low, item.high)
            for item in placed
            if item.cell is not None and item.cell.pooling == name
        )
        if not points:
            continue
        layers, values, lows, highs = (np.array(column) for column in zip(*points, strict=True))
        color = COLORS[drawn % len(COLORS)]
        axes.plot(layers, values, color=color, marker="o", markersize=3.5, linewidth=1.4, label=name)
        axes.fill_between(layers, lows, highs, color=color, alpha=0.08, linewidth=0)
        drawn += 1
    for name, value in (lines or {}).items():
        if np.isfinite(value):
            axes.axhline(value, color="gray", linestyle=":", linewidth=1)
            axes.text(0.995, value, name, fontsize=7.5, color="dimgray", ha="right", va="bottom",
                      transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_xlabel("layer (0: embeddings)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.25)
    if drawn:
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return save_figure(figure, path)


def draw_ranking(placed: Sequence[Placed], title: str, path: Path) -> Path:
    """The best settings and every baseline, each with its interval; those within the noise are darker."""
    settings = [item for item in placed if item.cell is not None][:SHOWN_IN_RANKING]
    shown = [item for item in placed if item.cell is None or item in settings]
    shown = [item for item in shown if np.isfinite(item.value)]
    figure, axes = new_figure(7.6, 1.4 + 0.24 * len(shown))
    for place, item in enumerate(shown):
        color = "tab:gray" if item.cell is None else "tab:blue"
        axes.errorbar(
            item.value, place, fmt="o", markersize=4, color=color, capsize=2, linewidth=1,
            xerr=[[max(0.0, item.value - item.low)], [max(0.0, item.high - item.value)]],
            alpha=1.0 if item.is_within_noise or item.cell is None else 0.4,
        )  # fmt: skip
    axes.set_yticks(range(len(shown)), [item.name for item in shown], fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.25)
    axes.set_title(title, fontsize=10)
    return save_figure(figure, path)


def draw_isotropy(
    found: Mapping[str, Mapping[str, Mapping[str, float]]], cells: Mapping[str, Cell], path: Path
) -> Path:
    """Mean cosine of the mean's vectors by layer: as they are, whitened, without their top directions."""
    figure, axes = new_figure(7.0, 4.0)
    chosen = sorted((cell.layers[0], name) for name, cell in cells.items() if cell.pooling == "mean")
    for kind, color in (("raw", "tab:red"), ("whitened", "tab:blue"), ("without_top", "tab:green")):
        values = [found[name][kind]["mean_cosine"] for _, name in chosen]
        axes.plot([layer for layer, _ in chosen], values, marker="o", markersize=3.5, color=color, label=kind)
    axes.axhline(0, color="gray", linewidth=0.8)
    axes.set_xlabel("layer (0: embeddings)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title("mean cosine of two different sentences, pooling mean (0 is even)", fontsize=10)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.25)
    return save_figure(figure, path)
