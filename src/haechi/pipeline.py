"""The run, in order: judge, load, encode, build, train, evaluate, save."""

import logging
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from haechi import launch, outputs, plots, rerun
from haechi.card import write_card
from haechi.forecast.measure import is_warm, peak_bytes, reset_peak, waited_seconds
from haechi.forecast.records import Record, keep
from haechi.predictions import inputs_of, predictions_of, reported_rows
from haechi.preflight.check import Refused, Verdict, check
from haechi.preflight.diagnostic import Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import CLASSIFIED
from haechi.resolve import Run
from haechi.rows.fault import FileFault
from haechi.rows.splits import Split, draw, split_off_validation
from haechi.schema.metric import chosen_metric
from haechi.schema.task import TOKENWISE, Objective
from haechi.session import Session, open_session
from haechi.surroundings import write_surroundings
from haechi.tracking.journal import read_journal

if TYPE_CHECKING:
    from haechi.data.split import EncodedSplit
    from haechi.modeling.description import Description
    from haechi.training.setup import Outcome, Setup

log = logging.getLogger(__name__)

MOST_CLASSES_DRAWN = 40
SAMPLE_ROWS = 2


class Evaluated(NamedTuple):
    """A split, and what the best weights gave for it."""

    split: "EncodedSplit"
    outputs: np.ndarray


def execute(run: Run) -> float:
    """Run one job; the metric that a sweep optimizes comes back.

    Whatever happens, the run's folder says how it ended, the tracking server hears of it as far as it
    can be reached, and the message is sent as far as it can be.

    Raises:
        Refused: the run was judged unfit once the hub's files were here.
    """
    reset_peak()
    with open_session(run) as session:
        evidence, verdict = judge_with_rows(run, session)
        from haechi.modeling.describe import describe

        odd = _surroundings(run)
        description = describe(evidence)
        splits = splits_of(run, evidence)
        session.results.rows = {name: len(split.examples) for name, split in splits.items()}
        model, found = _fine_tune(run, session, evidence, splits, description)
        if launch.is_first():
            _save(session, evidence, model, description)
            _describe(session, evidence, verdict, description)
            _report(session, found, description)
            _measure(session, evidence)
            session.results.rerun = rerun.compare(run, session.results.metrics, odd)
    return session.results.metrics.get(f"validation/{chosen_metric(run.config.task)}", math.nan)


def judge_with_rows(run: Run, session: Session) -> tuple[Evidence, Verdict]:
    """Judge with every row and, for a hub checkpoint, with its weights' header.

    Raises:
        Refused: the run is unfit.
    """
    loaded: dict[str, Split | FileFault] = {}
    task = run.config.task
    if not task.files.train and task.dataset.path:
        from haechi.data.hub import load_from_hub

        try:
            loaded.update(load_from_hub(task))
        except FileFault as fault:
            loaded["train"] = fault
    swept = () if run.sweep else None
    evidence = Evidence(run, weights=True, full=True, loaded=loaded, swept=swept)
    verdict = check(evidence)
    if launch.is_first():
        session.tracker.log_files([outputs.write_verdict(run, verdict)])
    session.results.warnings = [
        item.code for item in verdict.diagnostics if item.severity is not Severity.note
    ]
    if session.results.warnings:
        # A crossing that was wanted, say, stays visible wherever the run is looked at.
        session.tracker.log_tags({"preflight.warnings": " ".join(dict.fromkeys(session.results.warnings))})
    if verdict.refused:
        raise Refused(verdict)
    if launch.is_first() and run.config.trainer.resume is not None:
        outputs.write_config(run)
    return evidence, verdict


def _surroundings(run: Run) -> list[str]:
    """Write down what numbers may depend on, and say what a run that repeats another one has otherwise."""
    if not launch.is_first():
        return []
    write_surroundings(run)
    return rerun.say_what_differs(run)


def _measure(session: Session, evidence: Evidence) -> None:
    """Keep what the run has taken, for forecasts of the next ones on this machine."""
    results, work = session.results, evidence.work
    results.peak_memory_bytes = _peak_bytes()
    results.waited_seconds = round(waited_seconds() - session.waited, 3)
    if evidence.forecast is not None:
        results.forecast = evidence.forecast.as_json()
    training, peak = results.training_seconds, results.peak_memory_bytes
    whole = session.run.config.trainer.resume is None and launch.processes() == 1
    if work is not None and training is not None and peak is not None and whole:
        training -= session.training_waited
        seconds = time.perf_counter() - session.started - results.waited_seconds
        keep(Record(work, peak, training, max(seconds - training, 0.0), is_warm()))


def _peak_bytes() -> int | None:
    import torch

    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else peak_bytes()


def splits_of(run: Run, evidence: Evidence) -> dict[str, Split]:
    """The run's splits: validation split off where none is named, train rows drawn where few are wanted."""
    task, seed = run.config.task, run.config.seed
    splits = {name: split for name, split in evidence.splits.items() if isinstance(split, Split)}
    if "validation" not in splits:
        splits["train"], splits["validation"] = split_off_validation(
            splits["train"], task.validation_share, seed
        )
        moved = len(splits["validation"].examples)
        share = moved / (moved + len(splits["train"].examples))
        whole = ", whole documents" if task.objective is Objective.span else ""
        log.info(
            "validation: none is named, so %s train rows (%.0f %%%s) are split off",
            f"{moved:,}", 100 * share, whole,
        )  # fmt: skip
    splits["train"] = draw(splits["train"], task.max_train_rows, seed)
    return splits


def _fine_tune(
    run: Run, session: Session, evidence: Evidence, splits: Mapping[str, Split], description: "Description"
) -> tuple[Any, dict[str, Evaluated]]:
    """Encode, build and train: the model with its best weights, and its outputs on each split."""
    from haechi.data.token_cache import encode_splits
    from haechi.modeling.build import build_model
    from haechi.training import processes
    from haechi.training.setup import Setup
    from haechi.training.train import train

    config, tokenizer = run.config, evidence.final_tokenizer
    form = description.input_format()
    rows = {name: split.examples for name, split in splits.items()}
    encoded = encode_splits(rows, tokenizer, form, cached=config.task.token_cache)
    _say_overrides(session, evidence)
    model = build_model(run, evidence, description.outputs)
    _say_what_is_trained(run, model, session.results.rows)
    setup = Setup(
        task=config.task,
        config=config.trainer,
        labels=description.labels,
        seed=config.seed,
        pad_token_id=tokenizer.padding_id,
        folder=run.folder / "checkpoints",
        on_metrics=session.on_metrics,
        is_hopeless=session.is_hopeless,
    )
    with processes.guarded():
        before = waited_seconds()
        outcome = train(model, encoded, setup)
        session.training_waited = waited_seconds() - before
        session.results.best = outcome.best
        session.results.training_seconds = round(outcome.seconds, 3)
        if outcome.best["value"] is not None:
            # The loss is measured by the evaluations of the training only.
            session.results.metrics[outcome.best["metric"]] = outcome.best["value"]
        return model, _evaluate(session, setup, outcome, encoded)


def _evaluate(
    session: Session, setup: "Setup", outcome: "Outcome", encoded: Mapping[str, "EncodedSplit"]
) -> dict[str, Evaluated]:
    """Score the splits with the best weights; what the test rows give is logged too."""
    found: dict[str, Evaluated] = {}
    for name in ("validation", "test"):
        if name in encoded:
            known = outcome.validation_outputs if name == "validation" else None
            given = outcome.predict(encoded[name]) if known is None else known
            found[name] = Evaluated(encoded[name], given)
            metrics = setup.measure(given, encoded[name])
            session.results.metrics |= {f"{name}/{key}": value for key, value in metrics.items()}
    final = {key: value for key, value in session.results.metrics.items() if key.startswith("test/")}
    if final:
        session.on_metrics(final, session.step, outcome.epoch)
    return found


def _say_overrides(session: Session, evidence: Evidence) -> None:
    """Tell which overrides of config.json are taken, and why the others are not; keep it as a file too."""
    model = session.run.config.model
    if not model.config:
        return
    from haechi.modeling.config_overrides import table_of
    from haechi.modeling.encoder import decide_overrides

    assert evidence.checkpoint is not None, "preflight lets no run pass without its files"
    decided = decide_overrides(evidence.checkpoint.folder, model.config, model.init)
    log.info("overrides of config.json:\n%s", table_of(decided))
    if launch.is_first():
        outputs.write_overrides(session.run.folder, decided)


def _say_what_is_trained(run: Run, model: Any, rows: Mapping[str, int]) -> None:
    millions = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    counts = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    config = run.config
    pooling = "no pooling" if config.task.objective in TOKENWISE else f"pooling {config.pooling.kind}"
    log.info(
        "%s: %s rows; %s with %.1f M parameters, %s",
        config.task.name, counts, config.model.name, millions, pooling,
    )  # fmt: skip
    if (count := launch.processes()) > 1:
        batch = config.trainer.per_device_train_batch_size
        accumulated = batch * config.trainer.gradient_accumulation_steps
        log.info(
            "%d processes: %d rows of each in a step, %d together", count, accumulated, count * accumulated
        )


def _save(session: Session, evidence: Evidence, model: Any, description: "Description") -> None:
    """Write the model's folder."""
    from haechi.modeling.save import save_model

    run = session.run
    save_model(
        model, evidence.final_tokenizer, description, run.folder / "model",
        replace=run.config.trainer.resume is not None,
    )  # fmt: skip


def _describe(session: Session, evidence: Evidence, verdict: Verdict, description: "Description") -> None:
    """Write the model's card; one that fails is said and costs nothing else."""
    folder = session.run.folder / "model"
    try:
        write_card(folder, evidence, verdict, session.results, description.labels or [])
    except Exception as error:
        log.warning("the model card was not written (%s: %s)", type(error).__name__, error)


def _report(session: Session, found: Mapping[str, Evaluated], description: "Description") -> None:
    """Write predictions and plots, and hand the model to the tracker with a sample of both sides."""
    folder, form = session.run.folder, description.input_format()
    predictions = {
        name: predictions_of(split, given, form, all_scores=True) for name, (split, given) in found.items()
    }
    outputs.write_predictions(
        folder / "predictions.jsonl",
        (
            row
            for name, items in predictions.items()
            for row in reported_rows(name, found[name].split.examples, items)
        ),
    )
    _plot(session.run, found, description.labels)
    few = [inputs_of(example) for example in found["validation"].split.examples[:SAMPLE_ROWS]]
    answers = [
        {key: value for key, value in item.items() if key not in {"scores", "candidates"}}
        for item in predictions["validation"][:SAMPLE_ROWS]
    ]
    outputs.write_model_sample(folder, few, answers)
    session.tracker.log_model(folder / "model", few, answers)


def _plot(run: Run, found: Mapping[str, Evaluated], labels: list[str] | None) -> None:
    """Draw; a plot that fails is said and costs nothing else."""
    folder, task = run.folder / "plots", run.config.task
    try:
        points = read_journal(run.folder / "metrics.jsonl")
        plots.plot_curves(points, chosen_metric(task), folder / "learning_curve.png")
        if task.objective in CLASSIFIED and labels is not None and len(labels) <= MOST_CLASSES_DRAWN:
            for name, (split, logits) in found.items():
                path = folder / f"confusion_{name}.png"
                plots.plot_confusion(np.asarray(split.labels), logits.argmax(axis=-1), labels, path)
    except Exception as error:
        log.warning("plots: not drawn (%s: %s)", type(error).__name__, error)
