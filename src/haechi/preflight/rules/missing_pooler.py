"""POOL001."""

from collections.abc import Iterator

from haechi.checkpoint.files import WITH_POOLER
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init


@rule("POOL001")
def missing_pooler(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint has no trained pooler.

    ## What
    `pooling=pooler` reads the pooler's output, and the checkpoint stores no pooler weights, or its
    architecture has none.

    ## Why
    Checkpoints trained on masked words alone (klue/roberta-*, roberta-base) come without a pooler;
    transformers draws a random one and says so in one line of a table. ELECTRA, DistilBERT, DeBERTa and
    ModernBERT have none at all.

    ## Example
    `python src/train.py pooling=pooler`

    ## What to do
    Take a pooling that needs no weights of its own, `pooling=mean` or `pooling=cls`.

    ## References
    - https://github.com/huggingface/transformers/issues/47147
    """
    if evidence.config.pooling.kind != "pooler":
        return
    checkpoint, facts = evidence.checkpoint, evidence.facts
    model_type = checkpoint.model_type if checkpoint else facts.model_type
    from_header = checkpoint.has_pooler if checkpoint else None
    has_pooler = facts.has_pooler if from_header is None else from_header
    if evidence.config.model.init is Init.scratch:
        has_pooler = model_type in WITH_POOLER
    if has_pooler is not False:
        return
    none_at_all = model_type is not None and model_type not in WITH_POOLER
    yield Problem(
        f"`pooling=pooler` needs a pooler, and {model_type} has none at all"
        if none_at_all
        else "`pooling=pooler` needs a trained pooler, and the checkpoint stores none",
        keys=["pooling.kind", "model.checkpoint"],
        fixes=[["pooling=mean"], ["pooling=cls"]],
        notes=[] if none_at_all else ["transformers would draw one at random and train on"],
        severity=Severity.warning if from_header is None and "has_pooler" in facts.uncertain else None,
    )
