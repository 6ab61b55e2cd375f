"""TRAIN012."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

PIECES = {"r_drop_alpha": "R-Drop", "fgm_epsilon": "FGM", "ema_decay": "EMA"}


@rule("TRAIN012", Severity.error)
def piece_without_custom_loop(evidence: Evidence) -> Iterator[Problem]:
    """A piece of our own loop is wanted, and Trainer trains.

    ## What
    `trainer.r_drop_alpha`, `trainer.fgm_epsilon` or `trainer.ema_decay` is set with `trainer=hf`.

    ## Why
    R-Drop passes each batch twice, FGM takes a second backward pass, and averaged weights take the place of
    the others in every evaluation. Our own loop asks such pieces at the right places of a step; Trainer has
    no such places, and the setting would be left aside without a word.

    ## Example
    `python src/train.py trainer.fgm_epsilon=0.5`

    ## What to do
    Train with `trainer=custom`, which gives the same numbers otherwise, or leave the piece out.

    ## References
    - https://arxiv.org/abs/2106.14448 (R-Drop)
    - https://arxiv.org/abs/1605.07725 (FGM)

    # Trainer로 학습하면서 자체 루프의 부품을 켰습니다

    ## 무엇
    `trainer=hf`인데 `trainer.r_drop_alpha`, `trainer.fgm_epsilon`, `trainer.ema_decay` 가운데 하나를
    켰습니다.

    ## 왜
    R-Drop은 배치를 두 번 통과시키고, FGM은 역전파를 한 번 더 하며, 평균 가중치는 평가할 때마다 원래 가중치를
    대신합니다. 자체 루프는 스텝의 알맞은 자리에서 이런 부품을 부르지만 Trainer에는 그런 자리가 없어서, 설정이
    말없이 무시될 것입니다.

    ## 할 일
    다른 점에서는 같은 수치를 내는 `trainer=custom`으로 학습하거나, 그 부품을 끕니다.
    """
    trainer = evidence.config.trainer
    if trainer.kind != "hf":
        return
    for key, name in PIECES.items():
        if getattr(trainer, key):
            yield Problem(
                Text(
                    f"`trainer.{key}` is of our own loop, and `trainer=hf` knows no {name}",
                    f"`trainer.{key}`는 자체 루프의 설정이고, `trainer=hf`에는 {name}가 없습니다",
                ),
                keys=[f"trainer.{key}", "trainer.kind"],
                fixes=[["trainer=custom"], [f"trainer.{key}=0"]],
            )
