"""study.html: the whole study on one page that needs no other file."""

import base64
import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haechi.page_font import font_face
from haechi.study.findings import Findings
from haechi.study.measures import MEANINGS
from haechi.study.ranking import Placed

STYLE = """
:root { --ink: #1c2330; --faint: #667085; --line: #e3e7ee; --good: #0b6bcb; --ground: #f7f8fa; }
body { font: 15px/1.55 system-ui, "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "Haechi Hangul",
  sans-serif; color: var(--ink); max-width: 1200px; margin: 2rem auto; padding: 0 1.2rem; background: white; }
h1 { font-size: 1.5rem; margin-bottom: .2rem }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem }
.faint { color: var(--faint) }
.conclusion { background: var(--ground); border-left: 4px solid var(--good); padding: .8rem 1rem;
  border-radius: 4px }
pre { background: #10151f; color: #e8edf5; padding: .7rem 1rem; border-radius: 4px; white-space: pre-wrap;
  overflow-wrap: anywhere }
code { font-family: ui-monospace, monospace; font-size: .92em }
table { border-collapse: collapse; font-size: .88rem; margin: .4rem 0 }
td, th { padding: .22rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th { color: var(--faint); font-weight: 600; white-space: normal }
td:first-child, th:first-child, td.text, th.text { text-align: left }
tr.peer td:first-child { color: var(--good); font-weight: 600 }
tr.baseline { background: var(--ground) }
img { max-width: 100%; height: auto }
.sentence { font-size: 1.05rem; line-height: 2.1; margin: .1rem 0 .5rem }
.token { padding: .15rem .08rem; border-radius: 3px }
.token.special { outline: 1px dotted var(--faint) }
details { margin: .6rem 0 }
summary { cursor: pointer; color: var(--good) }
"""


def write_page(folder: Path, found: Findings, plots: Mapping[str, Path], token_html: str = "") -> Path:
    """Write study.html, its plots in it."""
    parts = [
        f"<h1>Which layer, which token, which pooling</h1><p class='faint'>{_escape(_subtitle(found))}</p>",
        f"<p class='conclusion'>{with_code(found.conclusion)}</p>",
        f"<pre>{_escape(found.command)}</pre>" if found.command else "",
        *(f"<p class='faint'>note: {with_code(note)}</p>" for note in found.notes),
        *_sections(found, plots, token_html),
    ]
    path = folder / "study.html"
    path.write_text(document(f"Pooling study: {found.title}", parts), encoding="utf-8")
    return path


def document(title: str, parts: Sequence[str]) -> str:
    """A whole page."""
    body = "\n".join(part for part in parts if part)
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{_escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{font_face(body)}{STYLE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _sections(found: Findings, plots: Mapping[str, Path], token_html: str) -> list[str]:
    main = found.main
    sections = [
        "<h2>Layers and poolings</h2>",
        f"<p class='faint'>{_escape(MEANINGS[main])}. Nothing was fine-tuned.</p>",
        image(plots.get(f"heatmap_{main}")),
        image(plots.get("layers")),
        "<h2>Ranking</h2>",
        "<p class='faint'>95 % intervals by resampling the validation rows, the same samples for all. "
        "Blue: not told from the best. Grey ground: baselines.</p>",
        image(plots.get("ranking")),
        f"<details open><summary>the first and the baselines</summary>{_ranking(found, 15)}</details>",
        f"<details><summary>all {len(found.ranking.placed)}</summary>{_ranking(found, None)}</details>",
    ]
    others = [name for name in found.metrics[1:] if f"heatmap_{name}" in plots]
    if others:
        sections.append("<h2>Other scores</h2>")
        sections += [image(plots[f"heatmap_{name}"]) for name in others]
    sections += ["<h2>Isotropy</h2>", image(plots.get("isotropy")), _isotropy(found)]
    if token_html:
        sections += ["<h2>Which token</h2>", image(plots.get("tokens")), token_html]
    if found.finetuned:
        sections += ["<h2>Fine-tuned</h2>", image(plots.get("finetuned")), _finetuned(found.finetuned)]
    return [*sections, "<h2>Cost</h2>", _cost(found)]


def _subtitle(found: Findings) -> str:
    rows = ", ".join(f"{count:,} {name} rows" for name, count in found.rows.items())
    prefix = f", prefix {found.prefix!r}" if found.prefix else ""
    return f"{found.title} ({found.objective}): {rows}, layers 0 to {found.layers}{prefix}"


def _ranking(found: Findings, count: int | None) -> str:
    settings = found.ranking.settings if count is None else found.ranking.settings[:count]
    shown = [item for item in found.ranking.placed if item.cell is None or item in settings]
    rows = "".join(_ranked(item, found.layers) for item in shown)
    return (
        "<table><tr><th>setting</th><th>score</th><th>95 % interval</th><th>behind the best</th>"
        f"<th>best in</th><th class='text'>overrides</th></tr>{rows}</table>"
    )


def _ranked(item: Placed, last: int) -> str:
    kind = "baseline" if item.cell is None else "peer" if item.is_within_noise else ""
    typed = item.cell.overrides(last) if item.cell is not None else None
    score, interval = f"{item.value:.4f}", f"{item.low:.3f} to {item.high:.3f}"
    behind = f"{item.behind:+.3f} ({item.behind_low:.3f} to {item.behind_high:.3f})"
    if not math.isfinite(item.value):  # one answer for all rows has no correlation with anything
        score, interval, behind = "undefined", "", ""
    share = f"{item.best_share:.0%}" if item.cell is not None else ""
    return (
        f"<tr class='{kind}'><td>{_escape(item.name)}</td><td>{score}</td>"
        f"<td>{interval}</td><td>{behind}</td><td>{share}</td>"
        f"<td class='text'><code>{_escape(' '.join(typed or []))}</code></td></tr>"
    )


def _isotropy(found: Findings) -> str:
    best, last = found.ranking.best, found.layers
    names = [name for name in dict.fromkeys([best, f"mean@{last}", f"cls@{last}", "mean@0"])
             if name in found.encoded.isotropy]  # fmt: skip
    rows = []
    for name in names:
        for kind, told in found.encoded.isotropy[name].items():
            score = told.get(found.main)
            rows.append(
                f"<tr><td>{_escape(name)}</td><td class='text'>{kind}</td><td>{told['mean_cosine']:.3f}</td>"
                f"<td>{told['partition']:.3f}</td><td>{'' if score is None else f'{score:.4f}'}</td></tr>"
            )
    return (
        "<p class='faint'>Mean cosine of two different sentences (0 is even) and least over largest "
        "partition function (1 is even), on the validation sentences; mean and directions are those of the "
        "train sentences.</p><table><tr><th>setting</th><th class='text'>vectors</th><th>mean cosine</th>"
        f"<th>partition</th><th>{_escape(found.main)}</th></tr>{''.join(rows)}</table>"
    )


def _finetuned(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{_escape(item['name'])}</td><td>{item['cheap']:.4f}</td><td>{_number(item['mean'])}</td>"
        f"<td>{', '.join(_number(value) for value in item['values'])}</td></tr>"
        for item in told["settings"]
    )
    return (
        f"<p>{with_code(told['sentence'])}</p><table><tr><th>setting</th><th>without fine-tuning</th>"
        f"<th>fine-tuned: {_escape(told['metric'])}</th><th>seeds {_escape(', '.join(told['seeds']))}</th>"
        f"</tr>{rows}</table>"
    )


def _cost(found: Findings) -> str:
    rows = "".join(
        f"<tr><td>{_escape(name)}</td><td>{value:,}</td></tr>" for name, value in found.cost.items()
    )
    return f"<table>{rows}</table>"


def image(path: Path | None) -> str:
    """A plot within the page."""
    if path is None or not path.is_file():
        return ""
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"<p><img alt='{_escape(path.stem)}' src='data:image/png;base64,{content}'></p>"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _escape(text: object) -> str:
    return html.escape(str(text), quote=True)


def with_code(text: str) -> str:
    """Escaped, with what stands between backquotes as code."""
    parts = _escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
