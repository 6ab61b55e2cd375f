"""What rules look at: the run, the checkpoint's files, the rows, and the tokenizer, which reads them.

Everything is opened late and once, so that a rule that needs only the config costs only that, and
jobs of a sweep that share a checkpoint share its files.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from haechi.forecast import Forecast, Work, forecast, machine, work_of
from haechi.preflight.checkpoint_evidence import CheckpointEvidence
from haechi.preflight.query import question
from haechi.preflight.row_evidence import RowEvidence
from haechi.preflight.token_counts import TokenCounts
from haechi.preflight.tokens import count_tokens
from haechi.rows.examples import Example
from haechi.schema.task import Objective
from haechi.text import Text
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import NewToken, TooFewSlots, add_tokens
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer

# Fewer entries are no vocabulary: what transformers makes up when it finds none, or a Git LFS pointer.
SMALLEST_VOCABULARY = 100


class Evidence(CheckpointEvidence, RowEvidence):
    """All that is known of one run before a weight is loaded."""

    @question
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
            return NoTokenizer(
                folder,
                Text(
                    f"its {built.length} entries are no vocabulary",
                    f"항목 {built.length}개로는 어휘라 할 수 없습니다",
                ),
            )
        return built

    @property
    def tokenizer(self) -> RuntimeTokenizer | None:
        """The tokenizer as its files have it; None while they are out of reach or give none."""
        return self._built if isinstance(self._built, RuntimeTokenizer) else None

    @question
    def _extended(self) -> tuple[RuntimeTokenizer, list[NewToken]]:
        config = self.config.tokenizer
        assert self.tokenizer is not None, "rules look at `tokenizer` first"
        tokenizer, special = self.tokenizer, [*config.add_special_tokens, *self.marker_tokens]

        def extend() -> tuple[RuntimeTokenizer, list[NewToken]]:
            try:
                return add_tokens(tokenizer, config.add_tokens, special, config.new_tokens)
            except TooFewSlots:
                return tokenizer, []  # refused by VOC002

        settings = repr((config.add_tokens, special, config.new_tokens))
        return self.once("extended", tokenizer, settings, compute=extend)

    @question
    def marker_tokens(self) -> list[str]:
        """Special tokens that a relation task needs to mark its mentions."""
        task = self.config.task
        if task.objective is not Objective.relation:
            return []
        types = self.train.entity_types if self.train else (set[str](), set[str]())
        return marker_tokens(task.markers, types)

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
        has_segments = self.architecture is not None and self.architecture.has_segments
        return has_segments and wanted is not False

    @property
    def tokenizer_fault(self) -> NoTokenizer | None:
        """Why the files that are there give no tokenizer."""
        return self._built if isinstance(self._built, NoTokenizer) else None

    @question
    def own_tokenizer(self) -> RuntimeTokenizer | None:
        """The tokenizer in the checkpoint's own folder, where it can be built."""
        if self.location.folder is None:
            return None
        built = self._build(self.location.folder, None)
        return built if isinstance(built, RuntimeTokenizer) else None

    @question
    def work(self) -> Work | None:
        """The sizes of the training, as far as they are known; None where there is none."""
        return work_of(self) if self.whole.trains else None

    @question
    def forecast(self) -> Forecast | None:
        """What the run will take of memory and time; None while its sizes are not known."""
        work = self.work
        return None if work is None else replace(forecast(work), load=machine.load_factor())

    @question
    def token_counts(self) -> TokenCounts | None:
        """What the tokenizer that trains makes of the train rows; None without a tokenizer or rows."""
        train = self.train
        if self.tokenizer is None or train is None or not train.rows:
            return None
        task, limit, wanted = (
            self.config.task,
            self.config.tokenizer.max_length,
            self.config.preflight.sample_rows,
        )

        def count() -> TokenCounts:
            examples: Iterable[Example] = self.sample
            if wanted <= 0:
                rows = self.examples("train", None)
                examples = (item for item in rows or () if isinstance(item, Example))
            return count_tokens(examples, self.final_tokenizer, task, limit)

        return self.once("token_counts", self.final_tokenizer, repr((task, limit, wanted)), compute=count)
