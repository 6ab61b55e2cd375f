"""TOK008."""

from collections.abc import Iterator

from haechi.checkpoint.files import WITHOUT_SEGMENTS
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK008")
def token_type_out_of_range(evidence: Evidence) -> Iterator[Problem]:
    """Segment ids go beyond the model's table.

    ## What
    The task puts two texts into one input, the tokenizer marks the second one with segment id 1, and the
    model's segment table has only row 0.

    ## Why
    The lookup fails in the first batch of pairs; on a GPU as `device-side assert triggered`, without a
    line number. Single sentences run, so a try on a classification task proves nothing.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR task=klue_nli` with a RoBERTa of one segment row
    and a vocab.txt

    ## What to do
    `tokenizer.token_type_ids=false`: RoBERTa was pretrained without segment ids, and the separator alone
    divides the pair. Do not raise `type_vocab_size`: the new rows would be random.

    ## References
    - https://github.com/huggingface/transformers/issues/1538
    """
    if not evidence.is_paired or evidence.config.tokenizer.token_type_ids is False:
        return
    checkpoint, tokenizer, facts = evidence.architecture, evidence.tokenizer, evidence.facts
    rows = checkpoint.type_vocab_size if checkpoint else facts.type_vocab_size
    model_type = checkpoint.model_type if checkpoint else facts.model_type
    source = evidence.source_facts
    highest = tokenizer.max_token_type_id if tokenizer else (source.max_token_type_id if source else None)
    if not rows or highest is None or highest < rows or model_type in WITHOUT_SEGMENTS:
        return
    uncertain = tokenizer is None and source is not None and "max_token_type_id" in source.uncertain
    segments = f"{rows} segment {'row' if rows == 1 else 'rows'}"
    yield Problem(
        f"pairs get segment ids up to {highest}, and the model has {segments}",
        keys=["task.objective", "tokenizer.token_type_ids", "model.checkpoint"],
        fixes=[["tokenizer.token_type_ids=false"]],
        severity=Severity.warning if uncertain else None,
    )
