"""What one pass over a split tells: counts, the first rows of each fault, and a sample.

Rows are seen once and not kept, so a file of two million costs the memory of its sample and of eight
bytes a row. Counts are of the rows that were seen: all of them, or a sample where the file is long.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from unicodedata import is_normalized, normalize

from haechi.rows.entities import entity_faults
from haechi.rows.examples import Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.fault import CellFault
from haechi.rows.finding import Finding
from haechi.rows.identity import Identities, identity
from haechi.rows.labels import is_missing, number_of
from haechi.rows.questions import answer_faults
from haechi.rows.tags import tag_faults
from haechi.rows.tally import FIRST, Tallies, Tally, printable, visible
from haechi.text import Text, join, quote

# Names of the faults that any row can have; those of one objective are with their functions.
EMPTY_TEXT, EMPTY_PAIR, EMPTY_EITHER, MISSING_LABEL, DECOMPOSED, REPLACED, NULL_WORD, EQUAL_PAIR = (
    "empty_text", "empty_pair", "empty_either", "missing_label", "decomposed", "replaced", "null_word",
    "equal_pair",
)  # fmt: skip
FRACTION, NOT_A_NUMBER, IGNORED_LABEL, BEYOND_SCALE = (
    "fraction", "not_a_number", "ignored_label", "beyond_scale",
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
    """Whether all rows of the split were seen, and could be used."""
    scale: tuple[float, float] | None = None
    """Lowest and highest score that the task knows; None where it knows none."""
    sampled: bool = field(init=False)
    """Whether rows of the split were left out."""
    rows: int = 0
    """Rows that were seen."""
    tallies: Tallies = field(default_factory=Tallies)
    """Faults by name."""
    odd_cells: dict[str, tuple[CellFault, Tally]] = field(default_factory=lambda: {})
    """Rows that the task cannot use, by what is wrong with them: the first of them, and how many."""
    labels: Counter[str] = field(default_factory=lambda: Counter[str]())
    """How often each label (or tag) occurs, for the first `MOST_LABELS` of them."""
    label_rows: dict[str, list[int]] = field(default_factory=lambda: {})
    """The first rows of each label."""
    entity_types: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))
    """Types of the subjects and of the objects."""
    lowest: float = math.inf
    highest: float = -math.inf
    """Range of the labels that are numbers."""
    lowest_row: int = 0
    highest_row: int = 0
    """Where these stand first; 0 where that is not known."""
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

    def __post_init__(self) -> None:
        self.sampled = not self.complete

    def place(self, fault: str) -> Text:
        """Where the first rows with a fault are."""
        return self.tallies[fault].place(self.path)

    def count(self, fault: str) -> int:
        """Rows with a fault."""
        return self.tallies[fault].count

    @property
    def seen(self) -> Text:
        """What its counts are of, such as `train rows` or `sampled train rows`."""
        if not self.sampled:
            return Text(f"{self.name} rows", f"{self.name}")
        return Text(f"sampled {self.name} rows", f"표본 {self.name}")

    @property
    def usable(self) -> int:
        """Rows that the task can use."""
        return self.rows - sum(tally.count for _, tally in self.odd_cells.values())

    def see_fault(self, fault: CellFault) -> None:
        """Count a row that the task cannot use."""
        self.rows += 1
        self.complete = False
        _, tally = self.odd_cells.setdefault(str(fault.what), (fault, Tally()))
        tally.add(fault.row)
        # Indices of rows stay those of the file.
        self.texts.add(0)
        self.labelled.add(0)

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

    def _count(self, row: int, faults: Iterable[Finding]) -> None:
        """Count a row once for each fault, and once for each kind of it, however often it has them."""
        marked: set[tuple[str, str | None]] = set()
        for name, shown, kind in faults:
            tally = self.tallies[name]
            if (name, None) not in marked:
                tally.add(row, shown)
            if (name, kind) not in marked and (of_kind := tally.of_kind(kind)) is not None:
                of_kind.add(row, shown)
            marked |= {(name, None), (name, kind)}

    def _mark(self, fault: str, row: int, value: str | None = None) -> None:
        """Count a row with a fault, once; what the first one holds is shown."""
        tally = self.tallies[fault]
        if self._marked.get(fault) == self.rows:
            return
        self._marked[fault] = self.rows
        if tally.count == 0 and value is not None:
            tally.shown = quote(f"`{printable(value)}`")
        tally.add(row)

    def _mark_score(self, row: int, score: str) -> None:
        """Count a score beyond the scale; each of the first ones is shown."""
        tally = self.tallies[BEYOND_SCALE]
        if tally.count < FIRST:
            said = quote(f"`{visible(score)}`")
            tally.shown = join(", ", [tally.shown, said] if tally.count else [said])
        tally.add(row)

    def _see_text(self, example: Example) -> None:
        text, pair = example.text or "", example.text_pair
        if not self.constant:
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
                self._mark_empty(empty, row)
            elif len(word) < 5 and word.lower() in NULL_WORDS:
                self._mark(NULL_WORD, row, text)
            return
        if text.isspace():
            self._mark_empty(empty, row)
        # Letters in parts make a text longer; Hanja of another code point, which NFC replaces too, do not.
        if not is_normalized("NFC", text) and len(normalize("NFC", text)) < len(text):
            self._mark(DECOMPOSED, row, text)
        if "\ufffd" in text:
            self._mark(REPLACED, row, text)

    def _mark_empty(self, fault: str, row: int) -> None:
        self._mark(fault, row)
        self._mark(EMPTY_EITHER, row)

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
        value = number_of(name)
        if value is None:
            self._mark(NOT_A_NUMBER, row, name)
            return
        self.numbers += 1
        if value < self.lowest:
            self.lowest, self.lowest_row = value, row
        if value > self.highest:
            self.highest, self.highest_row = value, row
        if self.scale is not None and not self.scale[0] <= value <= self.scale[1]:
            self._mark_score(row, name)
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


def survey(
    name: str,
    path: str,
    examples: Iterable[Example | CellFault],
    *,
    complete: bool,
    sample_rows: int,
    scale: tuple[float, float] | None = None,
) -> Survey:
    """Look at every row once.

    Args:
        name: the split.
        path: its file.
        examples: the rows, or what is wrong with them.
        complete: whether these are all of them.
        sample_rows: how many are kept as the sample.
        scale: lowest and highest score that the task knows.
    """
    found = Survey(name, path, complete, scale)
    drawn: list[tuple[int, Example]] = []
    chance = random.Random(0).random
    index = -1
    for example in examples:
        if isinstance(example, CellFault):
            found.see_fault(example)
            continue
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


def _identity(example: Example) -> int:
    if isinstance(example, RelationExample):
        # The same sentence asks another question for another pair of mentions.
        places = [
            f"{item.start}-{item.end}" if isinstance(item, Entity) else ""
            for item in (example.subject, example.object)
        ]
        return identity(example.text, *places) if (example.text or "").strip() else 0
    return identity(example.text, example.text_pair)
