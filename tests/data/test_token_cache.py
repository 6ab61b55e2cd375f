"""Tokens that were kept are those that encoding gives, and nothing that happens to the files costs a run."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
from tokenizers import models, processors

from checkpoints import tiny_copy
from full_disk import small_files
from haechi import places
from haechi.compose import compose
from haechi.data import token_cache
from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.data.input_format import AnswerSearch, InputFormat
from haechi.data.split import EncodedSplit
from haechi.data.token_cache import encode_splits
from haechi.pipeline import execute
from haechi.resolve import resolve
from haechi.rows.examples import Answer, Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.schema.task import Markers, Objective, PairEncoder
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import add_tokens
from haechi.tokenization.runtime import RuntimeTokenizer
from tasks import task, write_csv

ROWS = 12
TOPICS = ["정치", "스포츠"]
TAGS = ["O", "B-LC", "I-LC"]
FORM = InputFormat(Objective.classification, 32, labels=TOPICS)


@pytest.fixture(autouse=True)
def folder(outputs: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Path:
    """Where the files are. Whatever the amount of text, it is worth one."""
    monkeypatch.setattr(token_cache, "LEAST_CHARACTERS", 0)
    caplog.set_level(logging.INFO)
    return outputs / "cache" / "tokens"


def titles() -> list[Example]:
    return [Example(row, f"여야 {row}번 충돌", None, TOPICS[row % 2]) for row in range(1, ROWS + 1)]


def pairs(label: object = "정치") -> list[Example]:
    return [Example(row, f"{row}번 충돌", f"여야가 {row}번", label) for row in range(ROWS)]


def relations() -> list[Example]:
    found: list[Example] = []
    for row in range(ROWS):
        text = f"김해치는 {row}번 광화문연구소에서 일한다."
        start = text.index("광화문")
        subject, object_ = Entity(0, 3, "PER"), Entity(start, start + 6, "ORG")
        found.append(RelationExample(row, text, None, TOPICS[row % 2], subject=subject, object=object_))
    return found


def tagged() -> list[Example]:
    found: list[Example] = []
    for row in range(ROWS):
        text = f"서울에 {row}번 갔다"
        tags = ["B-LC", "I-LC", *["O"] * (len(text) - 2)]
        found.append(TaggedExample(row, text, None, None, tokens=list(text), tags=tags))
    return found


def questions() -> list[Example]:
    """Two in three have an answer, behind more words than a window holds."""
    found: list[Example] = []
    for row in range(ROWS):
        context = "해치는 광화문 앞 돌계단에 앉아 불을 막았다. " * 12 + f"{row}번 막았다."
        answers = (Answer(context.index(f"{row}번"), f"{row}번"),) if row % 3 else ()
        found.append(
            QuestionExample(
                row,
                f"{row}번째로 몇 번 막았나",
                context,
                None,
                id=str(row),
                answers=answers,
                is_impossible=not answers,
            )
        )
    return found


def kept(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat = FORM, name: str = "train"
) -> EncodedSplit:
    return encode_splits({name: examples}, tokenizer, form)[name]


def last_line(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.records[-1].getMessage()


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def assert_equal(found: EncodedSplit, expected: EncodedSplit) -> None:
    for item in fields(EncodedSplit):
        one, other = getattr(found, item.name), getattr(expected, item.name)
        assert one == other, item.name
        if one and item.name not in {"examples", "search"}:
            assert list(map(type, one)) == list(map(type, other)), item.name


FORMS = {
    "classes": (titles, replace(FORM, token_type_ids=True)),
    "scores": (lambda: pairs(3.5), InputFormat(Objective.regression, 32, text_pair=True)),
    "rows without labels": (lambda: pairs(None), replace(FORM, text_pair=True)),
    "pairs": (
        pairs,
        InputFormat(Objective.pair_classification, 32, True, TOPICS, text_pair=True, special_tokens=True),
    ),
    "bi-encoder": (
        lambda: pairs(1),
        InputFormat(
            Objective.regression, 32, True, text_pair=True, encoder=PairEncoder.bi, special_tokens=True
        ),
    ),
    "relations": (relations, InputFormat(Objective.relation, 32, True, TOPICS, special_tokens=True)),
    "typed markers": (relations, InputFormat(Objective.relation, 9, labels=TOPICS, markers=Markers.typed)),
    "tags": (tagged, InputFormat(Objective.token_classification, 32, True, TAGS)),
    "cut tags": (tagged, InputFormat(Objective.token_classification, 4, labels=TAGS)),
    "windows": (
        questions,
        InputFormat(Objective.span, 96, True, doc_stride=8, search=AnswerSearch(5, 7, 0.5)),
    ),
}


@pytest.mark.parametrize("case", FORMS)
def test_what_was_kept_is_what_encoding_gives(
    case: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows_of, form = FORMS[case]
    examples = rows_of()
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    markers = marker_tokens(form.markers, (["PER"], ["ORG"]))
    tokenizer, _ = add_tokens(tokenizer, [], markers, NewTokens.auto)
    expected = encode(examples, tokenizer, form)
    assert_equal(kept(examples, tokenizer, form), expected)
    assert "12 train rows encoded in " in last_line(caplog)
    found = kept(examples, tokenizer, form)
    assert last_line(caplog) == "tokens: 12 train rows from the cache"
    assert_equal(found, expected)
    assert found.targets_per_item == expected.targets_per_item
    one, other = found.by_length()[0], expected.by_length()[0]
    batch, same = (
        Collator(tokenizer.padding_id)([split[index] for index in range(5)]) for split in (one, other)
    )
    assert batch.keys() == same.keys()
    assert all(batch[name].equal(same[name]) and batch[name].dtype == same[name].dtype for name in batch)


def changed(rows: list[Example], **values: object) -> list[Example]:
    return [*rows[:-1], replace(rows[-1], **values)]  # type: ignore[arg-type]


OTHER_ROWS = {
    "a text": (titles, lambda rows: changed(rows, text="여야 12번 충돌.")),
    "a label": (titles, lambda rows: changed(rows, label="스포츠" if rows[-1].label == "정치" else "정치")),
    "a row less": (titles, lambda rows: rows[:-1]),
    "another order": (titles, lambda rows: rows[::-1]),
    "a character that moves to the next text": (
        titles,
        lambda rows: [
            *rows[:-2],
            replace(rows[-2], text=rows[-2].text[:-1]),
            replace(rows[-1], text=rows[-2].text[-1] + rows[-1].text),
        ],
    ),
    "no text instead of an empty one": (
        lambda: changed(titles(), text_pair=""), lambda rows: changed(rows, text_pair=None)
    ),
    "a second text": (pairs, lambda rows: changed(rows, text_pair="여야가")),
    "a mention": (relations, lambda rows: changed(rows, subject=Entity(0, 2, "PER"))),
    "a tag": (tagged, lambda rows: changed(rows, tags=["O"] * len(rows[-1].tags))),
    "a token": (tagged, lambda rows: changed(rows, tokens=["서울", "", *rows[-1].tokens[2:]])),
    "an answer": (questions, lambda rows: changed(rows, answers=(Answer(0, "해치"),))),
}  # fmt: skip
FORM_OF = {
    titles: FORM, pairs: FORMS["pairs"][1], relations: FORMS["relations"][1], tagged: FORMS["tags"][1],
    questions: FORMS["windows"][1],
}  # fmt: skip


@pytest.mark.parametrize("change", OTHER_ROWS)
def test_other_rows_are_encoded_anew(change: str, tokenizer: RuntimeTokenizer, folder: Path) -> None:
    rows_of, other = OTHER_ROWS[change]
    rows = rows_of()
    form = FORM_OF.get(rows_of, FORM)
    kept(rows, tokenizer, form)
    assert_equal(kept(other(rows), tokenizer, form), encode(other(rows), tokenizer, form))
    assert len(entries(folder)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"max_length": 31}, {"token_type_ids": True}, {"special_tokens": True}, {"labels": TOPICS[::-1]},
        {"objective": Objective.pair_classification}, {"doc_stride": 7}, {"markers": Markers.typed},
        {"encoder": PairEncoder.bi}, {"text_pair": True}, {"search": AnswerSearch(5)},
    ],
    ids=str,
)  # fmt: skip
def test_another_layout_is_encoded_anew(
    change: dict, tokenizer: RuntimeTokenizer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept(titles(), tokenizer)
    kept(titles(), tokenizer, replace(FORM, **change))
    assert "encoded in" in last_line(caplog)
    assert len(entries(folder)) == 2


def test_every_field_of_a_layout_is_in_the_test_above() -> None:
    (mark,) = test_another_layout_is_encoded_anew.pytestmark
    assert {name for change in mark.args[1] for name in change} == {item.name for item in fields(InputFormat)}


def test_another_tokenizer_has_other_files(tmp_path: Path, folder: Path) -> None:
    """An added token, another padding, another template, special tokens that are read as text."""
    plain = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    bare, literal = (
        replace(plain, backend=type(plain.backend).from_str(plain.backend.to_str())) for _ in range(2)
    )
    bare.backend.post_processor = processors.TemplateProcessing("$A", "$A $B", [])
    literal.backend.encode_special_tokens = True
    padded = replace(plain, tokens={**plain.tokens, "pad": "[MASK]"})
    assert padded.padding_id != plain.padding_id
    added, _ = add_tokens(plain, ["번 충돌"], [], NewTokens.auto)
    for count, tokenizer in enumerate([plain, added, padded, bare, literal], 1):
        assert_equal(kept(titles(), tokenizer), encode(titles(), tokenizer, FORM))
        assert len(entries(folder)) == count


def test_the_same_in_another_folder_and_from_other_lines_is_read(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A row's number in its file is no part of it, nor is what was encoded before with a tokenizer."""
    kept(titles(), build_tokenizer(tiny_copy(tmp_path / "one")))
    other = build_tokenizer(tiny_copy(tmp_path / "other"))
    other.encode(["가"], None, 3)
    other.backend.enable_padding(length=9)
    moved = [replace(example, row=example.row + 100) for example in titles()]
    found = kept(moved, other, name="validation")
    assert last_line(caplog) == "tokens: 12 validation rows from the cache"
    assert found.examples is moved
    assert len(entries(folder)) == 1


@pytest.mark.parametrize("package", ["data", "tokenization"])
def test_changed_code_reads_no_old_tokens(
    package: str, tmp_path: Path, tokenizer: RuntimeTokenizer, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    kept(titles(), tokenizer)
    for name in ("data", "tokenization"):
        (tmp_path / name).mkdir()
        for path in (places.ROOT / "src/haechi" / name).glob("*.py"):
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(token_cache, "__file__", str(tmp_path / "data" / "token_cache.py"))
    monkeypatch.setattr(token_cache.tokenization, "__path__", [str(tmp_path / "tokenization")])
    token_cache._code.cache_clear()
    try:
        kept(titles(), tokenizer)
        assert len(entries(folder)) == 1
        with (tmp_path / package / "__init__.py").open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        token_cache._code.cache_clear()
        kept(titles(), tokenizer)
        assert len(entries(folder)) == 2
    finally:
        token_cache._code.cache_clear()


def test_a_tokenizer_that_draws_is_asked_each_time(tokenizer: RuntimeTokenizer, folder: Path) -> None:
    backend = type(tokenizer.backend)(models.BPE({"가": 0, "나": 1, "가나": 2}, [("가", "나")], dropout=0.5))
    drawing = RuntimeTokenizer(backend, Path(), {"pad": "가"})
    rows = [Example(row, "가나", None, "정치") for row in range(60)]
    first, second = kept(rows, drawing), kept(rows, drawing)
    assert first.input_ids != second.input_ids
    assert not folder.exists()


def test_little_text_and_a_setting_leave_no_file(
    tokenizer: RuntimeTokenizer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected = encode(titles(), tokenizer, FORM)
    assert_equal(encode_splits({"train": titles()}, tokenizer, FORM, cached=False)["train"], expected)
    monkeypatch.setattr(token_cache, "LEAST_CHARACTERS", 150)
    assert_equal(kept(titles(), tokenizer), expected)
    assert not folder.exists()
    assert not caplog.records
    kept(titles() * 2, tokenizer)
    assert len(entries(folder)) == 1


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_cut_file_is_encoded_anew_and_replaced(
    share: float, tokenizer: RuntimeTokenizer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected = kept(titles(), tokenizer)
    (path,) = entries(folder)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert_equal(kept(titles(), tokenizer), expected)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [str(path) in record.getMessage() for record in warnings] == [True]
    assert_equal(kept(titles(), tokenizer), expected)
    assert last_line(caplog) == "tokens: 12 train rows from the cache"
    assert entries(folder) == [path]


def test_a_file_of_other_rows_under_the_name_is_not_used(
    tokenizer: RuntimeTokenizer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept(titles(), tokenizer)
    (path,) = entries(folder)
    kept(titles()[::-1], tokenizer)
    (other,) = set(entries(folder)) - {path}
    path.write_bytes(other.read_bytes())
    assert_equal(kept(titles(), tokenizer), encode(titles(), tokenizer, FORM))
    assert (
        f"`{path}` is not used, the rows are encoded again (it is another file than its name says)"
        in caplog.text
    )


SPLITS = {"train": titles(), "validation": titles()[:5], "test": titles()[5:]}


def assert_one_warning(tokenizer: RuntimeTokenizer, caplog: pytest.LogCaptureFixture, said: str) -> None:
    """Of three splits that cannot be kept: all are right, and one line says so."""
    found = encode_splits(SPLITS, tokenizer, FORM)
    for name, examples in SPLITS.items():
        assert_equal(found[name], encode(examples, tokenizer, FORM))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("tokens: not kept in the cache, the next run encodes them again (")
    assert said in record.getMessage()


def test_a_file_in_the_place_of_the_folder(
    outputs: Path, tokenizer: RuntimeTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    (outputs / "cache").write_text("")
    assert_one_warning(tokenizer, caplog, "NotADirectoryError")


def test_a_folder_that_cannot_be_written(
    folder: Path, tokenizer: RuntimeTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("the system lets root write anywhere")
    assert_one_warning(tokenizer, caplog, "ermission")


def test_a_full_disk(folder: Path, tokenizer: RuntimeTokenizer, caplog: pytest.LogCaptureFixture) -> None:
    with small_files(100):
        assert_one_warning(tokenizer, caplog, "os error")
    assert not entries(folder)


def test_no_home(
    tokenizer: RuntimeTokenizer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("HAECHI_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert_one_warning(tokenizer, caplog, "Could not determine home directory")


def test_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HAECHI_CACHE", str(tmp_path / "named"))
    assert places.cache() == tmp_path / "named"
    monkeypatch.setenv("HAECHI_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert places.cache() == tmp_path / "xdg" / "haechi"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert places.cache() == tmp_path / "home" / ".cache" / "haechi"


def test_what_was_of_no_use_for_the_longest_time_goes(
    tokenizer: RuntimeTokenizer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading counts as use; what was just written stays, however large it is; foreign files stay."""
    rows = [titles()[:count] for count in (9, 10, 11, 12)]
    paths: list[Path] = []
    for age, part in zip((300, 200, 100), rows[:3], strict=True):
        kept(part, tokenizer)
        (path,) = set(entries(folder)) - set(paths)
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
        paths.append(path)
    foreign = folder / "notes.safetensors"
    foreign.write_bytes(b"0" * 9_000)
    os.utime(foreign, (0, 0))
    left_over = folder / f"{paths[0].name}.12345678"
    left_over.write_bytes(b"0" * 50)
    os.utime(left_over, (0, 0))
    kept(rows[0], tokenizer)
    room = sum(path.stat().st_size for path in paths) + 200
    monkeypatch.setattr(token_cache, "MOST_BYTES", room)
    kept(rows[3], tokenizer)
    (newest,) = set(entries(folder)) - {*paths, foreign, left_over}
    assert set(entries(folder)) == {paths[0], paths[2], newest, foreign}
    monkeypatch.setattr(token_cache, "MOST_BYTES", 1)
    paths[0].unlink()
    kept(rows[0], tokenizer)
    assert set(entries(folder)) == {paths[0], foreign}


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from test_token_cache import FORM, assert_equal, encode, encode_splits, titles, token_cache, tokenizer_of
token_cache.LEAST_CHARACTERS = 0
tokenizer = tokenizer_of(sys.argv[2])
expected = encode(titles(), tokenizer, FORM)
print("ready", flush=True)
input()
for _ in range(60):
    for path in (token_cache.places.cache() / "tokens").glob("*.safetensors"):
        path.unlink(missing_ok=True)
    assert_equal(encode_splits({"train": titles()}, tokenizer, FORM)["train"], expected)
"""


def tokenizer_of(folder: str) -> RuntimeTokenizer:
    return build_tokenizer(Path(folder))


def test_two_processes_write_the_same_and_a_third_one_reads_it(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever each hashes its strings with."""
    checkpoint = tiny_copy(tmp_path / "checkpoint")
    paths = os.pathsep.join([str(places.ROOT / "src"), str(places.ROOT / "tests")])
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(checkpoint)],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n", writer.communicate()[1][-2000:]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.communicate(timeout=60) == ("", "")
        assert writer.returncode == 0
    kept(titles(), build_tokenizer(checkpoint))
    assert last_line(caplog) == "tokens: 12 train rows from the cache"
    assert len(entries(folder)) == 1


def test_a_run_gives_the_same_with_and_without(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [(f"{text} {number}", number % 2) for number in range(40) for text in ("금리 동결", "개막전 매진")]
    overrides = [
        *task(write_csv(tmp_path / "a.csv", rows), "task.validation_share=0.2"),
        "trainer.max_steps=2", "trainer.logging_steps=1", "tracking=none", "notify=none",
    ]  # fmt: skip
    metrics: list[object] = []
    for number, setting in enumerate(["false", "true", "true"]):
        composed = compose([*overrides, f"task.token_cache={setting}", f"run_dir={tmp_path}/run-{number}"])
        caplog.clear()
        execute(resolve(composed, composed.hydra))
        metrics.append((tmp_path / f"run-{number}" / "predictions.jsonl").read_text("utf-8"))
        said = [line for line in caplog.messages if line.startswith("tokens:")]
        assert len(said) == (2 if setting == "true" else 0)
        assert folder.exists() is (setting == "true")
    assert "train rows from the cache" in said[0]
    assert metrics[0] == metrics[1] == metrics[2]
