"""TOK010."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK010")
def lower_case_without_effect(evidence: Evidence) -> Iterator[Problem]:
    """Lower-casing was asked for, and the tokenizer does not follow.

    ## What
    `tokenizer.do_lower_case` is set, and the tokenizer's own normalizer is not the one of BERT's family,
    which alone knows that switch.

    ## Why
    The setting would change nothing, and the run would be reported as if it had.

    ## Example
    `python src/train.py model=xlmr_base tokenizer.do_lower_case=true`

    ## What to do
    Leave the setting out. Text can be lower-cased in the data files.

    ## References
    - https://huggingface.co/docs/tokenizers/api/normalizers
    """
    wanted = evidence.config.tokenizer.do_lower_case
    if wanted is None or evidence.tokenizer is None or evidence.tokenizer.lower_cases == wanted:
        return
    yield Problem(
        f"`tokenizer.do_lower_case={str(wanted).lower()}` changes nothing: this tokenizer has no such switch",
        keys=["tokenizer.do_lower_case", "tokenizer.source", "model.checkpoint"],
        fixes=[["tokenizer.do_lower_case=null"]],
    )
