"""TOK006."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK006", Severity.note, essential=False)
def stock_tokenizer_differs(evidence: Evidence) -> Iterator[Problem]:
    """Plain transformers would tokenize otherwise.

    ## What
    The checkpoint's files mean one thing, and transformers 5 makes another of them.

    ## Why
    transformers 5 builds the normalizer, the pre-tokenizer and the pair template of a BertTokenizer anew
    from tokenizer_config.json, whatever tokenizer.json holds. Haechi takes tokenizer.json at its word,
    so the run is right; a script with AutoTokenizer on the same folder would not be.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` with a tokenizer_config.json that lacks
    `do_lower_case`

    ## What to do
    Nothing for this run. The model that it saves carries files that AutoTokenizer reads the same way.

    ## References
    - https://github.com/huggingface/transformers/issues/45812
    """
    if evidence.tokenizer is None:
        return
    for difference in evidence.tokenizer.stock_differences:
        yield Problem(
            f"transformers' AutoTokenizer would differ on these files: {difference}",
            keys=["tokenizer.source" if evidence.crosses else "model.checkpoint"],
            notes=["Haechi trains with the tokenizer as the files describe it, and saves it to load alike"],
        )
