"""VOC002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.tokenizer import NewTokens
from haechi.text import Text
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

    # 빈자리보다 많은 새 토큰

    ## 무엇
    `tokenizer.new_tokens=reuse_unused`인데, `[unused0]` 같은 어휘의 빈자리가 더할 토큰보다 적습니다.

    ## 왜
    빈자리가 없으면 토큰에 새 임베딩 행이 필요한데, 이 설정은 새 행을 만들지 않습니다. KoBERT와 KcBERT에는
    빈자리가 하나도 없습니다.

    ## 할 일
    `tokenizer.new_tokens=auto`는 빈자리가 넉넉하면 빈자리를, 아니면 새 행을 씁니다.
    """
    tokenizer, config = evidence.tokenizer, evidence.config.tokenizer
    if tokenizer is None or config.new_tokens is not NewTokens.reuse_unused:
        return
    special = [*config.add_special_tokens, *evidence.marker_tokens]
    try:
        add_tokens(tokenizer, config.add_tokens, special, config.new_tokens)
    except TooFewSlots as error:
        yield Problem(
            Text(
                f"{error.wanted} tokens are to be added, and the vocabulary has {error.spare} spare slots",
                f"더할 토큰은 {error.wanted}개인데, 어휘의 빈자리는 {error.spare}개입니다",
            ),
            keys=["tokenizer.new_tokens", "tokenizer.add_tokens", "tokenizer.add_special_tokens"],
            fixes=[["tokenizer.new_tokens=auto"]],
        )
