"""Which rows are the same: by a 64-bit hash of their texts, in eight bytes a row."""

import unicodedata
from array import array
from collections.abc import Iterator

# So many hashes are compared at a time, which bounds the memory of the comparison.
PARTITION = 200_000


def identity(*texts: str | None) -> int:
    """A hash that is equal for equal texts, after NFC and with spaces evened out; 0 for empty ones.

    Two different rows of two million agree by chance once in ten million times.
    """
    evened = [" ".join(_composed(text).split()) if text else "" for text in texts]
    return hash("\0".join(evened)) or 1 if any(evened) else 0


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Identities:
    """Hashes of the rows of a split, in their order; rows without text have the hash 0 and are no one's."""

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, value: int) -> None:
        """Append the hash of the next row."""
        self._hashes.append(value)

    def __len__(self) -> int:
        return len(self._hashes)

    def repeated(self) -> list[int]:
        """Indices of rows that stand before in the same split."""
        found: list[int] = []
        for indices in self._partitions():
            seen: set[int] = set()
            for index in indices:
                value = self._hashes[index]
                if value in seen:
                    found.append(index)
                seen.add(value)
        return sorted(found)

    def conflicting(self, labelled: "Identities") -> list[int]:
        """Indices of rows that stand before with another label.

        Args:
            labelled: the same rows with their labels.
        """
        found: list[int] = []
        for indices in self._partitions():
            first: dict[int, int] = {}
            for index in indices:
                value = labelled._hashes[index]
                if first.setdefault(self._hashes[index], value) != value:
                    found.append(index)
        return sorted(found)

    def shared(self, other: "Identities") -> list[int]:
        """Indices of rows of `other` that are here too."""
        wanted = {value for value in other._hashes if value}
        here = {value for value in self._hashes if value in wanted}
        return [index for index, value in enumerate(other._hashes) if value in here]

    def _partitions(self) -> Iterator[list[int]]:
        """Indices of rows with text, so that equal hashes come together and no part is large."""
        parts = len(self._hashes) // PARTITION + 1
        for part in range(parts):
            yield [index for index, value in enumerate(self._hashes) if value and value % parts == part]
