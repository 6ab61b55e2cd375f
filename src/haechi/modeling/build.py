"""A judged run -> its model, seeded."""

import torch
from transformers import PreTrainedModel

from haechi.checkpoint.architectures import WITH_POOLER
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.cpu_attention import hasten_attention
from haechi.modeling.cpu_dropout import hasten_dropout
from haechi.modeling.cpu_layer import hasten_layers
from haechi.modeling.cpu_memory import keep_freed_memory
from haechi.modeling.embeddings import make_room
from haechi.modeling.encoder import load_backbone
from haechi.modeling.first_token import narrow_last_layer
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run
from haechi.schema.model import Init


def build_model(run: Run, evidence: Evidence, outputs: int) -> TextModel:
    """Load the backbone, make room for new tokens, and draw the head; the run's seed fixes all of it.

    Args:
        run: the run.
        evidence: what was judged; its files are what is loaded.
        outputs: classes or tags, 1 for a score, 2 for a span.
    """
    from transformers import set_seed

    backbone = build_backbone(run, evidence)
    # Drawn after the backbone, from a seed of its own: adding a token leaves the head as it was.
    set_seed(run.config.seed)
    objective, highest = run.config.task.objective, evidence.highest_score
    whole = assemble(backbone, run.config.pooling, outputs, objective, highest)
    if whole.pooling is not None:
        narrow_last_layer(backbone, run.config.pooling)
    if runs_on_cpu():
        keep_freed_memory()
        hasten_dropout(whole)
        hasten_attention(backbone)
        hasten_layers(backbone)
    return whole.to(getattr(torch, run.config.model.dtype.value))


def build_backbone(run: Run, evidence: Evidence) -> PreTrainedModel:
    """Load the backbone (or draw it from the run's seed) and make room for new tokens.

    Args:
        run: the run.
        evidence: what was judged; its files are what is loaded.
    """
    from transformers import logging, set_seed

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    set_seed(run.config.seed)
    checkpoint = evidence.checkpoint
    assert checkpoint is not None, "preflight lets no run pass without its files"
    model = run.config.model
    backbone = load_backbone(
        checkpoint.folder,
        dict(model.config),
        model.init,
        with_pooler=builds_pooler(evidence),
        pickle=checkpoint.is_pickle,
    )
    wanted = int(model.config.get("vocab_size", 0))
    rows = max(evidence.final_tokenizer.max_id + 1, wanted)
    make_room(backbone, evidence.new_tokens, rows)
    return backbone


def runs_on_cpu() -> bool:
    """Whether there is no accelerator to train on."""
    return not torch.cuda.is_available() and not torch.backends.mps.is_available()


def builds_pooler(evidence: Evidence) -> bool:
    """Whether the base model is built with its pooler: one that is stored is kept, one is drawn if wanted."""
    checkpoint, scratch = evidence.checkpoint, evidence.config.model.init is Init.scratch
    assert checkpoint is not None, "preflight lets no run pass without its files"
    if scratch:
        return checkpoint.model_type in WITH_POOLER and evidence.config.pooling.kind == "pooler"
    return bool(checkpoint.has_pooler)
