"""What is known of a run's rows: surveys of its splits, and a sample to tokenize."""

import math

from haechi.preflight.inputs import Inputs
from haechi.preflight.query import question
from haechi.rows.columns import PAIRED
from haechi.rows.examples import Example
from haechi.rows.fault import FileFault
from haechi.rows.splits import SPLITS, Split, SplitStream, read_split, split_file
from haechi.rows.survey import Survey, survey
from haechi.schema.task import Objective, PairEncoder, TaskConfig
from haechi.tokenization.reading import PROBES

# Long rows take long to encode; so many characters show as much as two thousand short rows.
SAMPLE_CHARACTERS = 600_000


class RowEvidence(Inputs):
    """The rows."""

    @question
    def splits(self) -> dict[str, Split | FileFault]:
        """All rows of each split that the task names, or why they cannot be read; for those who train."""
        found: dict[str, Split | FileFault] = dict(self._loaded)
        for name in () if self._loaded else SPLITS:
            try:
                split = read_split(self.config.task, name)
            except FileFault as fault:
                found[name] = fault
                continue
            if split is not None:
                found[name] = split
        return found

    def examples(self, name: str, limit: int | None) -> Split | SplitStream | None:
        """The rows of a split, from memory where they are kept; about `limit` of a long file."""
        if self._full or self._loaded:
            split = self.splits.get(name)
            if isinstance(split, FileFault):
                raise split
            return split
        task = self.config.task
        path = split_file(task, name)
        return None if path is None else SplitStream(task, name, path, limit)

    @question
    def surveys(self) -> dict[str, Survey | FileFault]:
        """What is known of each split that the task names, train first; or why it cannot be read."""
        found: dict[str, Survey | FileFault] = {}
        limit = max(0, self.config.preflight.sample_rows)
        for name in SPLITS:
            try:
                rows = self.examples(name, limit or None)
                if rows is None:
                    continue
                found[name] = surveyed = survey(
                    name,
                    str(rows.path),
                    rows,
                    complete=isinstance(rows, Split) or rows.complete,
                    sample_rows=limit if name == "train" else 0,
                    scale=known_scale(self.config.task),
                )
                if surveyed.rows and not surveyed.usable:
                    # Nothing is left to judge: the column is another one than the task needs.
                    found[name], _ = next(iter(surveyed.odd_cells.values()))
            except FileFault as fault:
                found[name] = fault
        return found

    @property
    def has_rows_in_memory(self) -> bool:
        """Whether the caller has read the rows already."""
        return bool(self._loaded)

    @property
    def readable(self) -> list[Survey]:
        """Surveys of the splits that could be read, train first."""
        return [item for item in self.surveys.values() if isinstance(item, Survey)]

    @property
    def train(self) -> Survey | None:
        """The survey of the train split, where it could be read."""
        found = self.surveys.get("train")
        return found if isinstance(found, Survey) else None

    @property
    def sample(self) -> list[Example]:
        """Train rows to tokenize: `preflight.sample_rows` of them, drawn over the whole split, fewer where
        they are long; none when all are to be counted (`preflight.sample_rows=0`)."""
        characters, found = 0, list[Example]()
        for example in self.train.sample if self.train else ():
            characters += len(example.text or "") + len(example.text_pair or "")
            found.append(example)
            if characters > SAMPLE_CHARACTERS:
                break
        return found

    @property
    def probe_texts(self) -> list[str]:
        """Texts to try a tokenizer on: some of the sample, or everyday sentences while no rows are here."""
        if self.train is None:
            return PROBES
        texts = [text for item in self.train.sample[:500] for text in (item.text, item.text_pair) if text]
        return texts or PROBES

    @question
    def has_pairs(self) -> bool:
        """Whether the task's rows have two texts."""
        return self.config.task.objective in PAIRED or self.config.task.columns.text_pair is not None

    @property
    def is_paired(self) -> bool:
        """Whether the task puts two texts into one input."""
        return self.has_pairs and self.config.task.encoder is PairEncoder.cross

    @question
    def highest_score(self) -> float | None:
        """The score that a cosine of 1 stands for with `task.encoder=bi`; None with another encoder."""
        task = self.config.task
        if task.encoder is not PairEncoder.bi or task.highest_score is not None:
            return task.highest_score if task.encoder is PairEncoder.bi else None
        # Without a positive score there is no scale; 1 keeps the cosine as it is.
        return self.train.highest if self.train and self.train.numbers and self.train.highest > 0 else 1.0


def known_scale(task: TaskConfig) -> tuple[float, float] | None:
    """Lowest and highest score of a regression, infinite where open; None where `task.scale` says neither."""
    low, high = task.scale.lowest, task.scale.highest
    if task.objective is not Objective.regression or (low is None and high is None):
        return None
    return -math.inf if low is None else low, math.inf if high is None else high
