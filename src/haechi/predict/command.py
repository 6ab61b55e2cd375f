"""The command line of predict.py: a run's model on rows of a file, or on lines of a stream."""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from haechi.fault import RunFault
from haechi.predict.output import ERROR, JsonLines, Table, Writer, checked, opened, table_columns
from haechi.rows.examples import Example
from haechi.rows.fault import CellFault, FileFault
from haechi.saved import find_model
from haechi.schema.task import Columns
from haechi.words import BOOLEAN, HELP, Word, help_text, read_words, whole_number

if TYPE_CHECKING:
    from io import BufferedReader

    from haechi.modeling.description import Description
    from haechi.predict.input import Input
    from haechi.predict.model import SavedModel
    from haechi.predict.scoring import Scorer
    from haechi.tokenization.runtime import RuntimeTokenizer

FAULT = 2
EXAMPLE = "python src/predict.py run=outputs/sample_topic/RUN input=headlines.csv output=predictions.jsonl"
PURPOSE = """\
Predict with the model of a run: on the rows of a file, or on the lines of standard input (a text a line, for
pairs and for a question with its context a tab between, for relations a JSON object a line)."""
COLUMN_WORDS = {
    f"columns.{item.name}": Word("the column's name in this file; else that of the training")
    for item in fields(Columns)
}
WORDS = {
    "run": Word("folder of the run, or its folder model/"),
    "input": Word("csv, tsv, json, jsonl or parquet file; - is standard input"),
    "output": Word("jsonl, csv or tsv file; without it standard output"),
    **COLUMN_WORDS,
    "encoding": Word("text encoding of the input", "utf-8"),
    "quoting": Word("whether a double quote opens a quoted field in csv and tsv", "true", BOOLEAN),
    "batch_size": Word("rows that go through the model at once", "64"),
    "on_bad_rows": Word("stop at a row that cannot be predicted on, or write it with an `error`", "stop",
                        ("stop", "skip")),
    "scores": Word("the scores of all classes, or the best answers", "false", BOOLEAN),
    "device": Word("where the model computes", "auto", ("auto", "cpu", "cuda")),
}  # fmt: skip
# Rows that are sorted by length together, as batches: what is held in memory at a time.
BATCHES_AT_ONCE = 8


@dataclass
class Count:
    """What became of the rows."""

    rows: int = 0
    bad: int = 0
    first_bad: str = ""


def main(arguments: Sequence[str]) -> int:
    """Predict; the exit status comes back: 0, 2 for a diagnostic, 130 for Ctrl-C."""
    if any(item in HELP for item in arguments):
        sys.stdout.write(help_text(PURPOSE, WORDS, EXAMPLE))
        return 0
    try:
        with _heard():
            _predict(read_words(arguments, WORDS, EXAMPLE))
    except RunFault as fault:
        return _refuse(fault.text)
    except FileFault as fault:
        return _refuse(_fault_of(fault).text)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refuse(RunFault(f"the predictions could not be written: {error.strerror or error}").text)
    except KeyboardInterrupt:
        _refuse("interrupted: no predictions were written")
        return 130
    return 0


_ctrl_c = Event()


@contextmanager
def _heard() -> Iterator[None]:
    """Have Ctrl-C remembered: what it raises is lost where it comes in the middle of an import."""

    def hear(number: int, frame: FrameType | None) -> None:
        _ctrl_c.set()
        raise KeyboardInterrupt

    _ctrl_c.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _predict(words: dict[str, str]) -> None:
    if "run" not in words:
        raise RunFault("it is not said which run's model is to be used", [], [EXAMPLE])
    folder, source = find_model(words["run"]), _source(words.get("input"))
    target = checked(words.get("output"), source)
    size = whole_number(words, "batch_size")
    from haechi.modeling.description import read_description
    from haechi.predict.model import SavedModel
    from haechi.tokenization.build import build_tokenizer

    tokenizer = build_tokenizer(folder)
    rows = _rows(words, source, read_description(folder), tokenizer)
    # torch takes seconds to import, so what can be wrong without it has been looked at.
    model = SavedModel(folder, size, _device(words["device"]), tokenizer=tokenizer)
    scores, skip = words["scores"] == "true", words["on_bad_rows"] == "skip"
    with opened(target) as file:
        writer = _writer(file, target, model, rows, scores)
        count, scorer = _write(writer, rows, model, size * BATCHES_AT_ONCE, scores, skip)
    _say(count, scorer, target)


def _source(given: str | None) -> Path | None:
    """The file to read; None is standard input."""
    if given is not None and given != "-":
        return Path(given).expanduser()
    if given is None and (sys.stdin is None or sys.stdin.isatty()):
        raise RunFault("there is nothing to predict on", ["input=- reads lines that are typed"],
                       ["input=file.csv"])  # fmt: skip
    return None


def _device(wanted: str) -> str:
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise RunFault("torch finds no GPU", [], ["device=cpu"])
    return "cuda" if there and wanted != "cpu" else "cpu"


def _rows(
    words: dict[str, str], source: Path | None, model: "Description", tokenizer: "RuntimeTokenizer"
) -> "Input":
    """What is to be predicted on."""
    from haechi.predict.input import from_file, from_stream

    if source is None:
        try:
            "".encode(words["encoding"])
        except LookupError:
            raise RunFault(
                f"there is no text encoding `{words['encoding']}`", [], ["encoding=utf-8"]
            ) from None
        stream = cast("BufferedReader", sys.stdin.buffer)
        return from_stream(stream, words["encoding"], model, tokenizer)
    typed = {key.partition(".")[2]: value for key, value in words.items() if key in COLUMN_WORDS}
    known = {item.name for item in fields(Columns)}
    named = {name: value for name, value in model.columns.items() if name in known}
    columns = Columns(**_usual(model) | named | typed)
    quoting = words["quoting"] == "true"
    return from_file(source, words["encoding"], quoting, columns, model, tokenizer)


def _usual(model: "Description") -> dict[str, str]:
    """Names of columns where the model's folder, of an older Haechi, has none."""
    if model.columns:
        return {}
    names = {item.name: item.name for item in fields(Columns)}
    return names if model.text_pair else {name: it for name, it in names.items() if name != "text_pair"}


def _writer(file: Any, target: Path | None, model: "SavedModel", rows: "Input", scores: bool) -> Writer:
    if target is None or target.suffix.lower() == ".jsonl":
        return JsonLines(file)
    form = model.form
    columns = table_columns(
        form.objective, form.labels, text_pair=form.text_pair, labelled=rows.labelled, all_scores=scores
    )
    return Table(file, "\t" if target.suffix.lower() == ".tsv" else ",", columns)


def _write(
    writer: Writer, rows: "Input", model: "SavedModel", at_once: int, scores: bool, skip: bool
) -> "tuple[Count, Scorer]":
    """Predict and write, a few batches at a time."""
    from tqdm.auto import tqdm

    from haechi.predict.scoring import Scorer

    count, scorer = Count(), Scorer(model.form, model.description.positive_from)
    with closing(tqdm(unit=" rows", disable=not sys.stderr.isatty(), mininterval=0.5)) as bar:
        for items in rows.chunks(at_once):
            for item, prediction in zip(items, _answers(items, model, skip), strict=True):
                writer.write(_row(item, prediction, rows, scorer, count, scores))
            bar.update(len(items))
            if _ctrl_c.is_set():
                raise KeyboardInterrupt
            sys.stdout.flush()
    return count, scorer


def _answers(
    items: Sequence[Example | CellFault], model: "SavedModel", skip: bool
) -> Iterator[dict[str, Any]]:
    """A prediction for each example; what is wrong with a row, under `error`, in the place of one.

    Raises:
        CellFault: a row cannot be predicted on, and such rows are not to be skipped.
        RunFault: the same, found by the tokenizer.
    """
    from haechi.predict.model import unlabelled

    if not skip and (fault := next((item for item in items if isinstance(item, CellFault)), None)):
        raise fault
    labels = model.form.labels
    examples = [unlabelled(item, labels) for item in items if isinstance(item, Example)]
    try:
        found = iter(model.predict(examples, all_scores=True))
    except RunFault:
        if not skip:
            raise
        found = iter([_one(example, model) for example in examples])
    return (next(found) if isinstance(item, Example) else {ERROR: str(item.what)} for item in items)


def _one(example: Example, model: "SavedModel") -> dict[str, Any]:
    try:
        return model.predict([example], all_scores=True)[0]
    except RunFault as fault:
        return {ERROR: str(fault)}


def _row(
    item: Example | CellFault, prediction: dict[str, Any], rows: "Input", scorer: "Scorer", count: Count,
    scores: bool,
) -> dict[str, Any]:  # fmt: skip
    from haechi.predictions import reported_row

    count.rows += 1
    if isinstance(item, CellFault) or ERROR in prediction:
        count.bad += 1
        count.first_bad = count.first_bad or f"row {item.row}: {prediction[ERROR]}"
        return {"row": item.row, ERROR: prediction[ERROR]}
    labelled = rows.is_labelled(item)
    if labelled:
        scorer.add(item, prediction)
    if not scores:
        prediction = {
            name: value for name, value in prediction.items() if name not in {"scores", "candidates"}
        }
    return reported_row(item, prediction, labelled=labelled)


def _say(count: Count, scorer: "Scorer", target: Path | None) -> None:
    """What was done, on stderr, so that it is no part of the predictions."""
    done = count.rows - count.bad
    lines = [f"{done:,} {'row' if done == 1 else 'rows'} predicted" + (f": {target}" if target else "")]
    if count.bad:
        word = "row" if count.bad == 1 else "rows"
        lines.append(f"{count.bad:,} {word} could not be predicted on; the first is {count.first_bad}")
    metrics = {name: value for name, value in scorer.metrics().items() if "/" not in name}
    if metrics:
        shown = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
        lines.append(f"{shown}, on {scorer.rows:,} rows that have a label")
    elif scorer.overflowed:
        lines.append(f"{scorer.rows:,} rows have a label, which are too many to score here")
    sys.stderr.write("\n".join(lines) + "\n")


def _fault_of(fault: FileFault) -> RunFault:
    """What is wrong with a file, with the keys of this command line."""
    fixes = [" ".join(item.removeprefix("task.") for item in fix) for fix in fault.fixes]
    if isinstance(fault, CellFault):
        fixes.append("on_bad_rows=skip")
        place = "" if str(fault.message).startswith(("row ", "line ")) else f"row {fault.row}: "
        return RunFault(f"{fault.path}: {place}{fault.message}", [], fixes)
    return RunFault(f"{fault.path}: {fault.message}", [], fixes)


def _refuse(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return FAULT
