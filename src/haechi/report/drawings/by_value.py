"""The metric by one swept key: seeds as dots, means as lines, standard deviations as bars."""

from pathlib import Path
from typing import Any

from haechi.plots import new_figure, save_figure
from haechi.report.board import Board
from haechi.report.config_values import short_names
from haechi.report.drawings.palette import COLORS, GREY, are_numbers, scale_numbers, shortened, values_of
from haechi.report.setting import Setting, name_of

MOST_TICKS = 12
"""Numbers up to which each has a place of its own."""


def draw_by_value(board: Board, key: str, path: Path) -> Path | None:
    """Values from left to right; None where there are fewer than two."""
    values = values_of(board, key)
    if len(values) < 2:
        return None
    if are_numbers(values) and len(values) > MOST_TICKS:
        return _draw_search(board, key, path)
    lines: dict[str, list[Setting]] = {}
    for setting in board.settings:
        rest = {name: value for name, value in setting.values.items() if name != key}
        lines.setdefault(name_of(rest) if rest else "", []).append(setting)
    figure, axes = new_figure(min(16.0, max(6.0, 2.4 + 0.75 * len(values))), 4.3)
    many = len(lines) > len(COLORS)
    for place, (name, settings) in enumerate(lines.items()):
        color = GREY if place >= len(COLORS) else COLORS[place]
        shift = 0.0 if len(lines) == 1 else 0.36 * (place / (len(lines) - 1) - 0.5)
        label = name if name and place < len(COLORS) else None
        _draw_line(axes, settings, values, key, shift, color, label)
    axes.set_xticks(range(len(values)), [shortened(value, 28) for value in values])
    if max(map(len, values)) * len(values) > 60:
        axes.tick_params(axis="x", rotation=35)
    axes.set_xlabel(short_names(list(board.swept))[key])
    axes.set_ylabel(board.metric)
    axes.grid(axis="y", alpha=0.3)
    if len(lines) > 1:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    if many:
        axes.set_title(f"the first {len(COLORS)} of {len(lines)} combinations in colour", fontsize=9)
    return save_figure(figure, path)


def _draw_search(board: Board, key: str, path: Path) -> Path:
    """Numbers that were drawn or are many: each setting a dot at its place."""
    figure, axes = new_figure(6.6, 4.3)
    shown = [setting for setting in board.settings if key in setting.values]
    numbers = [float(setting.values[key]) for setting in shown]
    spreads = [setting.sd or 0.0 for setting in shown]
    means = [setting.mean for setting in shown]
    axes.errorbar(numbers, means, yerr=spreads, fmt="o", color=COLORS[0], markersize=5, capsize=2, alpha=0.75)
    scale_numbers(axes.xaxis, axes.set_xscale, numbers)
    axes.set_xlabel(short_names(list(board.swept))[key])
    axes.set_ylabel(board.metric)
    axes.grid(alpha=0.3)
    return save_figure(figure, path)


def _draw_line(
    axes: Any,
    settings: list[Setting],
    values: list[str],
    key: str,
    shift: float,
    color: str,
    label: str | None,
) -> None:
    places = [(values.index(setting.values[key]), setting) for setting in settings if key in setting.values]
    places.sort(key=lambda item: item[0])
    xs = [place + shift for place, _ in places]
    for x, (_, setting) in zip(xs, places, strict=True):
        seeds = list(setting.seeds.values())
        axes.plot([x] * len(seeds), seeds, "o", color=color, markersize=4, alpha=0.45, zorder=2)
    means = [setting.mean for _, setting in places]
    spreads = [setting.sd or 0.0 for _, setting in places]
    style = {"marker": "D", "markersize": 5, "capsize": 3, "linewidth": 1.3, "zorder": 3}
    # Values that have no order are joined for the eye only.
    style["linestyle"] = "-" if are_numbers(values) else ":"
    axes.errorbar(xs, means, yerr=spreads, color=color, label=shortened(label) if label else None, **style)
