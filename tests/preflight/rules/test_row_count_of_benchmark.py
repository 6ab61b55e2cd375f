"""DATA018: files of a benchmark that are not as published."""

from pathlib import Path

from judging import assert_fixes_clear, assert_only, codes, verdict_of
from tasks import task, texts, write_json

CODE = "DATA018"


def file(folder: Path, name: str, rows: int) -> Path:
    topics = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]
    return write_json(
        folder / name, [{"title": text, "label": topics[at % 7]} for at, text in enumerate(texts(rows))]
    )


def example(tmp_path: Path) -> list[str]:
    """A part of YNAT."""
    return ["task=klue_ynat", f"task.files.train={file(tmp_path, 'train.json', 70)}"]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_each_split_is_compared(tmp_path: Path) -> None:
    dev = file(tmp_path, "dev.json", 9107)
    overrides = [*example(tmp_path), f"task.files.validation={dev}", "preflight.ignore=[DATA010]"]
    found = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    assert [item.message for item in found] == [
        "the train file has 70 rows, and klue_ynat as published has 45,678"
    ]
    assert found[0].severity.value == "note"


def test_a_task_of_ones_own_is_no_benchmark(tmp_path: Path) -> None:
    columns = ["task.columns.text=title", "task.columns.label=label"]
    assert CODE not in codes(task(file(tmp_path, "train.json", 70), *columns))
