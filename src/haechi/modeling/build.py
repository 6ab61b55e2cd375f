"""A judged run -> its model, seeded."""

from haechi.checkpoint.files import WITH_POOLER
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.embeddings import make_room
from haechi.modeling.encoder import load_backbone
from haechi.preflight.evidence import Evidence
from haechi.resolve import Run
from haechi.schema.model import Init


def build_model(run: Run, evidence: Evidence, outputs: int) -> TextModel:
    """Load the backbone, make room for new tokens, and draw the head; the run's seed fixes all of it.

    Args:
        run: the run.
        evidence: what was judged; its files are what is loaded.
        outputs: classes, or 1 for a score.
    """
    from transformers import logging, set_seed

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    set_seed(run.config.seed)
    checkpoint = evidence.checkpoint
    assert checkpoint is not None, "preflight lets no run pass without its files"
    model = run.config.model
    scratch = model.init is Init.scratch
    has_pooler = checkpoint.model_type in WITH_POOLER if scratch else bool(checkpoint.has_pooler)
    uses_pooler = run.config.pooling.kind == "pooler"
    backbone = load_backbone(
        checkpoint.folder, dict(model.config), model.init,
        with_pooler=has_pooler and (uses_pooler or not scratch),
    )  # fmt: skip
    wanted = int(model.config.get("vocab_size", 0))
    rows = max(evidence.final_tokenizer.max_id + 1, wanted)
    make_room(backbone, evidence.new_tokens, rows)
    # Drawn after the backbone, from a seed of its own: adding a token leaves the head as it was.
    set_seed(run.config.seed)
    return assemble(backbone, run.config.pooling, outputs)
