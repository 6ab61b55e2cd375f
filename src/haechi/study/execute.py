"""A study, in order: judge, take sentences apart, one pass, scores, words for what was found."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from haechi import launch
from haechi.fault import RunFault
from haechi.modeling.describe import describe
from haechi.pipeline import judge_with_rows, splits_of
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run
from haechi.rows.splits import draw
from haechi.schema.model import ModelConfig
from haechi.schema.task import Objective
from haechi.session import Session, open_session
from haechi.study import baselines
from haechi.study.bootstrap import Resampler
from haechi.study.cells import (
    EMBEDDINGS,
    PAIR,
    POOLER,
    Cell,
    grid,
    layers_wanted,
    poolings_wanted,
)
from haechi.study.collect import Vectors, plan_of
from haechi.study.conclusion import command, conclude, paper_order, typeable
from haechi.study.encoding import Reader, encoded, open_reader
from haechi.study.evaluation import add, best_pair, evaluate
from haechi.study.findings import Findings
from haechi.study.finetune import finetune, refuse_unless_possible
from haechi.study.measures import Measures, measures_of
from haechi.study.ranking import Ranking
from haechi.study.sentences import Corpus, build_corpus
from haechi.study.static_vectors import StaticVectors, read_static_vectors
from haechi.study.telling import report
from haechi.study.token_report import look_at_tokens, summary

log = logging.getLogger(__name__)


def execute(run: Run) -> float:
    """Study one model on one task; the best setting's score comes back.

    Raises:
        Refused: the run was judged unfit once the hub's files were here.
        RunFault: there is nothing to study, or a file of the study's own is no good.
    """
    if launch.processes() > 1:
        raise RunFault(
            f"a study is one process, and a launcher has started {launch.processes()}",
            ["one pass over the sentences is soon done"],
            ["python src/study.py ..."],
        )
    with open_session(run, "study") as session:
        refuse_unless_possible(run)
        evidence, _ = judge_with_rows(replace(run, trains=False), session)
        corpus = _corpus(run, session, evidence)
        measures = measures_of(run.config.task, corpus)
        statics = _static_vectors(run, corpus)
        reader = open_reader(run, evidence, describe(evidence).input_format())
        found = _study(run, session, reader, measures, statics)
        if run.config.study.finetune:
            found.finetuned = finetune(run, found.ranking, found.layers)
            found.conclusion += f" {found.finetuned['sentence']}"
        report(run, session, found)
    return found.ranking[found.ranking.best].value


def _corpus(run: Run, session: Session, evidence: Evidence) -> Corpus:
    config = run.config
    splits = splits_of(run, evidence)
    drawn = {name: draw(split, config.study.max_rows, config.seed) for name, split in splits.items()}
    labels = describe(evidence).labels
    corpus = build_corpus(
        drawn["train"], drawn["validation"], config.task.objective, labels, config.study.prefix
    )
    session.results.rows = {"train": len(corpus.train), "validation": len(corpus.validation)}
    log.info(
        "%s: %s train and %s validation rows, %s different sentences",
        config.task.name, f"{len(corpus.train):,}", f"{len(corpus.validation):,}",
        f"{len(corpus.sentences):,}",
    )  # fmt: skip
    return corpus


def _static_vectors(run: Run, corpus: Corpus) -> StaticVectors | None:
    """Read before anything is encoded: a file that is no good shows at once."""
    path = run.config.study.static_vectors
    if path is None:
        return None
    found = read_static_vectors(Path(path).expanduser(), corpus.texts)
    log.info(
        "static vectors: %s words of width %d, %.0f %% of the sentences' words",
        f"{len(found.vectors):,}", found.width, 100 * found.covered,
    )  # fmt: skip
    return found


def _study(
    run: Run, session: Session, reader: Reader, measures: Measures, statics: StaticVectors | None
) -> Findings:
    study, last, corpus = run.config.study, reader.layers, measures.corpus
    poolings, layers = poolings_wanted(study.poolings), layers_wanted(study.layers, last)
    has_pooler = getattr(reader.backbone, "pooler", None) is not None
    notes = _notes(run, poolings, has_pooler, statics)
    plan = plan_of(poolings, layers, last, has_pooler=has_pooler)
    cells = grid(poolings, layers, last, has_pooler=has_pooler)
    _refuse_nothing(cells, measures)
    with encoded(reader, corpus.sentences, plan, run) as (vectors, cost):
        started = time.perf_counter()
        scored = evaluate(cells, vectors, measures)
        if PAIR in poolings and (pair := best_pair(layers, last, vectors, measures)) is not None:
            add(scored, pair, vectors, measures)
        others = _baselines(measures, vectors, statics)
        cost["scores_seconds"] = round(time.perf_counter() - started, 3)
        log.info("scores of %d settings: %.1f s", len(scored.cells), cost["scores_seconds"])
        started = time.perf_counter()
        resampler = Resampler(study.bootstrap, run.config.seed)
        ranking = Ranking({**scored.scores, **others}, scored.cells, measures.main, resampler)
        cost["intervals_seconds"] = round(time.perf_counter() - started, 3)
        order = paper_order(ranking, last)
        found = Findings(
            task=run.config.task.name, model=called(run.config.model), objective=corpus.objective.value,
            layers=last, rows=dict(session.results.rows), encoded=scored, baselines=others, ranking=ranking,
            resampler=resampler, order=order, cost=cost, notes=notes, init=run.config.model.init.value,
            prefix=study.prefix, samples_of=_samples_of(run, corpus, measures.main),
        )  # fmt: skip
        _look_at_tokens(run, reader, found, vectors, measures)
    found.conclusion = conclude(ranking, run.config, found.model, last, len(corpus.validation), order)
    _say_what_to_type(run, found)
    return found


def _refuse_nothing(cells: Sequence[Cell], measures: Measures) -> None:
    """Say before the pass that there is nothing to rank.

    Raises:
        RunFault: no setting, or no row that a setting could be scored on.
    """
    if not cells:
        raise RunFault(
            "`study.poolings` names nothing that this checkpoint has",
            ["it stores no pooler; a pair of layers alone is compared with nothing"],
            ["~study.poolings"],
        )
    if measures.main == "mrr" and not len(measures.asked_R):
        raise RunFault("no validation row has two different texts, so there is no pair to be found")


def _samples_of(run: Run, corpus: Corpus, main: str) -> str:
    """A digest of the validation rows, the score and the draws."""
    rows = [(item.text, item.text_pair, str(item.label)) for item in corpus.validation.examples]
    said = repr((main, run.config.seed, run.config.study.bootstrap, rows))
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def called(model: ModelConfig) -> str:
    """The model's name; of a folder that is no option its last part."""
    return Path(model.checkpoint).name if model.name == "local" else model.name


def _look_at_tokens(run: Run, reader: Reader, found: Findings, vectors: Vectors, measures: Measures) -> None:
    """The token report of the best setting that train.py has."""
    placed, study = typeable(found.ranking, found.layers), run.config.study
    if placed is None or placed.cell is None or not study.token_sentences:
        return
    started, cell = time.perf_counter(), placed.cell
    vectors_ND = vectors.of(cell.pooling, cell.layers)
    looked = look_at_tokens(
        reader, cell, vectors_ND, measures, study.token_sentences, run.config.seed, study.prefix
    )
    found.looked, found.tokens = looked, summary(looked, cell)
    if "part_note" in found.tokens:
        found.notes.append(found.tokens["part_note"])
    found.cost["tokens_seconds"] = round(time.perf_counter() - started, 3)
    log.info("tokens of %d sentences: %.1f s", len(looked), found.cost["tokens_seconds"])


def _notes(run: Run, poolings: list[str], has_pooler: bool, statics: StaticVectors | None) -> list[str]:
    notes: list[str] = []
    if POOLER in poolings and not has_pooler:
        notes.append("the checkpoint stores no pooler, so `pooler` is left out")
    if run.config.study.prefix:
        notes.append("train.py puts no prefix in front of a text: what it trains reads other text")
    if statics is not None:
        notes.append(f"{statics.covered:.0%} of the words have a vector in `study.static_vectors`")
    return notes


def _baselines(measures: Measures, vectors: Vectors, statics: StaticVectors | None) -> dict[str, Any]:
    found = {EMBEDDINGS: measures.of(vectors.of(EMBEDDINGS, ()))}
    if statics is not None:
        found[baselines.STATIC] = measures.of(statics.averages(measures.corpus.texts))
    found[baselines.TFIDF] = baselines.tfidf(measures)
    found[baselines.MAJORITY] = baselines.majority(measures)
    return found


def _say_what_to_type(run: Run, found: Findings) -> None:
    """The command of the best setting that train.py has, and why it is not the best of all, if so."""
    placed = typeable(found.ranking, found.layers)
    if placed is None:
        return
    found.command = command(run.config, run.overrides, placed, found.layers)
    assert placed.cell is not None
    typed = " ".join(placed.cell.overrides(found.layers) or [])
    best = found.ranking.best
    if run.config.task.objective is Objective.span:
        found.conclusion += (
            " A head of spans reads every token, so train.py takes no pooling for this task; "
            f"for a retriever of contexts the setting is `{typed}`."
        )
        return
    if placed.name == best:
        found.conclusion += f" To train with it: `{typed}`."
        if run.config.task.objective is Objective.pair_classification:
            found.notes.append("train.py reads both texts as one input; here each was read by itself")
        return
    noise = "within the noise" if placed.is_within_noise else "more than the noise"
    found.conclusion += (
        f" train.py averages no such pair of layers; the best that it has is `{placed.name}` "
        f"({placed.value:.3f}, {noise}): `{typed}`."
    )
