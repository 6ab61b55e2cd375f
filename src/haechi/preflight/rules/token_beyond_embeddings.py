"""VOC001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text


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

    # 임베딩 표를 벗어난 토크나이저 id

    ## 무엇
    사용자가 더한 토큰을 빼고도, 파일이 주는 가장 큰 id가 체크포인트의 단어 임베딩 행 수보다 작지 않습니다.

    ## 왜
    그런 id가 든 배치가 나올 때까지는 돌아갑니다. 1에폭의 40,000행째일 수도 있습니다. CPU에서는 IndexError,
    GPU에서는 device-side assert가 납니다. 크기만 보아서는 알 수 없습니다. 토크나이저의 `vocab_size`에는 더한
    토큰이 들어 있지 않습니다.

    ## 할 일
    이 가중치에 맞는 토크나이저를 가져오십시오. 직접 더할 토큰은 `tokenizer.add_tokens`에 적으면 자리가
    마련됩니다.
    """
    if evidence.config.model.init is Init.scratch:
        return  # a new table has room for every id
    checkpoint, tokenizer = evidence.checkpoint, evidence.tokenizer
    rows = checkpoint.embedding_rows if checkpoint else None
    if rows is None or tokenizer is None or tokenizer.max_id < rows:
        return
    beyond = sorted((index, token) for token, index in tokenizer.vocabulary.items() if index >= rows)
    shown = ", ".join(f"`{token}` {index}" for index, token in beyond[:4])
    more = ", ..." if len(beyond) > 4 else ""
    yield Problem(
        Text(
            f"the tokenizer's ids go up to {tokenizer.max_id:,}, and the checkpoint has {rows:,} "
            "embedding rows",
            f"토크나이저의 id는 {tokenizer.max_id:,}까지인데, 체크포인트의 임베딩은 {rows:,}행입니다",
        ),
        keys=["model.checkpoint", "tokenizer.source"],
        notes=[
            Text(
                f"{len(beyond):,} tokens lie beyond: {shown}{more}",
                f"벗어난 토큰은 {len(beyond):,}개입니다: {shown}{more}",
            )
        ],
        fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
    )
