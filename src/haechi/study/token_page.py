"""The token report as HTML and as a plot."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from haechi.plots import new_figure, save_figure
from haechi.study.parts import PARTS
from haechi.study.token_report import Looked

EXAMPLES = 10
CALLED = {
    "vector/leave_one_out": "vector, leave one out",
    "vector/gradient_x_input": "vector, gradient x input",
    "vector/rollout": "vector, attention rollout",
    "prediction/leave_one_out": "prediction, leave one out",
    "prediction/gradient_x_input": "prediction, gradient x input",
}
FOR, AGAINST = "11, 107, 203", "214, 69, 65"
COLORS = ("tab:blue", "tab:cyan", "tab:green", "tab:red", "tab:orange")


def token_html(looked: Sequence[Looked], told: Mapping[str, Any]) -> str:
    """The report: what groups of tokens contribute, how methods agree, and coloured sentences."""
    intro = (
        f"<p class='faint'>{told['sentences']} validation sentences, setting "
        f"<code>{_escape(told['setting'])}</code>. Shares are in multiples of an even one: a token at 2 "
        "contributes twice what it would if all contributed alike.</p>"
    )
    parts = [
        intro,
        _groups("special tokens", told["special"]),
        _groups("position in the text", told["position"]),
    ]
    if "part" in told:
        parts.append(_groups("part of speech", told["part"], PARTS))
    else:
        parts.append(f"<p class='faint'>{_escape(told['part_note'])}</p>")
    parts.append(_agreement(told["agreement"]))
    parts.append(
        "<h3>Sentences</h3><p class='faint'>Blue: the token holds the vector, or the prediction, up; red: it "
        "speaks against it. Dotted: special tokens.</p>"
    )
    parts += [_sentence(item) for item in looked[:EXAMPLES]]
    return "\n".join(parts)


def _groups(title: str, table: Mapping[str, Mapping[str, float]], order: Sequence[str] | None = None) -> str:
    names = sorted({name for column in table.values() for name in column})
    names = [name for name in order or names if name in names]
    head = "".join(f"<th>{_escape(CALLED[column])}</th>" for column in table)
    rows = "".join(
        f"<tr><td>{_escape(name)}</td>"
        + "".join(f"<td>{_number(column.get(name))}</td>" for column in table.values())
        + "</tr>"
        for name in names
    )
    return f"<h3>By {_escape(title)}</h3><table><tr><th></th>{head}</tr>{rows}</table>"


def _agreement(table: Mapping[str, Mapping[str, float]]) -> str:
    head = "".join(f"<th>{_escape(CALLED[name])}</th>" for name in table)
    rows = "".join(
        f"<tr><td>{_escape(CALLED[one])}</td>"
        + "".join(f"<td>{_number(column[other])}</td>" for other in table)
        + "</tr>"
        for one, column in table.items()
    )
    return (
        "<h3>Do the methods agree?</h3><p class='faint'>Spearman's correlation over the tokens of a "
        f"sentence, special ones left out, averaged.</p><table><tr><th></th>{head}</tr>{rows}</table>"
    )


def _sentence(item: Looked) -> str:
    first = "prediction/leave_one_out"
    lines = [
        f"<div class='faint'>{_escape(CALLED[name])}</div>"
        f"<div class='sentence'>{_coloured(item, values)}</div>"
        for name, values in item.columns.items()
        if name != first
    ]
    return (
        f"<div class='faint'>row {item.row}: {_escape(CALLED[first])}, predicted {item.found.predicted:.3f}"
        f"</div><div class='sentence'>{_coloured(item, item.columns[first])}</div>"
        f"<details><summary>the other methods</summary>{''.join(lines)}</details>"
    )


def _coloured(item: Looked, values: np.ndarray) -> str:
    top = float(np.abs(values).max()) or 1.0
    shown, end = [], 0
    for token, (start, stop), special, value in zip(
        item.tokens, item.spans, item.special, values, strict=True
    ):
        # Spaces between two tokens are those of the text.
        gap = item.text[end:start] if start < stop and start >= end else "" if start < stop else " "
        end = stop if start < stop else end
        color, depth = (FOR if value >= 0 else AGAINST), round(0.75 * abs(float(value)) / top, 3)
        kind = "token special" if special else "token"
        shown.append(
            f"{_escape(gap)}<span class='{kind}' title='{float(value):+.4f}' "
            f"style='background: rgba({color}, {depth})'>{_escape(token)}</span>"
        )
    return "".join(shown)


def draw_tokens(told: Mapping[str, Any], path: Path) -> Path:
    """Shares of special tokens, positions and parts of speech, by every method, on one axis."""
    groups = [("special", None), ("position", None), *([("part", PARTS)] if "part" in told else [])]
    labels: list[str] = []
    keys: list[tuple[str, str]] = []
    for kind, order in groups:
        names = sorted({name for column in told[kind].values() for name in column})
        for name in order or names:
            if name in names:
                keys.append((kind, name))
                labels.append(f"token {name}" if kind == "position" else name)
    figure, axes = new_figure(8.0, 1.4 + 0.3 * len(keys))
    columns = list(told["special"])
    for place, column in enumerate(columns):
        values = [told[kind][column].get(name, np.nan) for kind, name in keys]
        at = np.arange(len(keys)) + (place - (len(columns) - 1) / 2) * 0.13
        axes.plot(values, at, "o", markersize=4, color=COLORS[place % len(COLORS)], label=CALLED[column])
    axes.axvline(1, color="gray", linewidth=0.8)
    axes.set_yticks(range(len(keys)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.25)
    axes.set_xlabel("share, in multiples of an even one")
    axes.set_title(f"what tokens contribute, {told['setting']}, {told['sentences']} sentences", fontsize=10)
    axes.legend(fontsize=7.5, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return save_figure(figure, path)


def _number(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else f"{value:.2f}"


def _escape(text: object) -> str:
    return html.escape(str(text), quote=True)
