"""VOC002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.tokenizer import NewTokens
from haechi.text import Text
from haechi.tokenization.new_tokens import TooFewSlots, is_text, plan_tokens


@rule("VOC002")
def too_few_spare_slots(evidence: Evidence) -> Iterator[Problem]:
    """There are more new tokens than spare slots.

    ## What
    `tokenizer.new_tokens=reuse_unused`, and the vocabulary has fewer entries such as `[unused0]` than
    there are tokens to add. Before its files are here the catalogue's count is what there is.

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
    파일이 아직 없으면 목록에 적힌 개수로 판단합니다.

    ## 왜
    빈자리가 없으면 토큰에 새 임베딩 행이 필요한데, 이 설정은 새 행을 만들지 않습니다. KoBERT와 KcBERT에는
    빈자리가 하나도 없습니다.

    ## 할 일
    `tokenizer.new_tokens=auto`는 빈자리가 넉넉하면 빈자리를, 아니면 새 행을 씁니다.
    """
    config = evidence.config.tokenizer
    if config.new_tokens is not NewTokens.reuse_unused:
        return
    special = [*config.add_special_tokens, *evidence.marker_tokens]
    named = {token for token in [*config.add_tokens, *special] if is_text(token)}
    severity = Severity.error
    if evidence.tokenizer is not None:
        try:
            plan_tokens(evidence.tokenizer, config.add_tokens, special, config.new_tokens)
        except TooFewSlots as error:
            wanted, spare = error.wanted, error.spare
        else:
            return
    else:
        facts = evidence.source_facts
        if facts is None or facts.spare_slots is None or len(named) <= facts.spare_slots:
            return
        wanted, spare = len(named), facts.spare_slots
        if "spare_slots" in facts.uncertain:
            severity = Severity.warning
    yield Problem(
        Text(
            f"{wanted:,} token{' is' if wanted == 1 else 's are'} to be added, and the vocabulary has "
            f"{spare:,} spare slot{'' if spare == 1 else 's'}",
            f"더할 토큰은 {wanted:,}개인데, 어휘의 빈자리는 {spare:,}개입니다",
        ),
        keys=[
            "tokenizer.new_tokens",
            *(f"tokenizer.{key}" for key in ("add_tokens", "add_special_tokens") if getattr(config, key)),
            *(["task.markers"] if evidence.marker_tokens else []),
        ],
        fixes=[["tokenizer.new_tokens=auto"]],
        severity=severity,
    )
