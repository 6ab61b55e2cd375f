"""LABEL001: labels that the head does not have."""

import json
from collections import Counter
from pathlib import Path

import pytest

from haechi import places
from judging import (
    HEADLINES,
    assert_fixes_clear,
    assert_only,
    codes,
    files_task,
    finding,
    good_file,
    write_rows,
)
from tasks import tagged, tagging, task, texts, write_csv, write_json

CODE = "LABEL001"


def example(tmp_path: Path) -> list[str]:
    """A label that only the validation file has."""
    other = write_rows(tmp_path / "dev.csv", "text,label\n새 제목 하나,세계\n새 제목 둘,경제\n")
    return files_task(good_file(tmp_path), f"task.files.validation={other}")


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    assert assert_only(example(tmp_path), CODE).fixes
    assert_fixes_clear(example(tmp_path), CODE)


def test_a_label_seen_only_in_validation(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    assert found.message == "validation rows carry 1 label that no train row has: `세계` (1)"
    assert found.notes[0] == f"row 1 of {tmp_path / 'dev.csv'}"
    assert found.fixes == [['task.labels=["경제","세계","스포츠","정치"]']]


def test_labels_that_the_config_lacks() -> None:
    overrides = ['task.labels=["IT과학","경제"]']
    found = finding(overrides, CODE)
    rows = [
        json.loads(line) for line in (places.SAMPLES / "topic/train.jsonl").read_text("utf-8").splitlines()
    ]
    counts = Counter(row["label"] for row in rows if row["label"] not in {"IT과학", "경제"})
    assert f"{len(counts)} labels that `task.labels` lacks" in found.message
    assert all(f"`{label}` ({count})" in found.message for label, count in counts.items())
    first = [number for number, row in enumerate(rows, start=1) if row["label"] in counts][:5]
    assert found.notes[0].startswith(f"row {', '.join(map(str, first))}, ... of ")
    assert_fixes_clear(overrides, CODE)


@pytest.mark.parametrize("slip", ["경제 ", "Economy", "경 제"])
def test_a_slip_is_named_with_what_it_resembles(tmp_path: Path, slip: str) -> None:
    right = "economy" if slip.isascii() else "경제"
    path = write_rows(
        tmp_path / "train.csv",
        HEADLINES.replace("마감,경제", f"마감,{slip}").replace("동결,경제", f"동결,{right}"),
    )
    overrides = files_task(path, f'task.labels=["{right}","스포츠","정치"]')
    found = assert_only(overrides, CODE)
    shown = f'"{slip}"' if slip.endswith(" ") else slip
    how = "case" if slip == "Economy" else "spaces"
    assert f"`{shown}` is meant for `{right}`: they differ only by {how}" in found.notes
    assert found.notes[0].startswith("row 4 of ")
    assert found.fixes == [], "the slip would become a class"


def test_a_misspelt_label_is_named_beside_what_it_resembles(tmp_path: Path) -> None:
    rows = [("하나", "per:title"), ("둘", "per:tittle"), ("셋", "org:members"), ("넷", "xyz")]
    found = finding(task(write_csv(tmp_path / "a.csv", rows), "task.labels=[per:title,org:members]"), CODE)
    assert found.notes[1:] == ["`per:tittle` resembles `per:title`"]


def test_the_fix_keeps_what_is_named(tmp_path: Path) -> None:
    """Most classes of a benchmark have no row in a part of it."""
    rows = [(text, "가나라"[at % 3]) for at, text in enumerate(texts(12))]
    path = write_csv(tmp_path / "a.csv", rows)
    overrides = task(path, 'task.labels=["가","나","다"]')
    assert finding(overrides, CODE).fixes == [['task.labels=["가","나","다","라"]']]
    assert_fixes_clear(overrides, CODE)


def test_the_labels_of_other_data_take_the_place_of_those_that_are_named(tmp_path: Path) -> None:
    rows = [(text, ["Pro", "Con"][at % 2]) for at, text in enumerate(texts(12))]
    overrides = task(write_csv(tmp_path / "a.csv", rows), 'task.labels=["참","거짓"]')
    assert finding(overrides, CODE).fixes == [["task.labels=[Con,Pro]"], ["task.labels=null"]]
    # So does another spelling of all of them, but none with a space.
    path = tmp_path / "a.csv"
    assert finding(task(path, "task.labels=[pro,con]"), CODE).fixes[0] == ["task.labels=[Con,Pro]"]
    path.write_text(path.read_text("utf-8").replace("Pro", "pro "), "utf-8")
    assert finding(task(path, "task.labels=[pro,con]"), CODE).fixes == []


def test_a_slip_of_a_tag(tmp_path: Path) -> None:
    rows = tagged(30)
    rows[4]["label"][0] = "B-LC "
    rows[6]["label"][-2:] = ["B-XX", "I-XX"]
    overrides = tagging(write_json(tmp_path / "a.json", rows), "task.labels=[O,B-LC,I-LC]")
    found = finding(overrides, CODE)
    assert found.notes == [
        f"row 5, 7 of {tmp_path / 'a.json'}",
        '`"B-LC "` is meant for `B-LC`: they differ only by spaces',
    ], "a row with two of them is named once"
    assert found.fixes == []


@pytest.mark.parametrize(
    ("label", "shown"),
    [("\x1b[31m가", '"\\x1b[31m가"'), ("가\u00a0", '"가\\xa0"'), ("가\n", '"가\\n"'), (" 가", '" 가"'),
     ("\u1100\u1161", '"\\u1100\\u1161"')],
)  # fmt: skip
def test_what_cannot_be_seen_is_shown(tmp_path: Path, label: str, shown: str) -> None:
    rows = [{"text": text, "label": "가나"[at % 2]} for at, text in enumerate(texts(12))]
    rows[3]["label"] = label
    found = finding(task(write_json(tmp_path / "a.json", rows), 'task.labels=["가","나"]'), CODE)
    assert f"`{shown}` (1)" in found.message
    assert found.as_text().replace("\n", "").isprintable()
    assert not [fix for fix in found.fixes if not fix[0].isprintable()]


@pytest.mark.parametrize("label", ["null", "true", "1", "1.50", "a,b", 'a"b', "a b", "[x]", "NA"])
def test_any_label_can_be_named_by_the_fix(tmp_path: Path, label: str) -> None:
    quoted = '"' + label.replace('"', '""') + '"'
    path = write_rows(tmp_path / "train.csv", HEADLINES.replace("마감,경제", f"마감,{quoted}"))
    assert_fixes_clear(files_task(path, 'task.labels=["경제","스포츠","정치"]'), CODE)
    assert codes(files_task(path)) == []


def test_too_many_labels_are_not_listed() -> None:
    assert finding(["task.columns.label=title"], CODE).fixes == []


def test_a_label_without_rows_and_numbers_as_names_pass(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "a.jsonl", "".join(f'{{"text": "제목 {n}", "label": {n % 2}}}\n' for n in range(6))
    )
    assert codes(files_task(path, "task.labels=[0,1]")) == []
    assert codes(files_task(path, "task.labels=[0,1,2]")) == ["LABEL006"]


def test_a_label_that_is_named_twice(tmp_path: Path) -> None:
    overrides = files_task(good_file(tmp_path), 'task.labels=["경제","정치","경제","스포츠"]')
    found = assert_only(overrides, CODE)
    assert "`경제` twice" in found.message
    assert_fixes_clear(overrides, CODE)
    assert codes([*overrides, *found.fixes[0]]) == []


def test_a_tag_seen_only_in_validation(tmp_path: Path) -> None:
    rows = tagged(12)
    rows[7]["label"][-3] = "B-PS"
    rows[9]["label"][1] = "wrong"
    train, dev = write_json(tmp_path / "a.json", rows[:6]), write_json(tmp_path / "b.json", rows[6:])
    overrides = [*tagging(train, validation=dev), "preflight.ignore=[DATA010]"]
    found = finding(overrides, CODE)
    assert found.message == "validation rows carry 1 label that no train row has: `B-PS` (1)"
    assert found.fixes == [["task.labels=[O,B-LC,I-LC,B-PS,I-PS]"]]
    assert_fixes_clear(overrides, CODE)


def test_the_inside_of_a_known_type_is_a_tag_of_the_head(tmp_path: Path) -> None:
    rows = tagged(12)
    for row in rows[:6]:
        row["label"][1] = "O"
    train, dev = write_json(tmp_path / "a.json", rows[:6]), write_json(tmp_path / "b.json", rows[6:])
    assert CODE not in codes(tagging(train, validation=dev))
