"""Checkpoints, data files and tasks for lists of runs, made when they are first needed."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from families import headlines, write_family

Build = Callable[["Workshop"], list[str]]
TOPICS = ("정치", "경제", "사회")


class Workshop:
    """Checkpoints and data files for the runs, made when they are first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, name: str) -> Path:
        """A path that is not taken yet."""
        return self.folder / f"{len(list(self.folder.iterdir()))}-{name}"

    def family(self, family: str, **changes: Any) -> list[str]:
        """A model of a family; the same one for the same changes."""
        name = "-".join([family, *(f"{key}_{value}" for key, value in sorted(changes.items()))])[:100]
        path = self.folder / name
        if not path.is_dir():
            write_family(path, family, **changes)
        return ["model=local", f"model.checkpoint={path}"]

    def bare(self, model: list[str], change: Callable[[Path], object]) -> list[str]:
        """A copy of a model's folder, changed."""
        path = self.place("copy")
        shutil.copytree(model[1].partition("=")[2], path)
        change(path)
        return ["model=local", f"model.checkpoint={path}"]

    def rows(self, name: str, rows: list[dict[str, Any]]) -> Path:
        """A jsonl file."""
        path = self.folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    def text(self, name: str, content: str, encoding: str = "utf-8") -> Path:
        """A file as it stands."""
        path = self.folder / name
        path.write_bytes(content.encode(encoding))
        return path


def topics(workshop: Workshop, **changes: Any) -> list[str]:
    """A task on a file of forty headlines."""
    rows = [{"text": text, "label": TOPICS[index % 3]} for index, text in enumerate(headlines()[:40])]
    name = "topics-" + "-".join(f"{key}-{value}" for key, value in changes.items())
    return ["task=files", f"task.files.train={workshop.rows(name, [row | changes for row in rows])}"]


def relations(workshop: Workshop, **more: str) -> list[str]:
    """A task on forty relations."""
    rows = []
    for index in range(40):
        person, place = (
            f"김{'가나다라마'[index % 5]}수",
            f"{'서울부산대구광주'[index % 4 * 2 : index % 4 * 2 + 2]}",
        )
        sentence = f"{person}는 {headlines()[index]} {place}에서 태어났다"
        start = sentence.rindex(place)
        rows.append(
            {
                "sentence": sentence,
                "subject_entity": {"word": person, "start_idx": 0, "end_idx": 2, "type": "PER"},
                "object_entity": {"word": place, "start_idx": start, "end_idx": start + 1, "type": "LOC"},
                "label": ("no_relation", "per:place_of_birth")[index % 2],
            }
        )
    columns = [
        f"task.columns.{name}={name}" for name in ("sentence", "subject_entity", "object_entity", "label")
    ]
    settings = [f"{key}={value}" for key, value in more.items()]
    file = workshop.rows("relations", rows)
    return ["task=files", "task.objective=relation", f"task.files.train={file}", *columns, *settings]


def tagged(workshop: Workshop, *, words: bool = False) -> list[str]:
    """A task on forty tagged sentences, of characters or of words."""
    rows = []
    for index, text in enumerate(headlines()[:40]):
        tokens = text.split() if words else list(text)
        tags = ["B-OG", *(["I-OG"] if not words and len(tokens) > 1 else []), *["O"] * len(tokens)][
            : len(tokens)
        ]
        rows.append({"tokens": tokens, "ner_tags": tags, "id": index})
    file = workshop.rows(f"tagged-{words}", rows)
    columns = ["task.columns.text=tokens", "task.columns.label=ner_tags"]
    return ["task=files", "task.objective=token_classification", f"task.files.train={file}", *columns]


def questions(workshop: Workshop) -> list[str]:
    """A task on forty questions, some without an answer, and contexts of a few sentences."""
    rows = []
    for index in range(40):
        context = ". ".join(headlines()[index : index + 6])
        answer = headlines()[index + 3].split()[0]
        impossible = index % 8 == 7
        answers = [] if impossible else [{"answer_start": context.index(answer), "text": answer}]
        rows.append(
            {
                "id": f"q{index}",
                "question": f"{index}번째 소식은 무엇인가?",
                "context": context,
                "answers": answers,
                "is_impossible": impossible,
            }
        )
    columns = [f"task.columns.{name}={name}" for name in ("question", "context", "answers", "id")]
    file = workshop.rows("questions", rows)
    stride = ["task.doc_stride=32", "tokenizer.max_length=128"]
    return ["task=files", "task.objective=span", f"task.files.train={file}", *columns, *stride]


def pairs(workshop: Workshop, *, scores: bool = False) -> list[str]:
    """A task on forty pairs, with classes or with scores."""
    texts = headlines()
    rows = [
        {"text": texts[index], "text_pair": texts[index + 50],
         "label": round(index % 11 / 2, 1) if scores else ("맞다", "아니다")[index % 2]}
        for index in range(40)
    ]  # fmt: skip
    objective = "regression" if scores else "pair_classification"
    file = workshop.rows(f"pairs-{scores}", rows)
    return [
        "task=files",
        f"task.objective={objective}",
        "task.columns.text_pair=text_pair",
        f"task.files.train={file}",
    ]


def family_run(family: str, task: Callable[[Workshop], list[str]], *more: str) -> Build:
    return lambda workshop: [*workshop.family(family), *task(workshop), *more]


def default(*overrides: str) -> Build:
    return lambda workshop: list(overrides)


def file_run(name: str, content: str, *more: str, encoding: str = "utf-8") -> Build:
    def build(workshop: Workshop) -> list[str]:
        return ["task=files", f"task.files.train={workshop.text(name, content, encoding)}", *more]

    return build


TASKS: dict[str, Callable[[Workshop], list[str]]] = {
    "classification": topics, "pairs": pairs, "scores": partial(pairs, scores=True), "relation": relations,
    "tags": tagged, "words": partial(tagged, words=True), "questions": questions,
}  # fmt: skip
