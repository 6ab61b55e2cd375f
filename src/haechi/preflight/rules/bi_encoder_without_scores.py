"""CFG013."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective, PairEncoder
from haechi.text import Text


@rule("CFG013")
def bi_encoder_without_scores(evidence: Evidence) -> Iterator[Problem]:
    """A bi-encoder is asked for where there are no scores of pairs.

    ## What
    `task.encoder=bi`, and the objective is not a regression, or the task has one text a row.

    ## Why
    A bi-encoder turns each text into a vector by itself, and its answer is how near the two vectors are.
    That is a score of a pair. A class, a tag or an answer in a context cannot be read off it.

    ## Example
    `python src/train.py task.encoder=bi`

    ## What to do
    `task.encoder=cross` reads both texts as one input and fits every objective. For scores of pairs name
    the second text: `task.objective=regression task.columns.text_pair=...`.

    ## References
    - https://arxiv.org/abs/1908.10084 (Reimers and Gurevych 2019, section 3)

    # 쌍의 점수가 없는 과제에 bi-encoder를 썼습니다

    ## 무엇
    `task.encoder=bi`인데 목적이 regression이 아니거나, 과제의 행에 글이 하나뿐입니다.

    ## 왜
    bi-encoder는 글마다 따로 벡터를 만들고, 두 벡터가 얼마나 가까운지를 답으로 냅니다. 그것은 쌍의
    점수입니다. 클래스나 태그나 문맥 속의 답은 거기서 읽어 낼 수 없습니다.

    ## 할 일
    `task.encoder=cross`는 두 글을 한 입력으로 읽으며 모든 목적에 맞습니다. 쌍의 점수를 배우려면 둘째 글을
    적습니다: `task.objective=regression task.columns.text_pair=...`.
    """
    task = evidence.config.task
    if task.encoder is not PairEncoder.bi:
        return
    if task.objective is Objective.regression and evidence.has_pairs:
        return
    one = task.objective is Objective.regression
    yield Problem(
        Text(
            "a bi-encoder gives scores of pairs, and "
            + ("the task has one text a row" if one else f"the objective is {task.objective.value}"),
            "bi-encoder는 쌍의 점수를 내는데, "
            + ("과제의 행에는 글이 하나입니다" if one else f"목적이 {task.objective.value}입니다"),
        ),
        keys=["task.encoder", "task.columns.text_pair" if one else "task.objective"],
        fixes=[["task.encoder=cross"]],
    )
