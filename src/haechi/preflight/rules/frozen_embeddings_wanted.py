"""TRAIN014."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TRAIN014", Severity.warning, essential=False)
def frozen_embeddings_wanted(evidence: Evidence) -> Iterator[Problem]:
    """Embeddings are frozen that have something to learn.

    ## What
    `trainer.frozen_layers` keeps the embeddings as they are, and there are new tokens, or
    `trainer.fgm_epsilon` moves the embeddings by their gradient.

    ## Why
    A new token starts from a vector that nothing has trained: entity markers mean nothing until their rows
    have learned. And without a gradient of the embeddings FGM has no direction and does nothing.

    ## Example
    `python src/train.py tokenizer.add_tokens=["떡상"] trainer.frozen_layers=1`

    ## What to do
    Train the embeddings (`trainer.frozen_layers=0`); a small rate for low layers is
    `trainer.layerwise_lr_decay`.

    ## References
    - https://arxiv.org/abs/1801.06146 (Howard and Ruder 2018, section 3.2: discriminative fine-tuning)

    # 배울 것이 있는 임베딩을 얼렸습니다

    ## 무엇
    `trainer.frozen_layers`가 임베딩을 그대로 두는데, 새 토큰이 있거나 `trainer.fgm_epsilon`이 임베딩을
    그래디언트 방향으로 움직이려 합니다.

    ## 왜
    새 토큰은 아무것도 배우지 않은 벡터에서 시작합니다. 개체 마커는 그 행을 학습하기 전에는 아무 뜻이
    없습니다. 또 임베딩의 그래디언트가 없으면 FGM은 방향이 없어 아무 일도 하지 않습니다.

    ## 할 일
    임베딩을 학습합니다(`trainer.frozen_layers=0`). 낮은 층의 학습률을 작게 하려면
    `trainer.layerwise_lr_decay`를 씁니다.
    """
    trainer = evidence.config.trainer
    if not trainer.frozen_layers:
        return
    if evidence.new_tokens:
        count = len(evidence.new_tokens)
        yield Problem(
            Text(
                f"the embeddings are frozen, and the rows of {count:,} new tokens stay as they are drawn",
                f"임베딩을 얼려서 새 토큰 {count:,}개의 행이 처음 정해진 그대로 남습니다",
            ),
            keys=["trainer.frozen_layers"],
            fixes=[["trainer.frozen_layers=0"]],
        )
    if trainer.fgm_epsilon:
        yield Problem(
            Text(
                "the embeddings are frozen, so FGM finds no gradient to move them by",
                "임베딩을 얼려서 FGM이 움직일 그래디언트가 없습니다",
            ),
            keys=["trainer.frozen_layers", "trainer.fgm_epsilon"],
            fixes=[["trainer.frozen_layers=0"], ["trainer.fgm_epsilon=0"]],
        )
