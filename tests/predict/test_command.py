"""predict.py: rows of files and lines of streams through a saved model, and what is said of bad input."""

import csv
import io
import json
import os
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from checkpoints import edit_json, tiny_copy
from haechi import places
from haechi.compose import compose
from haechi.modeling.assemble import assemble
from haechi.modeling.description import FORMAT, Description
from haechi.modeling.encoder import load_backbone
from haechi.modeling.save import save_model
from haechi.predict.command import WORDS, main
from haechi.resolve import resolve
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Objective
from haechi.tokenization.build import build_tokenizer
from judging import write_rows
from running import results

TOPICS = ["경제", "스포츠", "정치"]
PAIRED = {Objective.regression}
COLUMNS = {
    Objective.classification: {"text": "title", "label": "topic"},
    Objective.regression: {"text": "one", "text_pair": "other", "label": "score"},
    Objective.token_classification: {"text": "tokens", "label": "ner_tags"},
    Objective.span: {"question": "question", "context": "context", "answers": "answers", "id": "id"},
}
LABELS = {
    Objective.classification: TOPICS, Objective.token_classification: ["O", "B-PS", "I-PS"],
}  # fmt: skip
HEADLINES = "title,topic\n한국은행 기준금리 동결,경제\n프로야구 개막전 매진,스포츠\n국회 예산안 처리,정치\n"

Make = Callable[[Objective], Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes the folder of a run whose model has not learned anything."""
    base = tmp_path_factory.mktemp("runs")

    def made(objective: Objective) -> Path:
        folder = base / objective.value
        if not folder.is_dir():
            checkpoint = tiny_copy(base / f"{objective.value} checkpoint")
            torch.manual_seed(0)
            backbone = load_backbone(checkpoint, {}, Init.pretrained, with_pooler=False)
            pooling = PoolingConfig(kind="mean")
            description = Description(
                objective.value, asdict(pooling), LABELS.get(objective), 96, True, objective in PAIRED,
                doc_stride=16, columns=COLUMNS[objective],
                between="" if objective is Objective.token_classification else None,
            )  # fmt: skip
            model = assemble(backbone, pooling, description.outputs, objective).eval()
            save_model(model, build_tokenizer(checkpoint), description, folder / "model")
        return folder

    return made


@pytest.fixture
def classifier(make: Make) -> Path:
    """The folder of a run on headlines."""
    return make(Objective.classification)


def predictions(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one diagnostic that words end in."""
    assert main(list(words)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("error:") == 1
    assert "Traceback" not in said.err
    return said.err


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Standard input with a text, not from a terminal."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_rows_of_a_file_come_out_in_their_order(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = write_rows(tmp_path / "a.csv", HEADLINES), tmp_path / "out.jsonl"
    assert main([f"run={classifier}", f"input={source}", f"output={target}", "batch_size=2"]) == 0
    rows = predictions(target)
    assert [row["row"] for row in rows] == [1, 2, 3]
    assert [row["text"] for row in rows] == [line.partition(",")[0] for line in HEADLINES.splitlines()[1:]]
    assert [row["label"] for row in rows] == TOPICS
    assert all(set(row) == {"row", "text", "label", "prediction", "score"} for row in rows)
    said = capsys.readouterr().err
    hits = sum(row["label"] == row["prediction"] for row in rows)
    assert f"accuracy {hits / 3:.4f}" in said
    assert "3 rows predicted" in said
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "out.jsonl"}


def test_the_folder_of_the_model_is_as_good_and_labels_are_not_needed(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "a.jsonl", '{"제목": "비가 온다"}\n')
    assert main([f"run={classifier / 'model'}", f"input={source}", "columns.text=제목"]) == 0
    said = capsys.readouterr()
    (row,) = map(json.loads, said.out.splitlines())
    assert set(row) == {"row", "text", "prediction", "score"}
    assert "accuracy" not in said.err


@pytest.mark.parametrize("scores", ["true", "false"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_table_has_what_lines_have(classifier: Path, tmp_path: Path, suffix: str, scores: str) -> None:
    source = write_rows(tmp_path / "a.csv", HEADLINES + '"쉼표, 와 ""따옴표""",세계\n')
    words = [f"run={classifier}", f"input={source}", f"scores={scores}"]
    for name in ("a.jsonl", f"out.{suffix}"):
        assert main([*words, f"output={tmp_path / name}"]) == 0
    with (tmp_path / f"out.{suffix}").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t" if suffix == "tsv" else ","))
    for cells, row in zip(table, predictions(tmp_path / "a.jsonl"), strict=True):
        flat = {name: str(value) for name, value in row.items() if name != "scores"}
        flat |= {f"scores.{label}": str(share) for label, share in row.get("scores", {}).items()}
        assert {name: value for name, value in cells.items() if value} == flat


@pytest.mark.parametrize(
    ("objective", "line", "wanted"),
    [(Objective.classification, "비가 온다", {"text": "비가 온다"}),
     (Objective.regression, "비가 온다\t눈이 온다", {"text": "비가 온다", "text_pair": "눈이 온다"}),
     (Objective.token_classification, "김해치 씨", {"tokens": list("김해치 씨")}),
     (Objective.span, "어디인가?\t광화문 앞이다.", {"question": "어디인가?"})],
    ids=lambda value: value.value if isinstance(value, Objective) else "",
)  # fmt: skip
def test_lines_of_standard_input(
    make: Make, objective: Objective, line: str, wanted: dict, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    typed(monkeypatch, f"{line}\r\n")
    assert main([f"run={make(objective)}"]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert {name: row[name] for name in wanted} == wanted
    assert "prediction" in row


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_a_line_is_answered_before_the_next_one_comes(
    classifier: Path, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, ours = os.openpty() if terminal else os.pipe()[::-1]
    answers, answered = os.pipe()
    said: list[str] = []

    def ask() -> None:
        for line in ("비가 온다", "눈이 온다"):
            os.write(there, f"{line}\n".encode())
            ready = select.select([answers], [], [], 20)[0]
            said.append(os.read(answers, 4096).decode() if ready else "")
        if terminal:
            os.write(there, b"\x04")
        else:
            os.close(there)

    monkeypatch.setattr(sys, "stdin", os.fdopen(ours, encoding="utf-8"))
    monkeypatch.setattr(sys, "stdout", os.fdopen(answered, "w", encoding="utf-8"))
    asking = threading.Thread(target=ask)
    asking.start()
    assert main([f"run={classifier}", "input=-"]) == 0
    asking.join()
    sys.stdin.close()
    sys.stdout.close()
    os.close(answers)
    assert [json.loads(line)["text"] for line in said] == ["비가 온다", "눈이 온다"]


def test_no_line_is_no_prediction(
    classifier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "")
    assert main([f"run={classifier}", "input=-"]) == 0
    assert capsys.readouterr().out == ""


BAD = [
    '{"title": "비가 온다"}',
    '{"title": ',
    '{"title": ["가"]}',
    '{"title": "  "}',
    '{"title": "눈이 온다"}',
]


def test_a_bad_row_stops_with_its_number_and_leaves_nothing(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["line 2, column", "row 2: `title` holds a list", "row 2: `text` is empty"]
    for bad, words in zip(BAD[1:4], said, strict=True):
        source = write_rows(tmp_path / "a.jsonl", f"{BAD[0]}\n{bad}\n{BAD[4]}\n")
        err = refused(capsys, f"run={classifier}", f"input={source}", f"output={tmp_path / 'out.jsonl'}")
        assert words in err
        assert "= help: try `on_bad_rows=skip`" in err
        assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_bad_rows_are_skipped_by_choice_and_told(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = write_rows(tmp_path / "a.jsonl", "\n".join(BAD)), tmp_path / "out.jsonl"
    words = [f"run={classifier}", f"input={source}", "on_bad_rows=skip"]
    assert main([*words, f"output={target}"]) == 0
    rows = predictions(target)
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5]
    assert ["error" in row for row in rows] == [False, True, True, True, False]
    err = capsys.readouterr().err
    assert "2 rows predicted" in err
    assert "3 rows could not be predicted on; the first is row 2: line 2" in err
    assert main([*words, f"output={tmp_path / 'out.csv'}"]) == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [bool(row["error"]) for row in csv.DictReader(file)] == [False, True, True, True, False]


def test_a_line_of_a_csv_file_with_too_many_fields_can_be_skipped(classifier: Path, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "a.csv", "title\n비가 온다\n눈이, 온다\n해가 난다\n")
    target = tmp_path / "out.jsonl"
    assert main([f"run={classifier}", f"input={source}", f"output={target}", "on_bad_rows=skip"]) == 0
    assert ["error" in row for row in predictions(target)] == [False, True, False]


def test_another_column_is_one_diagnostic_with_the_key(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "a.csv", "titel,more\n비가 온다,1\n")
    err = refused(capsys, f"run={classifier}", f"input={source}")
    assert "there is no column `title`; the file has `titel`, `more`" in err
    assert "= help: try `columns.text=titel`" in err
    assert main([f"run={classifier}", f"input={source}", "columns.text=titel"]) == 0


WITHOUT_TORCH = """
import sys
from haechi.predict.command import main
status = main(sys.argv[1:])
assert "torch" not in sys.modules
sys.exit(status)
"""


def test_another_column_is_told_before_torch_is_loaded(classifier: Path, tmp_path: Path) -> None:
    source = write_rows(tmp_path / "a.csv", "titel,more\n비가 온다,1\n")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, f"run={classifier}", f"input={source}"],
        env={**os.environ, "PYTHONPATH": str(places.ROOT / "src")}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no column `title`" in done.stderr


def test_another_encoding_is_one_diagnostic(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "a.csv", HEADLINES, "cp949")
    err = refused(capsys, f"run={classifier}", f"input={source}")
    assert "= help: try `encoding=cp949`" in err
    assert main([f"run={classifier}", f"input={source}", "encoding=cp949"]) == 0


def test_a_newer_model_is_one_diagnostic(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(classifier, folder)
    edit_json(folder / "model" / "haechi.json", lambda content: content.update(format=FORMAT + 1, more=1))
    source = write_rows(tmp_path / "a.csv", HEADLINES)
    assert "was written by a newer Haechi" in refused(capsys, f"run={folder}", f"input={source}")
    edit_json(folder / "model" / "haechi.json", lambda content: content.update(format=FORMAT))
    assert "no description of a model" in refused(capsys, f"run={folder}", f"input={source}")


def test_damaged_weights_are_one_diagnostic(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(classifier, folder)
    source = write_rows(tmp_path / "a.csv", HEADLINES)
    for name in ("model.safetensors", "head.safetensors"):
        path = folder / "model" / name
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        assert "cannot be loaded" in refused(capsys, f"run={folder}", f"input={source}")
        path.unlink()
        assert "cannot be loaded" in refused(capsys, f"run={folder}", f"input={source}")
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["ruN=x"], "there is no key `ruN`"), (["x.csv"], "is no `key=value`"), ([], "not said which run"),
     (["run=x", "scores=yes"], "`scores` is true or false"), (["run=/nowhere"], "there is no folder"),
     (["run=R", "batch_size=0"], "whole number from 1"), (["run=R", "output=a.txt"], "not as `.txt`"),
     (["run=R", "input=a.csv", "output=no/a.csv"], "there is no folder `no`"),
     (["run=R", "input=missing.csv"], "there is no such file"), (["run=R", "input=a.doc"], "no such file"),
     (["run=R", "--columns-text=x", "input=a.csv"], "try `columns.text=x`")],
)  # fmt: skip
def test_what_cannot_be_done_is_one_diagnostic(
    classifier: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *[word.replace("run=R", f"run={classifier}") for word in words])


def test_the_input_is_not_replaced(
    classifier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_rows(tmp_path / "a.csv", HEADLINES)
    assert "is the file that is read" in refused(
        capsys, f"run={classifier}", f"input={source}", f"output={source}"
    )
    assert source.read_text("utf-8") == HEADLINES


def test_help_lists_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {key} " in said for key in WORDS)


def test_a_sequence_of_rows_is_never_held_as_a_whole(
    classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haechi.predict import command
    from haechi.predict.input import Input

    held, most = 0, 0
    rows = Input.__iter__

    def counted(self: Input) -> Iterator:
        nonlocal held, most
        for item in rows(self):
            held += 1
            most = max(most, held)
            yield item

    class Sink(command.JsonLines):
        def write(self, row: dict) -> None:
            nonlocal held
            held -= 1
            super().write(row)

    monkeypatch.setattr(Input, "__iter__", counted)
    monkeypatch.setattr(command, "JsonLines", Sink)
    source = write_rows(tmp_path / "a.csv", "title\n" + "비가 온다\n" * 500)
    assert (
        main([f"run={classifier}", f"input={source}", f"output={tmp_path / 'o.jsonl'}", "batch_size=8"]) == 0
    )
    assert (held, most) == (0, 8 * command.BATCHES_AT_ONCE)


PEAK = """
import resource, sys
from haechi.predict.command import main
status = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(classifier: Path, tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 20_000):
        source = write_rows(
            tmp_path / f"{count}.csv", "title\n" + "".join(f"비가 {n}\n" for n in range(count))
        )
        done = subprocess.run(
            [sys.executable, "-c", PEAK, f"run={classifier}", f"input={source}",
             f"output={tmp_path / 'out.jsonl'}", "batch_size=256"],
            env={**os.environ, "PYTHONPATH": str(places.ROOT / "src")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(done.stdout))
        assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == count
    assert peaks[1] < peaks[0] * 1.05


@pytest.mark.slow
@pytest.mark.parametrize("task", ["topic", "sts", "nli", "re", "ner", "mrc"])
def test_predictions_are_those_of_the_run(
    tmp_path: Path, task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from haechi.pipeline import execute

    folder = tmp_path / "run"
    more = ["trainer.max_steps=4", "trainer.eval_strategy=no", "trainer.precision=float32", "tracking=none"]
    composed = compose([f"task=sample_{task}", *more, "notify=none", f"run_dir={folder}"])
    execute(resolve(composed, composed.hydra))
    source, target = places.SAMPLES / task / "validation.jsonl", tmp_path / "out.jsonl"
    capsys.readouterr()
    assert main([f"run={folder}", f"input={source}", f"output={target}", "scores=true"]) == 0
    said = capsys.readouterr().err
    wanted = [row for row in predictions(folder / "predictions.jsonl") if row.pop("split") == "validation"]
    for found, row in zip(predictions(target), wanted, strict=True):
        assert found.keys() == row.keys()
        same(found, row)
    for name, value in results(folder)["metrics"].items():
        if name.startswith("validation/") and name.count("/") == 1:
            assert f"{name.partition('/')[2]} {value:.4f}" in said


def same(found: dict, row: dict) -> None:
    """Two rows agree, their numbers to five digits."""
    for name, value in row.items():
        if name == "candidates":  # of nearly equal shares either may come first
            assert len(found[name]) == len(value)
        else:
            near = name in {"score", "scores"} or isinstance(value, float)
            assert found[name] == (pytest.approx(value, abs=1e-5) if near else value), name
