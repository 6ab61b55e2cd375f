"""report.html: one file that needs nothing beside it; what one wants to know first stands first."""

import time
from collections.abc import Sequence
from html import escape

from haechi.page_font import font_face
from haechi.report import tables, wording
from haechi.report.board import Board
from haechi.report.elements import code, figure, marked, table
from haechi.report.log_tail import last_lines
from haechi.report.plot import Plot
from haechi.report.setting import Failure, name_of
from haechi.report.style import CSS

MOST_LOGS = 12
"""Failed runs whose log's last lines are shown."""
_METHOD = (
    "Values are of the best weights of each run and are averaged over seeds; ± is the standard deviation "
    "of the seeds. For a difference the rows are drawn anew with replacement, the same ones for both "
    "settings, and the metric is computed each time; where there are several seeds, what other seeds would "
    "give is drawn from Student's t with the spread of the seeds' differences. The 95 % interval holds the "
    "middle of these draws; where it holds 0, the difference is within the noise. It says nothing of other "
    "data, of another split, or of rows that are not independent."
)


def page(sections: Sequence[tuple[Board, Sequence[Plot]]]) -> str:
    """The page of one board, or of several one behind the other."""
    title = ", ".join(tables.title_of(board) for board, _ in sections)
    body = "\n".join(_section(board, plots) for board, plots in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{font_face(title + body)}{CSS}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n"
        f"<footer class='soft small'>Haechi, {time.strftime('%Y-%m-%d %H:%M')}. Beside this page: report.md, "
        "report.csv, board.json and plots/.</footer>\n</main>\n</body>\n</html>\n"
    )


def _section(board: Board, plots: Sequence[Plot]) -> str:
    parts = [_head(board), _answer(board), _warning(board), _findings(board), _settings(board)]
    parts += [_plots(plots), _failures(board), _runs(board), _notes(board)]
    parts.append(f"<h2>How the numbers are made</h2>\n<p class='small'>{escape(_METHOD)}</p>")
    return "\n".join(part for part in parts if part)


def _head(board: Board) -> str:
    states: dict[str, int] = {}
    for record in board.records:
        states[record.status] = states.get(record.status, 0) + 1
    runs = f"{len(board.records)} run{'s' if len(board.records) != 1 else ''}"
    told = ", ".join(f"{count} {state}" for state, count in states.items())
    sweeps = ", ".join(code(name) for name in dict.fromkeys(item.sweep for item in board.records) if name)
    return (
        f"<h1>{escape(tables.title_of(board))}</h1>\n"
        f"<p class='soft'>{escape(runs)}: {escape(told)}{'; ' + sweeps if sweeps else ''}</p>"
    )


def _answer(board: Board) -> str:
    best = board.best
    if best is None:
        return ""
    value = f"<span class='value'>{escape(wording.number(best.mean))}</span>"
    spread = f"± {wording.number(best.sd)} over {best.n} seeds" if best.sd is not None else "one seed"
    order = "lower is better" if board.direction == "min" else "higher is better"
    parts = [f"<div class='soft small'>{'best setting' if len(board.settings) > 1 else 'result'}</div>"]
    parts.append(f"<div class='setting'>{escape(_title(board))}</div>")
    parts.append(
        f"<div>{value}<span class='soft'>{escape(board.metric)} ({order}), {escape(spread)}</span></div>"
    )
    if board.comparisons:
        item = board.comparisons[0]
        text = f"{wording.signed(item.difference)} ahead of {name_of(item.other)}"
        parts.append(f"<p>{_badge(item.within_noise)} {escape(text)}{escape(_in_brackets(board))}</p>")
    return f"<div class='card answer'>{''.join(parts)}</div>"


def _title(board: Board) -> str:
    """The best setting's name; where nothing was swept, what the run was made of."""
    assert board.best is not None, "an answer has a setting"
    if board.best.values:
        return board.best.name
    config = board.best.records[0].config
    parts = [config.get(key, "") for key in ("model.name", "pooling.kind")]
    return ", ".join(part for part in parts if part) or board.best.name


def _in_brackets(board: Board) -> str:
    item = board.comparisons[0]
    if item.low is None:
        return ""
    return f" (95 % interval {wording.interval(item)}; {wording.covers(item, board.split)})"


def _badge(within_noise: bool | None) -> str:
    kind, words = {
        None: ("unknown", "cannot be told"),
        True: ("noise", "within the noise"),
        False: ("clear", "more than the noise"),
    }[within_noise]
    return f"<span class='badge {kind}'>{words}</span>"


def _warning(board: Board) -> str:
    if not board.failures:
        return ""
    causes: dict[str, int] = {}
    for failure in board.failures:
        line = f"{failure.state}: {_first(failure.cause)}"
        causes[line] = causes.get(line, 0) + 1
    items = "".join(f"<li>{count} x {escape(line)}</li>" for line, count in list(causes.items())[:6])
    count = len(board.failures)
    head = f"{count} of {len(board.records)} runs {'has' if count == 1 else 'have'} no value"
    link = "<p class='small'><a href='#failures'>Settings, causes and logs below</a></p>"
    return f"<div class='card warning'><h3>{head}</h3><ul class='findings'>{items}</ul>{link}</div>"


def _findings(board: Board) -> str:
    # The first ones are said above, in large.
    said = 0 if board.best is None else 2 if board.comparisons else 1
    items = "".join(f"<li>{marked(finding)}</li>" for finding in board.findings[said:])
    return f"<ul class='findings'>{items}</ul>"


def _settings(board: Board) -> str:
    head, rows = tables.rows_of(board)
    if not rows:
        return ""
    cells = [[escape(cell) for cell in row] for row in rows]
    for place, row in enumerate(cells):
        if place == 0 and board.comparisons:
            row[-1] = "<span class='badge best'>best</span>"
        elif board.comparisons:
            kind = {None: "unknown", True: "noise", False: "worse"}[board.comparisons[place - 1].within_noise]
            row[-1] = f"<span class='badge {kind}'>{row[-1]}</span>"
    return "<h2>Settings</h2>\n" + table(head, cells, first=True)


def _plots(plots: Sequence[Plot]) -> str:
    shown = "\n".join(figure(plot) for plot in plots if plot.path or plot.fault)
    return f"<h2>Plots</h2>\n<div class='plots'>\n{shown}\n</div>" if shown else ""


def _failures(board: Board) -> str:
    if not board.failures:
        return ""
    parts = [_failure(item, place) for place, item in enumerate(board.failures)]
    return "<h2 id='failures'>Runs without a value</h2>\n" + "\n".join(parts)


def _failure(item: Failure, place: int) -> str:
    values = [*([name_of(item.values)] if item.values else []), *([f"seed={item.seed}"] if item.seed else [])]
    badge = f"<span class='badge failed'>{escape(item.state)}</span>"
    lines = last_lines(item.log) if place < MOST_LOGS else []
    log = f"<pre>{escape(chr(10).join(lines))}</pre>" if lines else ""
    where = f"<p class='small soft'>{code(str(item.log))}</p>" if item.log else ""
    head = f"{badge} run {escape(item.run)}: {code(' '.join(values))}"
    return f"<div class='card warning'><div>{head}</div><p>{escape(item.cause)}</p>{log}{where}</div>"


def _runs(board: Board) -> str:
    """Every run, to find its folder."""
    head = ["run", *board.swept, "seed", "state", board.metric, "seconds", "folder or MLflow run"]
    rows: list[list[str]] = []
    for record in board.records:
        seconds = "" if record.seconds is None else f"{record.seconds:,.0f}"
        place = str(record.folder) if record.folder else record.mlflow_run_id or ""
        values = [record.values.get(key, "") for key in board.swept]
        value = wording.number(record.value(board.metric))
        row = [record.name, *values, record.seed or "", record.status, value, seconds, place]
        rows.append([escape(cell) for cell in row])
    which = f"All {len(rows)} runs" if len(rows) > 1 else "The run"
    return f"<details><summary>{which}</summary>\n{table(head, rows)}</details>"


def _notes(board: Board) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in board.notes)
    return f"<h2>Notes</h2>\n<ul class='findings small'>{items}</ul>" if items else ""


def _first(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
