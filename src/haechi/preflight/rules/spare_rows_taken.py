"""VOC004."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text
from haechi.tokenization.new_tokens import spare_slots


@rule("VOC004", Severity.note, essential=False)
def spare_rows_taken(evidence: Evidence) -> Iterator[Problem]:
    """Tokens are added to the vocabulary.

    ## What
    The run adds tokens, its own or the markers of a relation task, and this says where their embeddings
    are: in spare slots such as `[unused0]`, in rows of the table that no id had, or in rows that are
    added to it.

    ## Why
    In the first two cases the table keeps its size and the saved model its shape, unless
    `model.config.vocab_size` asks for more rows; in the last it grows, and a program that opens the saved
    weights with the checkpoint's old config.json fails. Either way a new token starts as the mean of the
    pieces that its text had before.

    ## Example
    `python src/train.py 'tokenizer.add_special_tokens=["[E1]","[/E1]"]'`

    ## What to do
    Nothing. `tokenizer.new_tokens=resize` or `reuse_unused` makes the choice that `auto` makes by the
    number of spare slots.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/model
    - src/haechi/modeling/embeddings.py

    # 어휘에 더해지는 토큰

    ## 무엇
    실행이 직접 적은 토큰이나 관계 과제의 마커를 어휘에 더합니다. 그 임베딩이 어디에 놓이는지 알립니다.
    `[unused0]` 같은 빈자리이거나, 표에 남아 있던 행이거나, 표에 새로 늘어난 행입니다.

    ## 왜
    앞의 두 경우에는 `model.config.vocab_size`로 행을 더 요구하지 않는 한 표의 크기와 저장된 모델의 모양이
    그대로입니다. 마지막 경우에는 표가 늘어나므로, 체크포인트의 옛 config.json으로 저장된 가중치를 여는
    프로그램은 실패합니다. 어느 쪽이든 새 토큰은 그 글자가 전에 쪼개지던 조각들의 평균에서 시작합니다.

    ## 할 일
    할 일이 없습니다. `auto`가 빈자리 수를 보고 고르는 것을 `tokenizer.new_tokens=resize`나 `reuse_unused`로
    직접 고를 수 있습니다.
    """
    tokenizer, architecture = evidence.tokenizer, evidence.architecture
    if tokenizer is None or not evidence.new_tokens:
        return
    rows = architecture.embedding_rows if architecture else None
    count, slots = len(evidence.new_tokens), sum(token.slot is not None for token in evidence.new_tokens)
    wanted = evidence.config.model.config.get("vocab_size")
    needed = max(evidence.final_tokenizer.max_id + 1, wanted if isinstance(wanted, int) else 0)
    en = "1 added token" if count == 1 else f"{count:,} added tokens"
    verb = "takes" if count == 1 else "take"
    if slots:
        spare = len(spare_slots(tokenizer))
        size = Text("the table keeps its size", "표의 크기는 그대로입니다")
        if rows is not None and needed > rows:
            size = Text(
                f"the table grows from {rows:,} to {needed:,}",
                f"표는 {rows:,}행에서 {needed:,}행으로 늘어납니다",
            )
        message = Text(
            f"{en} {verb} {slots:,} of {spare:,} spare slots, and {size}",
            f"더한 토큰 {count:,}개가 빈자리 {spare:,}개 가운데 {slots:,}개를 쓰고, {size.ko}",
        )
    elif rows is None:
        return
    elif needed > rows:
        message = Text(
            f"{en} {verb} new rows: the embedding table grows from {rows:,} to {needed:,}",
            f"더한 토큰 {count:,}개로 임베딩 표가 {rows:,}행에서 {needed:,}행으로 늘어납니다",
        )
    else:
        message = Text(
            f"{en} {verb} spare rows of the embedding table, which keeps its {rows:,}",
            f"더한 토큰 {count:,}개가 임베딩 표의 남는 행을 씁니다. 표는 {rows:,}행 그대로입니다",
        )
    config = evidence.config.tokenizer
    keys = [key for key in ("add_tokens", "add_special_tokens") if getattr(config, key)]
    yield Problem(
        message,
        keys=[
            *(f"tokenizer.{key}" for key in keys),
            *(["task.markers"] if evidence.marker_tokens else []),
            "tokenizer.new_tokens",
        ],
    )
