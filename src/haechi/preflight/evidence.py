"""What rules look at: the run, the checkpoint's files, the tokenizer, the rows.

Everything is opened late and once, so that a rule that needs only the config costs only that, and
jobs of a sweep that share a checkpoint share its files.
"""

import random
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from haechi import places
from haechi.checkpoint.files import Checkpoint, open_checkpoint
from haechi.checkpoint.locate import Location, locate
from haechi.resolve import Run
from haechi.rows.columns import PAIRED, Example
from haechi.rows.fault import FileFault
from haechi.rows.splits import SPLITS, Split, read_split
from haechi.schema.catalogue import facts_of
from haechi.schema.model import Init, ModelFacts
from haechi.schema.run import RunConfig
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import NewToken, TooFewSlots, add_tokens
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer

# Fewer entries are no vocabulary: what transformers makes up when it finds none, or a Git LFS pointer.
SMALLEST_VOCABULARY = 100


@dataclass
class Evidence:
    """All that is known of one run before a weight is loaded."""

    run: Run
    weights: bool = False
    """Whether the weights are to be fetched too, so that their header can be judged."""
    full: bool = False
    """Whether every row is read, however large the files are."""
    loaded: dict[str, Split | FileFault] = field(default_factory=lambda: {})
    """Splits that the caller has read already (a hub data set); judged instead of files."""

    @property
    def config(self) -> RunConfig:
        """The run's config."""
        return self.run.config

    @cached_property
    def location(self) -> Location:
        """Where the checkpoint is."""
        model, timeout = self.config.model, self.config.preflight.network_timeout_seconds
        # Without a network weights must be in the cache already, so that is asked at once.
        wanted = (self.weights or self.run.environment.hub_offline) and model.init is not Init.scratch
        return locate(model.checkpoint, model.revision, timeout_seconds=timeout, weights=wanted)

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint's files; None while they are out of reach."""
        return open_checkpoint(self.location.folder) if self.location.folder else None

    @cached_property
    def architecture(self) -> Checkpoint | None:
        """The sizes that the run builds: the checkpoint's, or from scratch those of `model.config`."""
        model = self.config.model
        if self.checkpoint is None or model.init is not Init.scratch:
            return self.checkpoint
        return replace(self.checkpoint, config={**self.checkpoint.config, **model.config}, tensors={})

    @cached_property
    def facts(self) -> ModelFacts:
        """What the catalogue says of the checkpoint."""
        return self.config.model.facts

    @property
    def crosses(self) -> bool:
        """Whether the tokenizer is named apart from the model."""
        source = self.config.tokenizer.source
        return source is not None and source != self.config.model.checkpoint

    @cached_property
    def source_location(self) -> Location:
        """Where the tokenizer's files are: the checkpoint's own place unless another is named."""
        if not self.crosses:
            return self.location
        timeout = self.config.preflight.network_timeout_seconds
        return locate(str(self.config.tokenizer.source), timeout_seconds=timeout)

    @cached_property
    def source_facts(self) -> ModelFacts | None:
        """What the catalogue says of the checkpoint that the tokenizer belongs to."""
        return facts_of(str(self.config.tokenizer.source)) if self.crosses else self.facts

    @cached_property
    def _built(self) -> RuntimeTokenizer | NoTokenizer | None:
        folder = self.source_location.folder
        return self._build(folder, self.config.tokenizer.do_lower_case) if folder else None

    @staticmethod
    def _build(folder: Path, do_lower_case: bool | None) -> RuntimeTokenizer | NoTokenizer:
        try:
            built = build_tokenizer(folder, do_lower_case)
        except NoTokenizer as error:
            return error
        if built.length < SMALLEST_VOCABULARY:
            return NoTokenizer(folder, f"its {built.length} entries are no vocabulary")
        return built

    @property
    def tokenizer(self) -> RuntimeTokenizer | None:
        """The tokenizer as its files have it; None while they are out of reach or give none."""
        return self._built if isinstance(self._built, RuntimeTokenizer) else None

    @cached_property
    def _extended(self) -> tuple[RuntimeTokenizer, list[NewToken]]:
        config = self.config.tokenizer
        assert self.tokenizer is not None, "rules look at `tokenizer` first"
        try:
            return add_tokens(self.tokenizer, config.add_tokens, config.add_special_tokens, config.new_tokens)
        except TooFewSlots:
            return self.tokenizer, []  # refused by VOC002

    @property
    def final_tokenizer(self) -> RuntimeTokenizer:
        """The tokenizer that trains: `tokenizer` with the run's own tokens added."""
        return self._extended[0]

    @property
    def new_tokens(self) -> list[NewToken]:
        """Tokens that the run adds."""
        return self._extended[1]

    @property
    def takes_token_type_ids(self) -> bool:
        """Whether segment ids reach the model."""
        wanted = self.config.tokenizer.token_type_ids
        rows = self.architecture.type_vocab_size if self.architecture else None
        return bool(rows) and (wanted is not False)

    @property
    def tokenizer_fault(self) -> NoTokenizer | None:
        """Why the files that are there give no tokenizer."""
        return self._built if isinstance(self._built, NoTokenizer) else None

    @cached_property
    def own_tokenizer(self) -> RuntimeTokenizer | None:
        """The tokenizer in the checkpoint's own folder, where it can be built."""
        if self.location.folder is None:
            return None
        built = self._build(self.location.folder, None)
        return built if isinstance(built, RuntimeTokenizer) else None

    @cached_property
    def splits(self) -> dict[str, Split | FileFault]:
        """Each split that the task names: its examples, or why they cannot be read."""
        found: dict[str, Split | FileFault] = dict(self.loaded)
        limit = None if self.full else max(0, self.config.preflight.sample_rows) or None
        for name in SPLITS:
            if name in found or self.loaded:
                continue
            try:
                split = read_split(self.config.task, name, limit)
            except FileFault as fault:
                found[name] = fault
                continue
            if split is not None:
                found[name] = split
        return found

    @property
    def readable_splits(self) -> list[Split]:
        """Splits that could be read, train first."""
        return [split for split in self.splits.values() if isinstance(split, Split)]

    @cached_property
    def sample(self) -> list[Example]:
        """Train examples to tokenize: all, or `preflight.sample_rows` drawn over the whole split."""
        train = self.splits.get("train")
        if not isinstance(train, Split):
            return []
        examples = [example for example in train.examples if example.text]
        limit = self.config.preflight.sample_rows
        if 0 < limit < len(examples):
            examples = random.Random(0).sample(examples, limit)
        return examples

    @cached_property
    def encoded_sample(self) -> list[tuple[Example, list[int]]]:
        """The sample with its uncut token ids; empty without a tokenizer."""
        if self.tokenizer is None or not self.sample:
            return []
        paired = all(example.text_pair is not None for example in self.sample)
        encodings = self.final_tokenizer.encode_whole(
            [example.text or "" for example in self.sample],
            [example.text_pair or "" for example in self.sample] if paired else None,
        )
        return [(example, encoding.ids) for example, encoding in zip(self.sample, encodings, strict=True)]

    @cached_property
    def is_paired(self) -> bool:
        """Whether the task puts two texts into one input."""
        return self.config.task.objective in PAIRED or self.config.task.columns.text_pair is not None

    @property
    def is_catalogued(self) -> bool:
        """Whether the catalogue has facts of the checkpoint."""
        return self.facts.model_type is not None

    @cached_property
    def is_tiny(self) -> bool:
        """Whether the checkpoint is the one that Haechi makes itself."""
        return self.config.model.checkpoint == str(places.tiny_folder())
