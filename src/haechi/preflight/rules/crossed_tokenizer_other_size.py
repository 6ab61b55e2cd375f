"""TOK005."""

from collections.abc import Iterator

from haechi.preflight.crossing import crossing, crossing_problem
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK005")
def crossed_tokenizer_other_size(evidence: Evidence) -> Iterator[Problem]:
    """Another checkpoint's tokenizer, of another size.

    ## What
    The tokenizer is not the one that the model was trained with, and has more or fewer entries.

    ## Why
    An id means another word in another vocabulary. With fewer entries everything runs and means nothing;
    with more it runs until a batch holds an id beyond the embedding table.

    ## Example
    `python src/train.py model=klue_bert tokenizer=kcbert`

    ## What to do
    `tokenizer=auto` takes the model's own. If the crossing is what you study, say so:
    `tokenizer.allow_cross=true` turns the error into a warning that stays with the results.

    ## References
    - https://github.com/monologg/KoBERT-nsmc/issues/7
    """
    found = crossing(evidence)
    if found is not None and not found.same_size:
        there, here = (f"{size:,}" if size else "an unknown number of" for size in found.sizes)
        yield crossing_problem(evidence, found, f"{there} entries there, {here} here")
