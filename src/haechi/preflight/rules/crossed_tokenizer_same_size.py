"""TOK004."""

from collections.abc import Iterator

from haechi.preflight.crossing import crossing, crossing_problem
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK004")
def crossed_tokenizer_same_size(evidence: Evidence) -> Iterator[Problem]:
    """Another checkpoint's tokenizer, of the same size.

    ## What
    The tokenizer is not the one that the model was trained with, though both have equally many entries.

    ## Why
    Equal size proves nothing. klue/bert-base and klue/roberta-* have 32,000 entries each and share the
    ids of ordinary pieces, but the five special tokens are permuted: the [CLS] of one is the [SEP] of the
    other, and padding gets real positions. Everything runs, no line of log, and the model is worse for it.

    ## Example
    `python src/train.py model=klue_roberta_base tokenizer=klue_bert`

    ## What to do
    `tokenizer=auto` takes the model's own. If the crossing is what you study, say so:
    `tokenizer.allow_cross=true` turns the error into a warning that stays with the results.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/17
    - https://github.com/monologg/KoBERT-nsmc/issues/7
    """
    found = crossing(evidence)
    if found is not None and found.same_size:
        size = found.sizes[0]
        both = f"both have {size:,} entries" if size else "both may have equally many entries"
        yield crossing_problem(evidence, found, both)
