"""The run, in order: judge, load, encode, build, train, evaluate, save."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from haechi import outputs, plots
from haechi.preflight.check import Refused, check
from haechi.preflight.diagnostic import Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.labels import head_labels, is_classified
from haechi.resolve import Run
from haechi.rows.fault import FileFault
from haechi.rows.splits import Split, draw, split_off_validation
from haechi.schema.metric import chosen_metric
from haechi.session import Session, open_session
from haechi.tracking.journal import read_journal

log = logging.getLogger(__name__)

MOST_CLASSES_DRAWN = 40


def execute(run: Run) -> float:
    """Run one job; the metric that a sweep optimizes comes back.

    Whatever happens, the run's folder says how it ended, the tracking server hears of it as far as it
    can be reached, and the message is sent as far as it can be.

    Raises:
        Refused: the run was judged unfit once the hub's files were here.
    """
    with open_session(run) as session:
        evidence = _judge(run, session)
        # Of all train rows: a rare class must not vanish with the rows that are split off or left out.
        labels = head_labels(evidence) if is_classified(evidence) else None
        splits = _splits(run, evidence)
        session.results.rows = {name: len(split.examples) for name, split in splits.items()}
        model, found = _fine_tune(run, session, evidence, splits, labels)
        _save(session, evidence, model, labels)
        _report(session, splits, found, labels)
    return session.results.metrics[f"validation/{chosen_metric(run.config.task)}"]


def _judge(run: Run, session: Session) -> Evidence:
    """Judge with every row and, for a hub checkpoint, with its weights' header."""
    loaded: dict[str, Split | FileFault] = {}
    task = run.config.task
    if not task.files.train and task.dataset.path:
        from haechi.data.hub import load_from_hub

        try:
            loaded.update(load_from_hub(task))
        except FileFault as fault:
            loaded["train"] = fault
    evidence = Evidence(run, weights=True, full=True, loaded=loaded)
    verdict = check(evidence)
    path = outputs.write_verdict(run, verdict)
    session.tracker.log_files([path])
    session.results.warnings = [
        item.code for item in verdict.diagnostics if item.severity is not Severity.note
    ]
    if verdict.refused:
        raise Refused(verdict)
    return evidence


def _splits(run: Run, evidence: Evidence) -> dict[str, Split]:
    """The run's splits: validation split off where none is named, train rows drawn where few are wanted."""
    task, seed = run.config.task, run.config.seed
    splits = {split.name: split for split in evidence.readable_splits}
    if "validation" not in splits:
        splits["train"], splits["validation"] = split_off_validation(
            splits["train"], task.validation_share, seed
        )
        moved, share = len(splits["validation"].examples), task.validation_share
        log.info(
            "validation: none is named, so %s train rows (%.0f %%) are split off", f"{moved:,}", 100 * share
        )
    splits["train"] = draw(splits["train"], task.max_train_rows, seed)
    return splits


def _fine_tune(
    run: Run, session: Session, evidence: Evidence, splits: Mapping[str, Split], labels: list[str] | None
) -> tuple[Any, dict[str, np.ndarray]]:
    """Encode, build, train and evaluate: the model with its best weights, and its outputs on each split."""
    from haechi.data.encode import encode
    from haechi.modeling.build import build_model
    from haechi.training import hf
    from haechi.training.metrics import compute_metrics

    config, tokenizer = run.config, evidence.final_tokenizer
    encoded = {
        name: encode(
            split.examples,
            tokenizer,
            max_length=config.tokenizer.max_length,
            token_type_ids=evidence.takes_token_type_ids,
            labels=labels,
        )
        for name, split in splits.items()
    }
    model = build_model(run, evidence, outputs=len(labels) if labels else 1)
    _say_what_is_trained(run, model, session.results.rows)
    trainer, outcome = hf.train(
        model,
        encoded,
        task=config.task,
        config=config.trainer,
        labels=labels,
        seed=config.seed,
        pad_token_id=tokenizer.id("pad") or 0,
        folder=run.folder / "checkpoints",
        on_metrics=session.on_metrics,
    )
    session.results.best = outcome.best
    found: dict[str, np.ndarray] = {}
    for name in ("validation", "test"):
        if name in encoded:
            found[name] = hf.predict(trainer, encoded[name], is_validation=name == "validation")
            targets = np.asarray(encoded[name].labels)
            metrics = compute_metrics(config.task.objective, found[name], targets, labels)
            session.results.metrics |= {f"{name}/{key}": value for key, value in metrics.items()}
    final = {key: value for key, value in session.results.metrics.items() if key.startswith("test/")}
    if final:
        session.on_metrics(final, session.step, float(trainer.state.epoch or 0.0))
    return model, found


def _say_what_is_trained(run: Run, model: Any, rows: Mapping[str, int]) -> None:
    millions = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    counts = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    config = run.config
    log.info(
        "%s: %s rows; %s with %.1f M parameters, pooling %s",
        config.task.name, counts, config.model.name, millions, config.pooling.kind,
    )  # fmt: skip


def _save(session: Session, evidence: Evidence, model: Any, labels: list[str] | None) -> None:
    """Write the model's folder."""
    from haechi.modeling.save import Description, save_model

    config = session.run.config
    description = Description(
        objective=config.task.objective.value,
        pooling=asdict(config.pooling),
        labels=labels,
        max_length=config.tokenizer.max_length,
        token_type_ids=evidence.takes_token_type_ids,
        text_pair=evidence.is_paired,
    )
    save_model(model, evidence.final_tokenizer, description, session.run.folder / "model")


def _report(
    session: Session, splits: Mapping[str, Split], found: Mapping[str, np.ndarray], labels: list[str] | None
) -> None:
    """Write predictions and plots, and hand the model to the tracker with a sample of both sides."""
    folder = session.run.folder
    rows = list(_prediction_rows(splits, found, labels))
    outputs.write_predictions(folder / "predictions.jsonl", rows)
    _plot(session.run, splits, found, labels)
    inputs = [{key: row[key] for key in ("text", "text_pair") if key in row} for row in rows[:2]]
    session.tracker.log_model(folder / "model", inputs, [_answer(row) for row in rows[:2]])


def _prediction_rows(
    splits: Mapping[str, Split], found: Mapping[str, np.ndarray], labels: list[str] | None
) -> Iterator[dict[str, Any]]:
    """Rows of predictions.jsonl: the text, its label, what was predicted and with which scores."""
    for name, logits in found.items():
        shifted = logits - logits.max(axis=-1, keepdims=True)
        shares = np.exp(shifted) / np.exp(shifted).sum(axis=-1, keepdims=True)
        for example, row, share in zip(splits[name].examples, logits, shares, strict=True):
            item: dict[str, Any] = {"split": name, "row": example.row, "text": example.text}
            if example.text_pair is not None:
                item["text_pair"] = example.text_pair
            if labels is None:
                item |= {"label": float(example.label), "prediction": float(row[0])}
            else:
                scores = {label: round(float(value), 6) for label, value in zip(labels, share, strict=True)}
                best = labels[int(row.argmax())]
                item |= {"label": str(example.label), "prediction": best, "scores": scores}
            yield item


def _answer(row: Mapping[str, Any]) -> dict[str, Any]:
    """A prediction as the served model gives it."""
    if "scores" in row:
        return {"label": row["prediction"], "score": max(row["scores"].values())}
    return {"score": row["prediction"]}


def _plot(
    run: Run, splits: Mapping[str, Split], found: Mapping[str, np.ndarray], labels: list[str] | None
) -> None:
    """Draw; a plot that fails is said and costs nothing else."""
    folder = run.folder / "plots"
    try:
        points = read_journal(run.folder / "metrics.jsonl")
        plots.plot_curves(points, chosen_metric(run.config.task), folder / "learning_curve.png")
        if labels is not None and len(labels) <= MOST_CLASSES_DRAWN:
            for name, logits in found.items():
                targets = np.asarray([labels.index(str(item.label)) for item in splits[name].examples])
                plots.plot_confusion(
                    targets, logits.argmax(axis=-1), labels, folder / f"confusion_{name}.png"
                )
    except Exception as error:
        log.warning("plots: not drawn (%s: %s)", type(error).__name__, error)
