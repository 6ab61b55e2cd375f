"""Rows as a task sees them."""

from dataclasses import dataclass
from typing import Any

from haechi.text import Text


@dataclass(slots=True)
class Example:
    """One row of a task on texts or pairs of texts; what other tasks need is added by subclasses."""

    row: int
    """Number of the row in its file, from 1; 0 where it is not known."""
    text: str | None
    text_pair: str | None
    """The second text, empty where the row has none; None where the task has one text a row."""
    label: Any
    """Class name, class id or score; None when the row has none."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention in a sentence."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""
    type: str | None = None
    word: str | None = None
    """What the row says the mention reads."""


@dataclass(slots=True)
class RelationExample(Example):
    """A sentence (`text`) with two mentions whose relation (`label`) is wanted."""

    subject: Entity | Text
    """The mention, or why there is none."""
    object: Entity | Text


@dataclass(slots=True)
class TaggedExample(Example):
    """A sentence (`text`) as tokens, each with a tag; `label` is None.

    KLUE's tokens are characters, spaces among them; other data sets have words, between which the text
    has a space.
    """

    tokens: list[str]
    tags: list[str]
    id: str = ""
    """What the row calls itself (`guid`), which KLUE's files with a token a line are searched by."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a row gives it."""

    start: int
    """Offset of its first character in the context."""
    text: str


@dataclass(slots=True)
class QuestionExample(Example):
    """A question (`text`), the context in which it is asked (`text_pair`), and its answers; no label."""

    id: str
    answers: tuple[Answer, ...]
    is_impossible: bool
    """Whether the row says that the context holds no answer."""
    document: str = ""
    """What the context is a part of, by its title; the context itself where the row has none."""
