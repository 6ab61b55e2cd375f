"""Studies side by side: what `study.py -m model=a,b,c` ends in."""

import csv
import html
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haechi import places
from haechi.aside import write_json
from haechi.compose import key_of
from haechi.plots import new_figure, save_figure
from haechi.study.bootstrap import interval
from haechi.study.drawing import COLORS
from haechi.study.page import document, image, with_code

log = logging.getLogger(__name__)

COLUMNS: list[str] = [
    "job", "study", "state", "task", "score", "best", "value", "low", "high", "mean_last", "cls_last",
    "behind", "behind_low", "behind_high", "folder",
]  # fmt: skip
HEADS = (
    "study", "score", "best setting", "value", "95 % interval", "mean, last layer", "[CLS], last layer",
    "behind the first",
)  # fmt: skip


@dataclass(frozen=True)
class Studied:
    """One job of the sweep."""

    number: int
    label: str
    folder: Path
    study: Mapping[str, Any] | None
    """study.json; None where the job did not get there."""
    state: str
    """finished, or why it is not."""


def compare_sweep(typed: str | None) -> None:
    """Compare what the sweep of this process left, whichever of its jobs failed.

    Args:
        typed: `hydra.sweep.dir`, where it was typed.
    """
    folders = (
        [Path(typed.strip("'\""))] if typed else sorted(places.outputs().glob(f"*/sweep_{places.stamp()}"))
    )
    for folder in folders:
        if folder.is_dir():
            compare(folder)


def compare(folder: Path) -> Path | None:
    """Write comparison.html, .json, .csv and .png into a sweep's folder, and print the table.

    Jobs that failed stand in the table with what ended them. None where no job left a folder.
    """
    jobs = _jobs(folder)
    if not jobs:
        return None
    rows = [_row(job, jobs) for job in jobs]
    write_json(folder / "comparison.json", {"jobs": rows})
    with (folder / "comparison.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    plot = _draw(jobs, folder / "comparison.png")
    page = folder / "comparison.html"
    page.write_text(document("Pooling studies side by side", _parts(jobs, rows, plot)), encoding="utf-8")
    sys.stderr.write(f"{_table(rows, page)}\n")
    return page


def _jobs(folder: Path) -> list[Studied]:
    numbered = sorted(
        (path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name)
    )
    contents = {path: (_json(path / "study.json"), _json(path / "results.json")) for path in numbered}
    typed = {
        path: dict(_typed((results or {}).get("overrides", []))) for path, (_, results) in contents.items()
    }
    keys = {key for found in typed.values() for key in found}
    varied = sorted(key for key in keys if len({found.get(key) for found in typed.values()}) > 1)
    jobs = []
    for path, (study, results) in contents.items():
        label = " ".join(
            f"{key.rpartition('.')[2]}={_short(typed[path][key])}" for key in varied if key in typed[path]
        )
        state = "finished" if study else (results or {}).get("error") or "left no results.json"
        jobs.append(Studied(int(path.name), label or path.name, path, study, state))
    return jobs


def _typed(overrides: Sequence[str]) -> list[tuple[str, str]]:
    return [(key_of(item), item.partition("=")[2]) for item in overrides]


def _short(value: str) -> str:
    """A path's last part is what tells two of them apart, mostly."""
    return value.rstrip("/").rpartition("/")[2] or value


def _row(job: Studied, jobs: Sequence[Studied]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"job": job.number, "study": job.label, "state": job.state, "folder": str(job.folder)}
    if job.study is None:
        return row
    study, placed = job.study, {item["name"]: item for item in job.study["ranking"]}
    best, last = placed[study["best"]], study["layers"]
    row |= {"task": study["task"], "score": study["main"], "best": study["best"],
            **{key: best[key] for key in ("value", "low", "high")}}  # fmt: skip
    for column, name in (("mean_last", f"mean@{last}"), ("cls_last", f"cls@{last}")):
        row[column] = placed[name]["value"] if name in placed else None
    first = _first(job, jobs)
    if first is not job:
        row |= _difference(first, job)
    return row


def _first(job: Studied, jobs: Sequence[Studied]) -> Studied:
    """The job with the best score among those on the same task."""
    alike = [other for other in jobs if other.study and job.study and _kind(other) == _kind(job)]
    return max(alike, key=lambda other: _best_of(other) or -np.inf)


def _kind(job: Studied) -> tuple[Any, Any]:
    assert job.study is not None
    return job.study["task"], job.study["main"]


def _best_of(job: Studied) -> float | None:
    assert job.study is not None
    return next(item["value"] for item in job.study["ranking"] if item["name"] == job.study["best"])


def _difference(first: Studied, job: Studied) -> dict[str, float | None]:
    """How far a job's best is behind the first's; paired where both drew the same samples."""
    assert first.study is not None
    assert job.study is not None
    ahead, own = _best_of(first), _best_of(job)
    found: dict[str, float | None] = {
        "behind": ahead - own if ahead is not None and own is not None else None
    }
    if first.study["samples_of"] == job.study["samples_of"]:
        drawn = [np.load(item.folder / "best_samples.npy") for item in (first, job)]
        low, high = interval(drawn[0] - drawn[1])
        found |= {"behind_low": round(low, 6), "behind_high": round(high, 6)}
    return found


def _draw(jobs: Sequence[Studied], path: Path) -> Path | None:
    """The best pooling of a layer over the layers, a curve for each study; layers as shares of the depth."""
    studied = [job for job in jobs if job.study]
    if not studied:
        return None
    try:
        figure, axes = new_figure(8.4, 4.4)
        for place, job in enumerate(studied):
            assert job.study is not None
            best: dict[int, float] = {}
            for setting in job.study["settings"].values():
                value = setting["scores"][job.study["main"]]["value"]
                if len(setting["layers"]) == 1 and value is not None:
                    layer = setting["layers"][0]
                    best[layer] = max(value, best.get(layer, -np.inf))
            depth = max(job.study["layers"], 1)
            axes.plot([layer / depth for layer in sorted(best)], [best[layer] for layer in sorted(best)],
                      "o-", markersize=3.5, color=COLORS[place % len(COLORS)], label=job.label)  # fmt: skip
        axes.set_xlabel("layer, as a share of the depth")
        axes.set_title(f"best pooling of each layer: {', '.join(sorted({_kind(job)[1] for job in studied}))}",
                       fontsize=10)  # fmt: skip
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        return save_figure(figure, path)
    except Exception as error:
        log.warning("comparison.png: not drawn (%s: %s)", type(error).__name__, error)
        return None


def _parts(jobs: Sequence[Studied], rows: Sequence[Mapping[str, Any]], plot: Path | None) -> list[str]:
    head = "".join(f"<th>{name}</th>" for name in HEADS)
    body = "".join(_html_row(row) for row in rows)
    told = [
        f"<h2>{html.escape(job.label)}</h2><p class='conclusion'>{with_code(job.study['conclusion'])}</p>"
        f"<p><a href='{job.number}/study.html'>the whole study</a></p>"
        for job in jobs
        if job.study
    ]
    return [
        "<h1>Pooling studies side by side</h1>",
        f"<table><tr>{head}</tr>{body}</table>",
        "<p class='faint'>A difference has an interval where both drew the same samples.</p>",
        image(plot),
        *told,
    ]


def _html_row(row: Mapping[str, Any]) -> str:
    if row["best"] is None:
        return (
            f"<tr><td>{html.escape(row['study'])}</td><td class='text' colspan='7'>"
            f"{html.escape(str(row['state']))}</td></tr>"
        )
    cells = [
        row["study"], f"{row['task']}, {row['score']}", row["best"], _number(row["value"]), _span(row, ""),
        _number(row["mean_last"]), _number(row["cls_last"]),
        "" if row["behind"] is None else f"{row['behind']:.3f} {_span(row, 'behind_')}",
    ]  # fmt: skip
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"


def _table(rows: Sequence[Mapping[str, Any]], page: Path) -> str:
    width = max(len(row["study"]) for row in rows)
    lines = ["", "studies side by side"]
    for row in rows:
        if row["best"] is None:
            lines.append(f"  {row['study']:<{width}}  {row['state'].splitlines()[0][:120]}")
            continue
        behind = "" if row["behind"] is None else f"  {row['behind']:.4f} behind {_span(row, 'behind_')}"
        lines.append(
            f"  {row['study']:<{width}}  {row['score']} {_number(row['value'])} {_span(row, '')}  "
            f"{row['best']}{behind}"
        )
    return "\n".join([*lines, f"  {page}"])


def _span(row: Mapping[str, Any], prefix: str) -> str:
    low, high = row[f"{prefix}low"], row[f"{prefix}high"]
    return "" if low is None or high is None else f"({low:.3f} to {high:.3f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
