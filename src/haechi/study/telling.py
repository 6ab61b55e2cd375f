"""What comes out of a study: plots, files, a page, curves at the tracking server, a table in the terminal."""

import logging
import math
from pathlib import Path

from haechi import outputs
from haechi.resolve import Run
from haechi.session import Session
from haechi.study import drawing
from haechi.study.conclusion import own_name
from haechi.study.findings import Findings, write_findings
from haechi.study.finetune import draw_finetuned
from haechi.study.measures import MEANINGS
from haechi.study.page import write_page
from haechi.study.token_page import draw_tokens, token_html
from haechi.study.token_report import as_lines

log = logging.getLogger(__name__)

SHOWN_IN_TERMINAL = 10


def report(run: Run, session: Session, found: Findings) -> None:
    """Draw, write and log what was found."""
    plots = _draw(run.folder / "plots", found)
    write_findings(run.folder, found)
    if found.tokens is not None:
        outputs.write_predictions(run.folder / "tokens.jsonl", as_lines(found.looked))
    write_page(run.folder, found, plots, token_html(found.looked, found.tokens) if found.tokens else "")
    _log_scores(session, found)
    own = own_name(run.config.pooling, found.layers)
    for label, name in (("best", found.ranking.best), ("own", own)):
        if name in found.ranking:
            session.results.metrics[f"{label}/{found.main}"] = found.ranking[name].value
    log.info("\n%s", _table(found))


def _log_scores(session: Session, found: Findings) -> None:
    """Every score as a curve over the layers: in metrics.jsonl, and at the tracking server."""
    by_layer: dict[int, dict[str, float]] = {}
    for name, cell in found.encoded.cells.items():
        step = cell.layers[0] if len(cell.layers) == 1 else found.layers
        for metric, score in found.encoded.scores[name].items():
            value = score.value()
            if math.isfinite(value):
                by_layer.setdefault(step, {})[f"{metric}/{cell.pooling}"] = value
    for layer, metrics in sorted(by_layer.items()):
        session.on_metrics(metrics, layer, 0.0)


def _draw(folder: Path, found: Findings) -> dict[str, Path]:
    """Draw; a plot that fails is said and costs nothing else."""
    main, ranking = found.main, found.ranking
    title = f"{found.title}: {MEANINGS[main]}"
    lines = {item.name: item.value for item in ranking.baselines}
    plots: dict[str, Path] = {}
    try:
        for metric in found.metrics:
            name = f"heatmap_{metric}"
            heading = f"{found.title}: {MEANINGS[metric]}"
            plots[name] = drawing.draw_heatmap(
                found.values(metric), found.encoded.cells, heading, folder / f"{name}.png"
            )
        plots["layers"] = drawing.draw_curves(ranking.settings, title, folder / "layers.png", lines)
        plots["ranking"] = drawing.draw_ranking(ranking.placed, title, folder / "ranking.png")
        plots["isotropy"] = drawing.draw_isotropy(
            found.encoded.isotropy, found.encoded.cells, folder / "isotropy.png"
        )
        if found.tokens is not None:
            plots["tokens"] = draw_tokens(found.tokens, folder / "tokens.png")
        if found.finetuned is not None:
            plots["finetuned"] = draw_finetuned(found.finetuned, main, folder / "finetuned.png")
    except Exception as error:
        log.warning("plots: not drawn (%s: %s)", type(error).__name__, error)
    return plots


def _table(found: Findings) -> str:
    """The ranking as the terminal shows it, the conclusion and what to type."""
    ranking = found.ranking
    # One answer for all rows has no correlation with anything.
    baselines = [item for item in ranking.baselines if math.isfinite(item.value)]
    shown = [*ranking.settings[:SHOWN_IN_TERMINAL], *baselines]
    width = max(len(item.name) for item in shown)
    lines = [f"{found.main}: {MEANINGS[found.main]}; * not told from the best"]
    for item in sorted(shown, key=ranking.placed.index):
        mark = "*" if item.is_within_noise else " "
        kind = "baseline" if item.cell is None else ""
        lines.append(
            f"  {mark} {item.name:<{width}}  {item.value:7.4f}  ({item.low:.3f} to {item.high:.3f})  {kind}"
        )
    if len(ranking.settings) > SHOWN_IN_TERMINAL:
        lines.append(f"    ... {len(ranking.settings) - SHOWN_IN_TERMINAL} more in ranking.csv")
    lines += ["", found.conclusion]
    if found.command:
        lines += ["", f"  {found.command}"]
    return "\n".join([*lines, *(f"  note: {note}" for note in found.notes)])
