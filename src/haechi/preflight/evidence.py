"""What rules look at: the run, the checkpoint's files, the tokenizer, the rows.

Everything is opened late and once, so that a rule that needs only the config costs only that, and
jobs of a sweep that share a checkpoint share its files.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

from haechi import places
from haechi.checkpoint.files import Checkpoint, open_checkpoint
from haechi.checkpoint.locate import Location, State, is_path, locate
from haechi.preflight.depth import DepthReport
from haechi.preflight.probes import TRACKING, WEBHOOK, Probes, ask_tracking, ask_webhook
from haechi.preflight.query import Inquiry, Shelf, question
from haechi.preflight.tokens import TokenCounts, count_tokens
from haechi.resolve import Environment, Run
from haechi.rows.columns import PAIRED
from haechi.rows.examples import Example
from haechi.rows.fault import FileFault
from haechi.rows.splits import SPLITS, Split, SplitStream, read_split, split_file
from haechi.rows.survey import Survey, survey
from haechi.schema.catalogue import checkpoint_of, facts_of, is_same
from haechi.schema.model import Init, ModelFacts
from haechi.schema.run import RunConfig
from haechi.schema.task import Objective
from haechi.text import Text
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import NewToken, TooFewSlots, add_tokens
from haechi.tokenization.reading import PROBES
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer

# Fewer entries are no vocabulary: what transformers makes up when it finds none, or a Git LFS pointer.
SMALLEST_VOCABULARY = 100
# Long rows take long to encode; so many characters show as much as two thousand short rows.
SAMPLE_CHARACTERS = 600_000


class _Groups:
    """A run's config that tells which of its groups are read."""

    def __init__(self, evidence: "Evidence") -> None:
        self._evidence = evidence

    def __getattr__(self, name: str) -> Any:
        self._evidence.note(name)
        return getattr(self._evidence.whole.config, name)


class Evidence(Inquiry):
    """All that is known of one run before a weight is loaded."""

    def __init__(
        self,
        run: Run,
        *,
        weights: bool = False,
        full: bool = False,
        loaded: Mapping[str, Split | FileFault] | None = None,
        jobs: int = 1,
        by_facts: bool = False,
        shelf: Shelf | None = None,
        depth: DepthReport | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            run: what is judged.
            weights: whether the weights are to be fetched too, so that their header can be judged.
            full: whether the rows are kept (`splits`), since the run is about to train on them.
            loaded: splits that the caller has read already (a hub data set); judged instead of files.
            by_facts: whether hub checkpoints are judged by what the catalogue says of them alone.
            jobs: how many jobs the sweep has that the run belongs to.
            shelf: answers of other jobs of the same sweep, all asked with the same `weights` and `full`.
            depth: what the deep check has measured.
        """
        super().__init__(shelf)
        self.weights, self.jobs, self._by_facts = weights, jobs, by_facts
        self.whole = run
        """The run, for those who look at all of it anyway; rules ask for `run` or `config`."""
        self._full, self._loaded, self._depth = full, dict(loaded or {}), depth
        self._groups = cast(RunConfig, _Groups(self))

    def fingerprint(self, name: str) -> str:
        """Inputs are the config's groups, `run` for whatever else was typed, and `depth`."""
        if name == "depth":
            return repr(self._depth)
        if name == "run":
            return repr((self.whole.overrides, self.whole.folder))
        return repr(getattr(self.whole.config, name))

    @property
    def run(self) -> Run:
        """The run with its overrides and origins, which no other job shares."""
        self.note("run", *(item.name for item in fields(self.whole.config)))
        return self.whole

    @property
    def depth(self) -> DepthReport | None:
        """What the deep check has measured; None while it has not."""
        self.note("depth")
        return self._depth

    @property
    def environment(self) -> Environment:
        """What the verdict depends on besides the config; `notify` names one of the variables."""
        self.note("notify")
        return self.whole.environment

    @property
    def config(self) -> RunConfig:
        """The run's config."""
        return self._groups

    @question
    def location(self) -> Location:
        """Where the checkpoint is."""
        model, timeout = self.config.model, self.config.preflight.network_timeout_seconds
        # Without a network weights must be in the cache already, so that is asked at once.
        wanted = (self.weights or self.environment.hub_offline) and model.init is not Init.scratch
        return self._locate(model.checkpoint, model.revision, timeout, weights=wanted)

    def _locate(self, name: str, revision: str, timeout_seconds: float, *, weights: bool = False) -> Location:
        """Where a checkpoint is; the hub is asked once for all jobs of a sweep."""
        if self._by_facts and not is_path(name):
            return Location(name, State.unreachable, reason=Text("it was not asked for", "묻지 않았습니다"))

        def ask() -> Location:
            return locate(name, revision, timeout_seconds=timeout_seconds, weights=weights)

        return self.once("location", None, name, revision, str(weights), compute=ask)

    @question
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint's files; None while they are out of reach."""
        return open_checkpoint(self.location.folder) if self.location.folder else None

    @question
    def architecture(self) -> Checkpoint | None:
        """The sizes that the run builds: the checkpoint's, or from scratch those of `model.config`."""
        model = self.config.model
        if self.checkpoint is None or model.init is not Init.scratch:
            return self.checkpoint
        return replace(self.checkpoint, config={**self.checkpoint.config, **model.config}, tensors={})

    @question
    def facts(self) -> ModelFacts:
        """What the catalogue says of the checkpoint, also where it was typed over an option of another."""
        model = self.config.model
        described = checkpoint_of(model.name)
        if described is None or is_same(described, model.checkpoint):
            return model.facts
        return facts_of(model.checkpoint) or ModelFacts()

    @question
    def probes(self) -> Probes:
        """What is asked of the network; the first mention of it starts the asking."""
        tracking, notify, environment = self.config.tracking, self.config.notify, self.environment
        asked: dict[str, Callable[[], Text | None]] = {}
        uri = environment.tracking_uri or (tracking.uri or "").strip()
        if tracking.kind == "mlflow" and uri.startswith(("http://", "https://")):
            asked[TRACKING] = lambda: ask_tracking(uri)
        scheme, host, port = environment.webhook_scheme, environment.webhook_host, environment.webhook_port
        if notify.kind != "none" and scheme and host and port:
            asked[WEBHOOK] = lambda: ask_webhook(scheme, host, port)
        return Probes(asked)

    @property
    def crosses(self) -> bool:
        """Whether the tokenizer is named apart from the model."""
        source = self.config.tokenizer.source
        return source is not None and source != self.config.model.checkpoint

    @question
    def source_location(self) -> Location:
        """Where the tokenizer's files are: the checkpoint's own place unless another is named."""
        if not self.crosses:
            return self.location
        timeout = self.config.preflight.network_timeout_seconds
        return self._locate(str(self.config.tokenizer.source), "main", timeout)

    @question
    def source_facts(self) -> ModelFacts | None:
        """What the catalogue says of the checkpoint that the tokenizer belongs to."""
        return facts_of(str(self.config.tokenizer.source)) if self.crosses else self.facts

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
        rows = self.architecture.type_vocab_size if self.architecture else None
        return bool(rows) and (wanted is not False)

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

    def _examples(self, name: str, limit: int | None) -> Split | SplitStream | None:
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
                rows = self._examples(name, limit or None)
                if rows is None:
                    continue
                examples, complete = (
                    (rows.examples, True) if isinstance(rows, Split) else (rows, rows.complete)
                )
                sample_rows = limit if name == "train" else 0
                found[name] = survey(
                    name, str(rows.path), examples, complete=complete, sample_rows=sample_rows
                )
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
                rows = self._examples("train", None)
                examples = rows.examples if isinstance(rows, Split) else rows or ()
            return count_tokens(examples, self.final_tokenizer, task, limit)

        return self.once("token_counts", self.final_tokenizer, repr((task, limit, wanted)), compute=count)

    @property
    def probe_texts(self) -> list[str]:
        """Texts to try a tokenizer on: some of the sample, or everyday sentences while no rows are here."""
        if self.train is None:
            return PROBES
        texts = [text for item in self.train.sample[:500] for text in (item.text, item.text_pair) if text]
        return texts or PROBES

    @question
    def is_paired(self) -> bool:
        """Whether the task puts two texts into one input."""
        return self.config.task.objective in PAIRED or self.config.task.columns.text_pair is not None

    @property
    def is_catalogued(self) -> bool:
        """Whether the catalogue has facts of the checkpoint."""
        return self.facts.model_type is not None

    @question
    def is_tiny(self) -> bool:
        """Whether the checkpoint is the one that Haechi makes itself."""
        return self.config.model.checkpoint == str(places.tiny_folder())
