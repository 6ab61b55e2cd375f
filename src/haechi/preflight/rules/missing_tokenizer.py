"""TOK001."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK001")
def missing_tokenizer(evidence: Evidence) -> Iterator[Problem]:
    """There are no tokenizer files.

    ## What
    The folder that the tokenizer comes from holds no vocabulary, or one that cannot be read, or one of a
    handful of entries.

    ## Why
    transformers 5 then builds a tokenizer of five special tokens without a word: every Korean word
    becomes [UNK] (BERT, ELECTRA) or vanishes (RoBERTa), and the training runs at chance.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds config.json and the weights only

    ## What to do
    Save the tokenizer beside the model (`tokenizer.save_pretrained(DIR)`), or name the tokenizer that
    the checkpoint was trained with: `tokenizer=klue_roberta` or `tokenizer.source=DIR`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/tokenizer
    """
    if evidence.source_location.state not in {State.folder, State.cached}:
        return
    keys = ["tokenizer.source", "model.checkpoint"]
    fixes = [["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]]
    fault = evidence.tokenizer_fault
    if fault is not None:
        yield Problem(
            f"there is no usable tokenizer in `{fault.folder}`: {fault.why}",
            keys=keys,
            notes=[
                "without a vocabulary transformers makes up one of five tokens, and every word is [UNK]",
                "`tokenizer.source=...` names another folder or hub id that has the tokenizer",
            ],
            fixes=fixes,
        )
