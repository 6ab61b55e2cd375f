"""Data files of every objective, small and in order, and the overrides that train on them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from judging import write_rows

TEXTS = [
    "한국은행 기준금리 동결", "프로야구 개막전 매진", "국회 예산안 처리", "코스피 하락 마감",
    "서울에 비가 내린다", "새 영화가 개봉했다", "도서관이 문을 닫았다", "배우들의 연기가 좋았다",
    "물가가 올랐다", "축구 대표팀이 이겼다",
]  # fmt: skip
SPAN = ["task.objective=span", "task.columns.question=question", "task.columns.context=context",
        "task.columns.answers=answers", "task.columns.id=id", "task.doc_stride=16"]  # fmt: skip
RELATION = ["task.objective=relation", "task.columns.sentence=sentence", "task.columns.label=label",
            "task.columns.subject_entity=subject_entity",
            "task.columns.object_entity=object_entity"]  # fmt: skip
PAIRS = [("비가 온다", "날이 흐리다", "참"), ("눈이 온다", "꽃이 핀다", "거짓")]


def write_csv(path: Path, rows: Sequence[Sequence[object]], header: str = "text,label") -> Path:
    """A csv file of values without commas."""
    return write_rows(path, "\n".join([header, *(",".join(map(str, row)) for row in rows), ""]))


def write_json(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A JSON file with a list of rows."""
    return write_rows(path, json.dumps(rows, ensure_ascii=False))


def task(train: Path, *more: str, **files: Path) -> list[str]:
    """A task on files; other splits by their names."""
    others = [f"task.files.{name}={path}" for name, path in files.items()]
    return ["task=files", f"task.files.train={train}", *others, *more]


def texts(count: int) -> list[str]:
    """So many different texts."""
    return [f"{TEXTS[number % len(TEXTS)]} {number}" for number in range(count)]


def mention(sentence: str, word: str, kind: str = "ORG") -> dict[str, Any]:
    """A word of a sentence as KLUE writes it."""
    start = sentence.index(word)
    return {"word": word, "start_idx": start, "end_idx": start + len(word) - 1, "type": kind}


def relations(count: int, behind: str = "") -> list[dict[str, Any]]:
    """Sentences with two mentions in two classes; `behind` stands between them."""
    rows = []
    for number in range(count):
        sentence = f"이순신은 {behind}한산도에서 {number}번 이겼다"
        rows.append({
            "sentence": sentence, "label": ["no_relation", "per:place"][number % 2],
            "subject_entity": mention(sentence, "이순신", "PER"),
            "object_entity": mention(sentence, "한산도", "LOC"),
        })  # fmt: skip
    return rows


def tagged(count: int) -> list[dict[str, Any]]:
    """Characters with their tags."""
    return [
        {
            "text": list(f"서울에 {number}번 갔다"),
            "label": ["B-LC", "I-LC", *["O"] * (len(f"에 {number}번 갔다"))],
        }
        for number in range(count)
    ]


def tagging(train: Path, *more: str, **files: Path) -> list[str]:
    """A task on tagged tokens."""
    return task(train, "task.objective=token_classification", *more, **files)


def questions(count: int, padding: int = 0) -> list[dict[str, Any]]:
    """Questions with an answer behind so many words."""
    rows = []
    for number in range(count):
        context = " ".join(
            [*TEXTS[:3], *["그리고"] * padding, f"기준금리는 {number}번 동결되었다", *TEXTS[3:5]]
        )
        answer = f"{number}번 동결"
        rows.append({
            "id": f"q-{number}", "question": f"{number}번째로 무엇을 했나", "context": context,
            "answers": [{"text": answer, "answer_start": context.index(answer)}],
        })  # fmt: skip
    return rows


def asking(train: Path, *more: str, **files: Path) -> list[str]:
    """A task on questions, with room for windows of the small model."""
    return task(train, *SPAN, "tokenizer.max_length=128", *more, **files)


def relation_task(folder: Path, *more: str, rows: int = 40) -> list[str]:
    """Sentences with two mentions."""
    return task(write_json(folder / "relations.json", relations(rows)), *RELATION, *more)


def span_task(folder: Path, *more: str, rows: int = 40) -> list[str]:
    """Questions to a context, each with one answer."""
    return asking(write_json(folder / "questions.json", questions(rows)), *more)


def tagged_task(folder: Path, *more: str, rows: int = 40) -> list[str]:
    """Characters with tags."""
    return tagging(write_json(folder / "tags.json", tagged(rows)), *more)


def pair_task(folder: Path, *more: str, rows: int = 40) -> list[str]:
    """Pairs of sentences."""
    lines = [(f"{first} {number}", second, label) for number in range(rows) for first, second, label in PAIRS]
    path = write_csv(folder / "pairs.csv", lines, "text,pair,label")
    return task(path, "task.objective=pair_classification", "task.columns.text_pair=pair", *more)
