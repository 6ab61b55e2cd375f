"""What the rows that a tokenizer has encoded add up to."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from haechi.rows.tally import Tallies
from haechi.tokenization.reading import hangul_and_letters
from haechi.tokenization.runtime import RuntimeTokenizer

# Names of the faults that are counted.
LOST_ENTITY, LOST_CHARACTERS, BLURRED_TAGS, CUT_TAGS = (
    "lost_entity", "lost_characters", "blurred_tags", "cut_tags",
)  # fmt: skip
CUT_QUESTION, LOST_ANSWER, BLURRED_ANSWER, LONG_ANSWER = (
    "cut_question", "lost_answer", "blurred_answer", "long_answer",
)  # fmt: skip


@dataclass
class TokenCounts:
    """What the rows that were encoded add up to."""

    rows: int = 0
    tokens: int = 0
    """Tokens, special ones left out."""
    unknown: int = 0
    """Of them [UNK]."""
    entries: set[int] = field(default_factory=lambda: set[int]())
    """Ids that occur."""
    characters: int = 0
    """Characters of the texts, spaces left out."""
    words: int = 0
    """Words: what lies between spaces."""
    letters: int = 0
    hangul: int = 0
    """Letters, and of them Hangul."""
    lengths: Counter[int] = field(default_factory=lambda: Counter[int]())
    """Rows by their length in tokens, special ones and markers included, before they are cut."""
    tallies: Tallies = field(default_factory=Tallies)
    """Rows with a fault, by its name."""
    windows: int = 0
    """Windows of the contexts."""
    longest_lost: int | None = None
    """Tokens of the longest answer that no window holds, counted in the same way."""
    longest_answer: int = 0
    """Tokens of the longest answer, of several to a question the shortest, as far as tokens cover it."""
    answered: int = 0
    """Questions whose answers stand where the row says."""
    source_tokens: int = 0
    """Source tokens with a tag, spaces left out."""
    lost_tokens: int = 0
    """Of them those that no token of the model covers."""
    blurred_tokens: int = 0
    """Of them those whose tag cannot be told."""
    cut_tokens: int = 0
    """Of them those that lie beyond `max_length`."""
    entities: int = 0
    """Entities that the tags mark."""
    cut_entities: int = 0
    """Of them those that do not lie within `max_length` as a whole."""
    needed: Counter[int] = field(default_factory=lambda: Counter[int]())
    """Rows by the length that would hold both mentions of their relation, closing tokens included."""

    @property
    def unknown_share(self) -> float:
        """Share of [UNK] among the tokens; a WordPiece vocabulary gives one for a whole word."""
        return self.unknown / max(self.tokens, 1)

    @property
    def tokens_per_character(self) -> float:
        """Tokens that one character costs on average."""
        return self.tokens / max(self.characters, 1)

    @property
    def tokens_per_word(self) -> float:
        """Tokens that one word costs on average."""
        return self.tokens / max(self.words, 1)

    @property
    def is_korean(self) -> bool:
        """Whether at least a third of the letters are Hangul."""
        return self.letters > 0 and self.hangul * 3 >= self.letters

    def longer_than(self, limit: int) -> int:
        """Rows that have more tokens."""
        return sum(count for length, count in self.lengths.items() if length > limit)

    def percentile(self, share: float) -> int:
        """The length that this share of the rows does not exceed (nearest rank)."""
        rank, seen = max(1, math.ceil(self.lengths.total() * share - 1e-9)), 0
        for length in sorted(self.lengths):
            seen += self.lengths[length]
            if seen >= rank:
                return length
        return 0

    def add(self, text: str, ids: Sequence[int], special: int, unk: int) -> None:
        """Count one text: its ids, how many of them the template added, and which one is [UNK]."""
        words = text.split()
        self.words += len(words)
        self.characters += sum(map(len, words))
        self.tokens += len(ids) - special
        self.unknown += ids.count(unk)
        self.entries.update(ids)
        hangul, letters = hangul_and_letters(text)
        self.hangul += hangul
        self.letters += letters


def unknown_id(tokenizer: RuntimeTokenizer) -> int:
    """Id of [UNK], or one that no token has."""
    unk = tokenizer.id("unk")
    return -1 if unk is None else unk
