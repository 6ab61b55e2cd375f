"""What is known of a run's checkpoint: where it is, what its files and the catalogue say, who answers."""

from collections.abc import Callable
from dataclasses import replace

from haechi import places
from haechi.checkpoint.architectures import CAUSAL
from haechi.checkpoint.files import Checkpoint, open_checkpoint
from haechi.checkpoint.locate import Location, State, is_path, locate
from haechi.preflight.inputs import Inputs
from haechi.preflight.probes import TRACKING, WEBHOOK, Probes, ask_tracking, ask_webhook
from haechi.preflight.query import question
from haechi.schema.catalogue import checkpoint_of, facts_of, is_same
from haechi.schema.model import Init, ModelFacts
from haechi.text import Text


class CheckpointEvidence(Inputs):
    """The checkpoint and the network."""

    @question
    def location(self) -> Location:
        """Where the checkpoint is."""
        model, timeout = self.config.model, self.config.preflight.network_timeout_seconds
        # Without a network weights must be in the cache already, so that is asked at once.
        wanted = (self.weights or self.environment.hub_offline) and model.init is not Init.scratch
        return self._locate(
            model.checkpoint, model.revision, timeout, weights=wanted, pickle=model.allow_pickle
        )

    def _locate(
        self,
        name: str,
        revision: str,
        timeout_seconds: float,
        *,
        weights: bool = False,
        pickle: bool = False,
    ) -> Location:
        """Where a checkpoint is; the hub is asked once for all jobs of a sweep."""
        if self._by_facts and not is_path(name):
            return Location(name, State.unreachable, reason=Text("it was not asked for", "묻지 않았습니다"))

        def ask() -> Location:
            return locate(name, revision, timeout_seconds=timeout_seconds, weights=weights, pickle=pickle)

        return self.once("location", None, name, revision, str(weights), str(pickle), compute=ask)

    @question
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint's files; None while they are out of reach."""
        folder = self.location.folder
        return open_checkpoint(folder, pickle=self.config.model.allow_pickle) if folder else None

    @question
    def architecture(self) -> Checkpoint | None:
        """The sizes that the run builds: the checkpoint's, or from scratch those of `model.config`."""
        model = self.config.model
        if self.checkpoint is None or model.init is not Init.scratch:
            return self.checkpoint
        return replace(self.checkpoint, config={**self.checkpoint.config, **model.config}, tensors={})

    @property
    def is_causal(self) -> bool:
        """Whether a token of the model that the run builds sees only those before it."""
        if self.checkpoint is None:
            return self.facts.model_type in CAUSAL
        overridden = {**self.checkpoint.config, **self.config.model.config}
        return replace(self.checkpoint, config=overridden).is_causal

    @property
    def model_type(self) -> str | None:
        """The architecture, by the checkpoint's files or by the catalogue."""
        return (self.checkpoint.model_type if self.checkpoint else None) or self.facts.model_type

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

    @property
    def is_catalogued(self) -> bool:
        """Whether the catalogue has facts of the checkpoint."""
        return self.facts.model_type is not None

    @question
    def is_tiny(self) -> bool:
        """Whether the checkpoint is the one that Haechi makes itself."""
        return self.config.model.checkpoint == str(places.tiny_folder())
