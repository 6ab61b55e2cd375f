"""Facts of the catalogue against a checkpoint's own files.

`python -m haechi.preflight.facts [model ...]` prints, for each model option, the commit to pin and
every fact that differs. It needs the hub, or a cache.
"""

import sys

from omegaconf import OmegaConf

from haechi import hub, places
from haechi.checkpoint.locate import State
from haechi.compose import compose
from haechi.preflight.evidence import Evidence
from haechi.resolve import resolve
from haechi.schema.model import ModelFacts
from haechi.tokenization.new_tokens import spare_slots

PATIENCE_SECONDS = 20.0


def differences(evidence: Evidence, facts: ModelFacts | None = None) -> list[tuple[str, object, object]]:
    """Facts that the opened files contradict: key, fact, what the files say.

    Args:
        evidence: the run's.
        facts: those to compare with; the catalogue's of the run's checkpoint unless others are given.
    """
    checkpoint, facts = evidence.checkpoint, facts or evidence.facts
    if checkpoint is None or not checkpoint.config:
        return []
    tokenizer = evidence.own_tokenizer
    found: dict[str, object] = {
        "model_type": checkpoint.model_type,
        "hidden_size": checkpoint.declared("hidden_size"),
        "num_hidden_layers": checkpoint.declared_layers,
        "vocab_size": checkpoint.embedding_rows,
        "usable_positions": checkpoint.usable_positions,
        "has_pooler": checkpoint.has_pooler,
        "tokenizer_length": tokenizer.length if tokenizer else None,
        "cls_token_id": tokenizer.id("cls") if tokenizer else None,
        "pad_token_id": tokenizer.id("pad") if tokenizer else None,
    }
    pairs = [(key, getattr(facts, key), value) for key, value in found.items()]
    return [(key, fact, value) for key, fact, value in pairs if None not in (fact, value) and fact != value]


def _spare_slots(evidence: Evidence) -> list[tuple[str, object, object]]:
    """The count of spare slots where it differs; no run is warned of it, since the files count."""
    fact, tokenizer = evidence.facts.spare_slots, evidence.own_tokenizer
    found = fact if tokenizer is None else len(spare_slots(tokenizer))
    return [] if fact is None or fact == found else [("spare_slots", fact, found)]


def _report(option: str) -> tuple[str, bool]:
    """What is to be said of one option, and whether all its facts hold."""
    composed = compose([f"model={option}", f"preflight.network_timeout_seconds={PATIENCE_SECONDS}"])
    evidence = Evidence(resolve(composed, composed.hydra))
    model, location = evidence.config.model, evidence.location
    if location.state is not State.cached or location.folder is None:
        return f"{option:<20} not compared: {location.reason}", True
    answer = hub.ask(model.checkpoint, model.revision, PATIENCE_SECONDS)
    complete = evidence.checkpoint is not None and evidence.checkpoint.has_weights
    found = [*differences(evidence), *_spare_slots(evidence)]
    lines = [f"{option:<20} revision: {answer.commit or location.folder.name}"]
    lines += [] if complete else [f"{'':<20} its weights are not here, so the pooler was not compared"]
    lines += [f"{'':<20} {key}: the YAML says {fact}, the files say {value}" for key, fact, value in found]
    return "\n".join(lines), not found


def main() -> int:
    """Compare the named options, or all that name a hub id; 1 when a fact differs."""
    files = sorted((places.CONF / "model").glob("*.yaml"))
    known = [path.stem for path in files if OmegaConf.to_container(OmegaConf.load(path)).get("facts")]  # type: ignore[union-attr]
    holds = True
    for option in sys.argv[1:] or known:
        text, good = _report(option)
        sys.stdout.write(f"{text}\n")
        holds &= good
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
