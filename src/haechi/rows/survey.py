"""What one pass over a split tells: counts, the first rows of each fault, and a sample.

Rows are seen once and not kept, so a file of two million costs the memory of its sample and of eight
bytes a row. Counts are of the rows that were seen: all of them, or a sample where the file is long.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from unicodedata import is_normalized, normalize

from haechi.rows.entities import entity_faults
from haechi.rows.examples import Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.identity import Identities, identity
from haechi.rows.questions import answer_faults
from haechi.rows.tags import tag_faults
from haechi.rows.tally import FIRST, Tallies, printable
from haechi.text import Text, quote

# Names of the faults that any row can have; those of one objective are with their functions.
EMPTY_TEXT, EMPTY_PAIR, MISSING_LABEL, DECOMPOSED, REPLACED, NULL_WORD, EQUAL_PAIR = (
    "empty_text", "empty_pair", "missing_label", "decomposed", "replaced", "null_word", "equal_pair",
)  # fmt: skip
FRACTION, NOT_A_NUMBER, IGNORED_LABEL, SPACED_LABEL = (
    "fraction", "not_a_number", "ignored_label", "spaced_label",
)  # fmt: skip
# What programs write for a missing text; as a text of its own each is a word that nobody writes alone.
NULL_WORDS = {"nan", "null", "none", "n/a", "na", "#n/a", "<na>", "nat"}
# So many different labels are counted; more are scores or free text.
MOST_LABELS = 50_000


@dataclass
class Survey:
    """What is known of one split."""

    name: str
    path: str
    """The file, or the hub data set."""
    complete: bool = True
    """Whether all rows of the split were seen."""
    rows: int = 0
    """Rows that were seen."""
    tallies: Tallies = field(default_factory=Tallies)
    """Faults by name."""
    labels: Counter[str] = field(default_factory=lambda: Counter[str]())
    """How often each label (or tag) occurs, for the first `MOST_LABELS` of them."""
    label_rows: dict[str, list[int]] = field(default_factory=lambda: {})
    """The first rows of each label."""
    entity_types: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))
    """Types of the subjects and of the objects."""
    lowest: float = math.inf
    highest: float = -math.inf
    """Range of the labels that are numbers."""
    numbers: int = 0
    """Labels that are finite numbers."""
    answered: int = 0
    """Questions with an answer."""
    texts: Identities = field(default_factory=Identities)
    """The rows' texts."""
    labelled: Identities = field(default_factory=Identities)
    """The rows' texts with their labels."""
    constant: list[str | None] = field(default_factory=lambda: [])
    """For the text, and the second text if there is one: what all rows have there, None where they differ."""
    sample: list[Example] = field(default_factory=lambda: [])
    """Rows with text, drawn evenly over those that were seen, in their order."""

    _marked: dict[str, int] = field(default_factory=lambda: {})
    """The last row with a fault, counted in the order of reading."""

    def place(self, fault: str) -> Text:
        """Where the first rows with a fault are."""
        return self.tallies[fault].place(self.path)

    def count(self, fault: str) -> int:
        """Rows with a fault."""
        return self.tallies[fault].count

    @property
    def seen(self) -> Text:
        """What its counts are of, such as `train rows` or `sampled train rows`."""
        if self.complete:
            return Text(f"{self.name} rows", f"{self.name}")
        return Text(f"sampled {self.name} rows", f"표본 {self.name}")

    def see(self, example: Example) -> None:
        """Count one row."""
        self.rows += 1
        self._see_text(example)
        answer: Any = example.label
        kind = type(example)
        if kind is Example:
            self._see_label(example)
        elif kind is TaggedExample:
            answer = self._see_tags(cast(TaggedExample, example))
        elif kind is QuestionExample:
            question = cast(QuestionExample, example)
            answer = question.answers
            self.answered += bool(answer) and not question.is_impossible
            self._count(question.row, answer_faults(question))
        elif kind is RelationExample:
            self._see_label(example)
            relation = cast(RelationExample, example)
            for entity, types in zip((relation.subject, relation.object), self.entity_types, strict=True):
                if isinstance(entity, Entity):
                    types.add(entity.type or "")
            self._count(relation.row, entity_faults(relation))
        value = _identity(example)
        self.texts.add(value)
        self.labelled.add(hash((value, str(answer))) if value else 0)

    def _count(self, row: int, faults: Iterable[tuple[str, Text]]) -> None:
        for name, shown in faults:
            self.tallies[name].add(row, shown)

    def _mark(self, fault: str, row: int, value: str | None = None) -> None:
        """Count a row with a fault, once; what the first one holds is shown."""
        tally = self.tallies[fault]
        if self._marked.get(fault) == self.rows:
            return
        self._marked[fault] = self.rows
        if tally.count == 0 and value is not None:
            tally.shown = quote(f"`{printable(value)}`")
        tally.add(row)

    def _see_text(self, example: Example) -> None:
        text, pair = example.text or "", example.text_pair
        if self.rows == 1:
            self.constant = [text] if pair is None else [text, pair]
        elif len(self.constant) > 1 and pair is None:
            self.constant[1] = None
        self._see_one(example.row, EMPTY_TEXT, 0, text)
        if pair is not None:
            self._see_one(example.row, EMPTY_PAIR, 1, pair)
            if text and text == pair:
                self._mark(EQUAL_PAIR, example.row, text)

    def _see_one(self, row: int, empty: str, index: int, text: str) -> None:
        if index < len(self.constant) and text != self.constant[index]:
            self.constant[index] = None
        if text.isascii():
            word = text.strip()
            if not word:
                self._mark(empty, row)
            elif len(word) < 5 and word.lower() in NULL_WORDS:
                self._mark(NULL_WORD, row, text)
            return
        if text.isspace():
            self._mark(empty, row)
        # Letters in parts make a text longer; Hanja of another code point, which NFC replaces too, do not.
        if not is_normalized("NFC", text) and len(normalize("NFC", text)) < len(text):
            self._mark(DECOMPOSED, row, text)
        if "\ufffd" in text:
            self._mark(REPLACED, row, text)

    def _see_tags(self, example: TaggedExample) -> tuple[str, ...]:
        if len(self.labels) < MOST_LABELS:
            self.labels.update(example.tags)
        for tag in set(example.tags):
            self._remember(tag, example.row)
        self._count(example.row, tag_faults(example))
        return tuple(example.tags)

    def _see_label(self, example: Example) -> None:
        label, row = example.label, example.row
        if is_missing(label):
            self._mark(MISSING_LABEL, row)
            return
        name = str(label)
        known = self.labels.get(name)
        if known is not None or len(self.labels) < MOST_LABELS:
            self.labels[name] = (known or 0) + 1
        if known is None or known < FIRST:
            self._remember(name, row)
        if name != name.strip():
            self._mark(SPACED_LABEL, row, name)
        value = number_of(name)
        if value is None:
            self._mark(NOT_A_NUMBER, row, name)
            return
        self.numbers += 1
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)
        if not value.is_integer():
            self._mark(FRACTION, row, name)
        elif value < 0:
            self._mark(IGNORED_LABEL, row, name)

    def _remember(self, label: str, row: int) -> None:
        rows = self.label_rows.get(label)
        if rows is None:
            if len(self.label_rows) >= MOST_LABELS:
                return
            rows = self.label_rows[label] = []
        if row and len(rows) < FIRST:
            rows.append(row)


def survey(name: str, path: str, examples: Iterable[Example], *, complete: bool, sample_rows: int) -> Survey:
    """Look at every row once.

    Args:
        name: the split.
        path: its file.
        examples: the rows.
        complete: whether these are all of them.
        sample_rows: how many are kept as the sample.
    """
    found = Survey(name, path, complete)
    drawn: list[tuple[int, Example]] = []
    chance = random.Random(0).random
    index = -1
    for example in examples:
        found.see(example)
        if not (example.text or "").strip():
            continue
        index += 1
        # Vitter 1985, algorithm R: every row has the same chance to be in the sample.
        if len(drawn) < sample_rows:
            drawn.append((index, example))
        elif sample_rows and (place := int(chance() * (index + 1))) < sample_rows:
            drawn[place] = (index, example)
    found.sample = [example for _, example in sorted(drawn, key=lambda item: item[0])]
    return found


def is_missing(label: Any) -> bool:
    """Whether a row has no label. A class that is named "NA" or "None" is a name like any other."""
    return label is None or (isinstance(label, str) and not label.strip()) or label != label


def as_number(label: Any) -> float | None:
    """A label as a finite number, or None."""
    try:
        value = float(str(label))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


number_of = lru_cache(maxsize=4096)(as_number)


def _identity(example: Example) -> int:
    if isinstance(example, RelationExample):
        # The same sentence asks another question for another pair of mentions.
        places = [
            f"{item.start}-{item.end}" if isinstance(item, Entity) else ""
            for item in (example.subject, example.object)
        ]
        return identity(example.text, *places) if (example.text or "").strip() else 0
    return identity(example.text, example.text_pair)
