"""MODEL006."""

from collections.abc import Iterator

from haechi.checkpoint.files import Checkpoint
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init

# The name that an architecture's base model has inside its task models.
PREFIXES = {
    "bert": "bert", "roberta": "roberta", "xlm-roberta": "roberta", "electra": "electra",
    "distilbert": "distilbert", "albert": "albert", "deberta-v2": "deberta", "modernbert": "model",
}  # fmt: skip
WORD_EMBEDDINGS = ("word_embeddings.weight", "tok_embeddings.weight")


@rule("MODEL006")
def foreign_weights(evidence: Evidence) -> Iterator[Problem]:
    """The weights are not those of the architecture that config.json names.

    ## What
    The tensors carry the names of another family, or config.json declares other sizes than they have:
    another number of layers, vocabulary entries, positions or segments, another width.

    ## Why
    transformers prints a table of missing tensors, draws them at random and trains on: of a RoBERTa
    loaded as a BERT, 71 of 71 tensors are new. A tensor of another size fails while loading.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` with one family's weights and another's config

    ## What to do
    Put the checkpoint's own config.json beside its weights.

    ## References
    - https://github.com/huggingface/transformers/issues/16353
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or not checkpoint.tensors or evidence.config.model.init is Init.scratch:
        return
    prefix = PREFIXES.get(checkpoint.model_type or "")
    if prefix is None:
        return
    heads = [name for name in checkpoint.tensors if name.endswith(WORD_EMBEDDINGS)]
    if not any(name.startswith(("embeddings.", f"{prefix}.embeddings.")) for name in heads):
        found = sorted({name.partition(".")[0] for name in checkpoint.tensors})
        yield Problem(
            f"config.json says `{checkpoint.model_type}`, but no tensor is named `{prefix}.embeddings...`",
            keys=["model.checkpoint"],
            notes=[f"the tensors' names begin with {', '.join(f'`{name}`' for name in found[:5])}"],
            fixes=[["model.init=scratch"], ["model=tiny"]],
        )
        return
    for key, declared, stored in _sizes(checkpoint):
        if declared and stored and declared != stored:
            yield Problem(
                f"config.json says `{key}` {declared:,}, but the weights have {stored:,}",
                keys=["model.checkpoint"],
                notes=["missing layers would be drawn at random; tensors of another size fail to load"],
                fixes=[["model.init=scratch"], ["model=tiny"]],
            )


def _sizes(checkpoint: Checkpoint) -> Iterator[tuple[str, int | None, int | None]]:
    """Sizes that config.json declares and that the header shows: (key, declared, stored)."""
    config = checkpoint.config
    words = next(info.shape for name, info in checkpoint.tensors.items() if name.endswith(WORD_EMBEDDINGS))
    width = next((key for key in ("embedding_size", "hidden_size", "dim") if key in config), "hidden_size")
    yield "num_hidden_layers", checkpoint.declared_layers, checkpoint.num_layers
    yield "vocab_size", config.get("vocab_size"), words[0]
    yield width, config.get(width), words[1]
    if checkpoint.has_position_table:
        key = "max_position_embeddings"
        yield key, config.get(key), checkpoint.rows("position_embeddings.weight")
    yield "type_vocab_size", config.get("type_vocab_size"), checkpoint.rows("token_type_embeddings.weight")
