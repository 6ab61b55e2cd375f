"""LABEL012."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.tags import TAGS_LENGTH
from haechi.schema.task import Objective
from haechi.text import Text


@rule("LABEL012")
def tags_of_another_length(evidence: Evidence) -> Iterator[Problem]:
    """Tokens and tags are not equally many.

    ## What
    A row has another number of tags than of tokens.

    ## Why
    From some place on, every tag belongs to another token. Tokens that hold a space, or that a program
    dropped, do this.

    ## Example
    `python src/train.py task=files task.objective=token_classification task.files.train=tagged.jsonl`

    ## What to do
    Correct the rows that the message names: one tag for each token.

    ## References
    - src/haechi/rows/tags.py

    # 토큰과 태그의 수가 다릅니다
    ## 무엇
    토큰의 수와 태그의 수가 다른 행이 있습니다.

    ## 왜
    어느 자리부터는 모든 태그가 다른 토큰의 것이 됩니다. 공백이 든 토큰이나 프로그램이 빠뜨린 토큰 때문에
    이렇게 됩니다.

    ## 할 일
    메시지가 알려 주는 행을 토큰마다 태그 하나로 바로잡습니다.
    """
    if evidence.config.task.objective is not Objective.token_classification:
        return
    for split in evidence.readable:
        tally = split.tallies[TAGS_LENGTH]
        if tally.count:
            yield Problem(
                Text(
                    f"tokens and tags differ in number in {tally.count:,} of {split.rows:,} {split.seen}",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {tally.count:,}행의 토큰과 태그 수가 다릅니다",
                ),
                keys=["task.columns.text", "task.columns.label", f"task.files.{split.name}"],
                notes=tally.notes(split.path),
            )
