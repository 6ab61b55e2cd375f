"""TOK007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule


@rule("TOK007")
def missing_special_token(evidence: Evidence) -> Iterator[Problem]:
    """A special token that is needed is not in the vocabulary.

    ## What
    tokenizer_config.json or special_tokens_map.json names a special token that the vocabulary lacks, or
    there is no padding token at all.

    ## Why
    transformers adds the token at the end, with an id beyond the embedding table: the first padded batch
    fails, or every text begins with an untrained vector.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/special_tokens_map.json says
    `"pad_token": "<pad>"` over a vocabulary with [PAD]

    ## What to do
    Correct the name in the file, so that it is one of the vocabulary's entries.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/tokenizer
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return
    for role, token in tokenizer.absent.items():
        if role in {"unk", "cls", "sep", "pad", "mask"} and not _is_default(role, token):
            yield Problem(
                f"the {role} token `{token}` is not in the vocabulary",
                keys=["model.checkpoint", "tokenizer.source"],
                notes=[f"the folder: {tokenizer.folder}"],
                fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
            )
    if "pad" not in tokenizer.tokens and "pad" not in tokenizer.absent:
        yield Problem(
            "the tokenizer has no padding token, so rows of unlike length cannot share a batch",
            keys=["model.checkpoint", "tokenizer.source"],
            notes=[f'declare one in {tokenizer.folder / "tokenizer_config.json"}: "pad_token": ...'],
            fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
        )


def _is_default(role: str, token: str) -> bool:
    """Whether it is only the name that a class takes by default for a token that fine-tuning never uses."""
    return role == "mask" and token in {"[MASK]", "<mask>"}
