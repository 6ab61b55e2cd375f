"""VOC003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text


@rule("VOC003", essential=False)
def vocabulary_shrunk(evidence: Evidence) -> Iterator[Problem]:
    """The embedding table was to be made smaller.

    ## What
    `model.config.vocab_size` is below the rows of the checkpoint's word embeddings, or below the ids of
    the tokenizer.

    ## Why
    Haechi never takes rows away: rows beyond the tokenizer's length harm nothing, and an id without a row
    fails in the first batch that has it. The key would change nothing, and the run would be reported as
    if it had. (In transformers `resize_token_embeddings(len(tokenizer))` throws trained rows away without
    a line of log.)

    ## Example
    `python src/train.py +model.config.vocab_size=1000`

    ## What to do
    Leave the key out, or take the number that the message names, or more.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/model

    # 줄일 수 없는 임베딩 표

    ## 무엇
    `model.config.vocab_size`가 체크포인트의 단어 임베딩 행 수나 토크나이저의 id 수보다 작습니다.

    ## 왜
    Haechi는 행을 없애지 않습니다. 토크나이저보다 많은 행은 아무 해가 없지만, 행이 없는 id는 그것이 든 첫
    배치에서 실패합니다. 이 키는 아무것도 바꾸지 않는데, 실행은 바꾼 것처럼 기록됩니다. (transformers의
    `resize_token_embeddings(len(tokenizer))`는 학습된 행을 로그 한 줄 없이 버립니다.)

    ## 할 일
    키를 빼거나, 메시지에 나온 수 이상을 쓰십시오.
    """
    model, checkpoint = evidence.config.model, evidence.checkpoint
    wanted = model.config.get("vocab_size")
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        return
    rows = checkpoint.embedding_rows if checkpoint else evidence.facts.vocab_size
    if model.init is Init.scratch:
        rows = None  # a new table has as many rows as are wanted, if they are enough for the ids
    ids = evidence.final_tokenizer.max_id + 1 if evidence.tokenizer else None
    needed = max(rows or 0, ids or 0)
    if wanted >= needed:
        return
    what = Text("ids of the tokenizer", "토크나이저의 id")
    if rows == needed:
        what = Text("rows of the checkpoint", "체크포인트의 임베딩 행")
    key = "model.config.vocab_size"
    yield Problem(
        Text(
            f"`vocab_size` {wanted:,} is below the {needed:,} {what}",
            f"`vocab_size` {wanted:,}이(가) {what.ko} {needed:,}개보다 작습니다",
        ),
        keys=[key, "model.checkpoint"],
        fixes=[[f"~{key}"], [f"~{key}", f"+{key}={needed}"]],
        notes=[
            Text(
                f"Haechi takes no rows away: the table would have {needed:,} all the same",
                f"Haechi는 행을 없애지 않으므로 표는 그래도 {needed:,}행입니다",
            )
        ],
    )
