"""VOC001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init


@rule("VOC001")
def token_beyond_embeddings(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer has ids beyond the embedding table.

    ## What
    The largest id that the files give, before any token of yours is added, is not below the number of
    rows of the checkpoint's word embeddings.

    ## Why
    It runs until the first batch that holds such an id, which may be in epoch 1, row 40,000: an
    IndexError on a CPU, a device-side assert on a GPU. Size alone does not show it, `vocab_size` of the
    tokenizer leaves out added tokens.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where the tokenizer has an added_tokens.json
    that the model was never resized for

    ## What to do
    Bring the tokenizer that belongs to these weights. Tokens of your own go into `tokenizer.add_tokens`,
    which makes room for them.

    ## References
    - https://github.com/huggingface/transformers/issues/4486
    """
    if evidence.config.model.init is Init.scratch:
        return  # a new table has room for every id
    checkpoint, tokenizer = evidence.checkpoint, evidence.tokenizer
    rows = checkpoint.embedding_rows if checkpoint else None
    if rows is None or tokenizer is None or tokenizer.max_id < rows:
        return
    beyond = sorted((index, token) for token, index in tokenizer.vocabulary.items() if index >= rows)
    shown = ", ".join(f"`{token}` {index}" for index, token in beyond[:4])
    yield Problem(
        f"the tokenizer's ids go up to {tokenizer.max_id:,}, and the checkpoint has {rows:,} embedding rows",
        keys=["model.checkpoint", "tokenizer.source"],
        notes=[f"{len(beyond):,} tokens lie beyond: {shown}{', ...' if len(beyond) > 4 else ''}"],
        fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
    )
