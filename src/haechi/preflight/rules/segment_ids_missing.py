"""TOK016."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.schema.task import Objective
from haechi.text import Text


@rule("TOK016", Severity.note, essential=False)
def segment_ids_missing(evidence: Evidence) -> Iterator[Problem]:
    """Both texts of a pair get segment id 0, though the model has two segments.

    ## What
    The task puts two texts into one input, the model has two rows of segment embeddings, and the
    tokenizer's template gives 0 to both texts. A warning where the checkpoint is known to have been
    trained with 0 and 1.

    ## Why
    BERT and ELECTRA were trained to read the second text with segment id 1. With 0 for both the
    separator alone divides them. A tokenizer that was saved as a PreTrainedTokenizerFast often has lost
    its segment ids. A checkpoint that was trained on single texts does not miss them.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR task=klue_nli` where the pair template of
    DIR/tokenizer.json has `"type_id": 0` throughout

    ## What to do
    Bring the tokenizer.json that the checkpoint was trained with. If it was trained without segment ids,
    `tokenizer.token_type_ids=false` says so, and nothing else changes.

    ## References
    - https://arxiv.org/abs/1810.04805

    # 세그먼트가 둘인 모델에 0만 들어가는 쌍

    ## 무엇
    두 글을 한 입력에 담는 과제이고 모델의 세그먼트 임베딩은 두 행인데, 토크나이저의 템플릿은 두 글에 모두
    0을 줍니다. 0과 1로 학습했다고 알려진 체크포인트이면 경고합니다.

    ## 왜
    BERT와 ELECTRA는 둘째 글을 세그먼트 id 1로 읽도록 학습되었습니다. 둘 다 0이면 구분 토큰만이 두 글을
    나눕니다. PreTrainedTokenizerFast로 저장한 토크나이저는 세그먼트 id를 잃어버린 때가 많습니다. 글
    하나씩만으로 학습한 체크포인트라면 아쉬울 것이 없습니다.

    ## 할 일
    체크포인트를 학습할 때 쓴 tokenizer.json을 가져오십시오. 세그먼트 id 없이 학습했다면
    `tokenizer.token_type_ids=false`로 그렇게 적을 수 있고, 다른 것은 바뀌지 않습니다.
    """
    config, tokenizer, checkpoint = evidence.config, evidence.tokenizer, evidence.architecture
    if tokenizer is None or checkpoint is None or config.model.init is Init.scratch:
        return
    paired = evidence.is_paired or config.task.objective is Objective.span
    if not paired or config.tokenizer.token_type_ids is False:
        return
    trained = evidence.facts.max_token_type_id
    rows = checkpoint.type_vocab_size
    has_two = checkpoint.has_segments and (rows is None or rows > 1)
    if not has_two or tokenizer.max_token_type_id > 0 or trained == 0:
        return
    segments = (
        Text(f"has {rows} segment rows", f"모델의 세그먼트 행은 {rows}개입니다")
        if rows is not None
        else Text("tells segments apart", "모델은 세그먼트를 구별합니다")
    )
    certain = trained is not None and "max_token_type_id" not in evidence.facts.uncertain
    yield Problem(
        Text(
            f"both texts of a pair get segment id 0, and the model {segments}",
            f"쌍의 두 글이 모두 세그먼트 id 0을 받는데, {segments.ko}",
        ),
        keys=["task.objective", "tokenizer.source", "model.checkpoint"],
        notes=[
            Text(
                "the checkpoint was trained with 1 for the second text",
                "이 체크포인트는 둘째 글에 1을 주며 학습했습니다",
            )
            if certain
            else Text(
                f"the pair template is in {tokenizer.folder / 'tokenizer.json'}",
                f"쌍 템플릿은 {tokenizer.folder / 'tokenizer.json'}에 있습니다",
            )
        ],
        fixes=[["tokenizer.token_type_ids=false"]],
        severity=Severity.warning if certain else Severity.note,
    )
