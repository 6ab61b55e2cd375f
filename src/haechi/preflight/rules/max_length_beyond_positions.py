"""POS001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("POS001")
def max_length_beyond_positions(evidence: Evidence) -> Iterator[Problem]:
    """max_length is beyond the positions that the model has.

    ## What
    `tokenizer.max_length` is larger than the longest input the checkpoint can take.

    ## Why
    The first text that is long enough fails, which may be hours into the run. RoBERTa numbers positions
    from its padding id on: of 514 rows 512 can be used. KcBERT has 300. A tokenizer that declares no
    limit lets everything through.

    ## Example
    `python src/train.py tokenizer.max_length=512`

    ## What to do
    Take the number that the message names, or less.

    ## References
    - https://github.com/huggingface/transformers/issues/1363
    - https://github.com/KLUE-benchmark/KLUE/issues/29
    """
    checkpoint, facts = evidence.architecture, evidence.facts
    usable = checkpoint.usable_positions if checkpoint else facts.usable_positions
    wanted = evidence.config.tokenizer.max_length
    if usable is None or wanted <= usable:
        return
    rows = checkpoint.position_rows if checkpoint else facts.max_position_embeddings
    reserved = ""
    if rows and rows > usable:
        reserved = f"; of {rows:,} rows the first {rows - usable} are kept for padding"
    yield Problem(
        f"max_length {wanted:,} is beyond the {usable:,} positions that the model has{reserved}",
        keys=["tokenizer.max_length", "model.checkpoint"],
        fixes=[[f"tokenizer.max_length={usable}"]],
        severity=Severity.warning if checkpoint is None and "usable_positions" in facts.uncertain else None,
    )
