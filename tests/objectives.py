"""Overrides of a task of each objective, on a small file that is written for it."""

from pathlib import Path

from tasks import RELATION, asking, questions, relations, tagged, tagging, task, write_csv, write_json


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
    pairs = [("비가 온다", "날이 흐리다", "참"), ("눈이 온다", "꽃이 핀다", "거짓")]
    lines = [(f"{first} {number}", second, label) for number in range(rows) for first, second, label in pairs]
    path = write_csv(folder / "pairs.csv", lines, "text,pair,label")
    return task(path, "task.objective=pair_classification", "task.columns.text_pair=pair", *more)
