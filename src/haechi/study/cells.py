"""What is compared: a pooling at a layer, or over several; and the overrides that train with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from haechi.fault import RunFault
from haechi.schema.study import STUDIED

BY_LAYER = ("cls", "mean", "mean_without_special", "max", "mean_sqrt_len", "weighted_mean", "last_token")
"""Poolings that read one layer, whichever."""
PAIR, POOLER, FIRST_LAST, LAST_FOUR = "best_pair", "pooler", "first_last", "last_four"
EMBEDDINGS = "input_embeddings"
"""The average of the word embeddings that the model begins with, before positions and norm."""


@dataclass(frozen=True, order=True)
class Cell:
    """A pooling and the layers that it reads: one for a pooling of a layer, none for the pooler."""

    pooling: str
    layers: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """As it is written in tables: `mean@11`, `first_last`, `pair@1+12`."""
        if self.pooling == PAIR:
            return f"pair@{'+'.join(map(str, self.layers))}"
        return f"{self.pooling}@{self.layers[0]}" if self.pooling in BY_LAYER else self.pooling

    def overrides(self, last: int) -> list[str] | None:
        """What to type to train with it; None where train.py has no such pooling.

        Args:
            last: number of the last layer.
        """
        if self.pooling == PAIR or self.pooling not in STUDIED:
            return None
        without = self.pooling == "mean_without_special"
        typed = ["pooling=mean" if without else f"pooling={self.pooling}"]
        if self.pooling in BY_LAYER and self.layers != (last,):
            typed.append(f"pooling.layer={self.layers[0]}")
        return [*typed, "pooling.include_special_tokens=false"] if without else typed


def several_layers(pooling: str, last: int) -> tuple[int, ...]:
    """The layers that a pooling over several averages; the embeddings are none of them."""
    return (1, last) if pooling == FIRST_LAST else tuple(range(max(1, last - 3), last + 1))


def layers_wanted(typed: Sequence[str], last: int) -> list[int]:
    """`study.layers` as numbers from 0; all where none is named.

    Raises:
        RunFault: something else than a layer of the model.
    """
    if not typed:
        return list(range(last + 1))
    found: set[int] = set()
    for item in typed:
        try:
            number = int(item)
        except ValueError:
            number = last + 1
        if not -last - 1 <= number <= last:
            raise RunFault(
                f"`study.layers` names `{item}`, and the model has the layers 0 to {last}",
                ["0 is the embeddings; negative numbers count from the end"],
                ["~study.layers", f"study.layers=[0,{last // 2},-1]"],
            )
        found.add(number % (last + 1))
    return sorted(found)


def poolings_wanted(typed: Sequence[str]) -> list[str]:
    """`study.poolings` in the order of the schema.

    Raises:
        RunFault: a name that is none.
    """
    unknown = [name for name in typed if name not in STUDIED]
    if unknown or not typed:
        said = f"names `{unknown[0]}`, which cannot be studied" if unknown else "is empty"
        raise RunFault(
            f"`study.poolings` {said}",
            [
                f"there are {', '.join(STUDIED)}",
                "attention and entity_start are not among them: one is trained, the other reads entities",
            ],
            ["~study.poolings"],
        )
    return [name for name in STUDIED if name in typed]


def grid(poolings: Iterable[str], layers: Sequence[int], last: int, *, has_pooler: bool) -> list[Cell]:
    """The cells, those of one layer first; `best_pair` is found later."""
    wanted = list(poolings)
    cells = [Cell(name, (layer,)) for name in wanted if name in BY_LAYER for layer in layers]
    if POOLER in wanted and has_pooler:
        cells.append(Cell(POOLER))
    several = [name for name in (FIRST_LAST, LAST_FOUR) if name in wanted]
    return [*cells, *(Cell(name, several_layers(name, last)) for name in several)]


def pairs(layers: Sequence[int], last: int) -> list[Cell]:
    """Every pair of layers whose means could be averaged; first and last have a name of their own."""
    return [Cell(PAIR, pair) for pair in combinations(layers, 2) if pair != (1, last)]
