"""VOC002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.new_tokens import TooFewSlots, add_tokens


@rule("VOC002")
def too_few_spare_slots(evidence: Evidence) -> Iterator[Problem]:
    """There are more new tokens than spare slots.

    ## What
    `tokenizer.new_tokens=reuse_unused`, and the vocabulary has fewer entries such as `[unused0]` than
    there are tokens to add.

    ## Why
    Without a slot a token needs a new embedding row, which that setting rules out. KoBERT and KcBERT
    have no spare slots at all.

    ## Example
    `python src/train.py tokenizer.new_tokens=reuse_unused 'tokenizer.add_tokens=[a1,a2,...]'` with 40 tokens

    ## What to do
    `tokenizer.new_tokens=auto` takes slots when there are enough of them and rows otherwise.

    ## References
    - https://github.com/google-research/bert/issues/9
    """
    tokenizer, config = evidence.tokenizer, evidence.config.tokenizer
    if tokenizer is None or config.new_tokens is not NewTokens.reuse_unused:
        return
    try:
        add_tokens(tokenizer, config.add_tokens, config.add_special_tokens, config.new_tokens)
    except TooFewSlots as error:
        yield Problem(
            f"{error.wanted} tokens are to be added, and the vocabulary has {error.spare} spare slots",
            keys=["tokenizer.new_tokens", "tokenizer.add_tokens", "tokenizer.add_special_tokens"],
            fixes=[["tokenizer.new_tokens=auto"]],
        )
