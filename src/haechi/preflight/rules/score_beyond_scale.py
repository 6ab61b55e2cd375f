"""LABEL008."""

from collections import Counter
from collections.abc import Iterator

from haechi.preflight.counting import accept
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.row_evidence import known_scale
from haechi.preflight.rule import rule
from haechi.rows.scores import FEWEST, Scores, is_scale, range_without_far, scores_of
from haechi.rows.survey import BEYOND_SCALE, Survey
from haechi.schema.task import Objective
from haechi.text import Text, join

# This part of the range of one split may be passed by another one.
BEYOND = 0.25
# With less than this chance so many scores of one split lie beyond another one that was drawn alike.
BY_CHANCE = 1e-3


@rule("LABEL008", Severity.warning, essential=False)
def score_beyond_scale(evidence: Evidence) -> Iterator[Problem]:
    """Scores lie beyond the scale.

    ## What
    - Scores lie beyond `task.scale.lowest` and `task.scale.highest`, which are 0 and 5 for KLUE-STS.
    - Where no scale is known: single scores stand far from all others, which are on a scale (many different
      ones, with rows at its end). Prices and counts, which thin out, are left alone.
    - Validation or test scores lie beyond those of the train rows by more than a quarter of their range, or
      train scores beyond theirs. One such validation or test score is enough if the train scores are on a
      scale; otherwise there are more than chance explains.

    ## Why
    A slip of the keyboard (57 for 5.7) has hundreds of times the squared error of its neighbours and pulls
    the model to it. Two files with different scales (0 to 1 in one, 0 to 5 in the other), or a column of
    another kind: the model cannot give what it has never seen. Pearson's correlation hides it, the squared
    error does not.

    ## Example
    `python src/train.py task=klue_sts task.files.train=a.csv task.files.validation=b.csv`

    ## What to do
    Correct the rows that the message names. Bring both files to one scale, or name the column of the scores:
    `task.columns.label=...`. Name the scale where it is known: `task.scale.lowest=1 task.scale.highest=7`.

    ## References
    - https://github.com/KLUE-benchmark/KLUE, klue-sts-v1.1

    # 점수가 척도를 벗어납니다
    ## 무엇
    - 점수가 `task.scale.lowest`와 `task.scale.highest`를 벗어납니다. KLUE-STS에서는 0과 5입니다.
    - 척도를 모를 때: 척도를 이루는 점수들(서로 다른 값이 많고 끝에도 행이 있음)에서 몇 개만 멀리 떨어져
      있습니다. 끝으로 갈수록 드물어지는 가격이나 횟수는 해당하지 않습니다.
    - validation이나 test의 점수가 train 점수의 범위를 그 폭의 4분의 1 넘게 벗어나거나, train 점수가 그쪽
      범위를 벗어납니다. train 점수가 척도를 이루면 그쪽 점수 하나로도 알리고, 아니면 우연으로 볼 수 없을
      만큼 많을 때 알립니다.

    ## 왜
    잘못 친 점수(5.7을 57로)는 제곱 오차가 이웃의 수백 배라 모델을 끌고 갑니다. 두 파일의 척도가
    다르거나(한쪽은 0에서 1, 다른 쪽은 0에서 5) 다른 종류의 열을 골랐을 수도 있습니다. 모델은 본 적 없는
    값을 낼 수 없습니다. 피어슨 상관은 이를 가리고 제곱 오차는 드러냅니다.

    ## 할 일
    메시지가 알려 주는 행을 바로잡습니다. 두 파일을 한 척도로 맞추거나, 점수가 있는 열을 지정합니다:
    `task.columns.label=...`. 척도를 알려 주려면 `task.scale.lowest`와 `task.scale.highest`를 씁니다.
    """
    task = evidence.config.task
    if task.objective is not Objective.regression:
        return
    known = known_scale(task)
    if known is not None and not known[0] < known[1]:
        yield Problem(
            Text(
                f"the scale begins at {known[0]:g} and ends at {known[1]:g}",
                f"척도가 {known[0]:g}에서 시작해 {known[1]:g}에서 끝납니다",
            ),
            keys=["task.scale.lowest", "task.scale.highest"],
            fixes=[["task.scale.lowest=null", "task.scale.highest=null"]],
            severity=Severity.error,
        )
        return
    accepted = [[accept(evidence, "LABEL008")]]
    splits = [split for split in evidence.readable if split.numbers]
    scores = {split.name: scores_of(split) for split in splits}
    if known is not None:
        for split in splits:
            yield from _beyond(split, known, accepted)
    else:
        pooled = sum((Counter(found.counts) for found in scores.values()), Counter[float]())
        most = range_without_far(pooled)
        if most is not None:
            for split in splits:
                yield from _far(split, scores[split.name], most, accepted)
            scores = {name: found.between(*most) for name, found in scores.items()}
    train = scores.get("train")
    if train is None or not train.counts:
        return
    # Of scores that become rare towards their end, another split may well have a higher one.
    one_is_enough = known is None and (train.total < FEWEST or is_scale(train.counts))
    for split in splits[1:]:
        if splits[0].complete and split.complete:
            yield from _unlike(splits[0], split, scores, accepted, one_is_enough=one_is_enough)


def _beyond(split: Survey, scale: tuple[float, float], fixes: list[list[str]]) -> Iterator[Problem]:
    """Scores beyond the scale that the task knows."""
    tally, (low, high) = split.tallies[BEYOND_SCALE], scale
    if tally.count:
        yield Problem(
            Text(
                f"{tally.count:,} of {split.rows:,} {split.seen} have a score beyond the scale of {low:g} to "
                f"{high:g}",
                f"{split.seen.ko} {split.rows:,}행 가운데 {tally.count:,}행의 점수가 척도 {low:g}~{high:g}를 "
                "벗어납니다",
            ),
            keys=["task.scale.lowest", "task.scale.highest", f"task.files.{split.name}"],
            notes=[join(": ", [tally.place(split.path), tally.shown])],
            fixes=fixes,
        )


def _far(
    split: Survey, scores: Scores, most: tuple[float, float], fixes: list[list[str]]
) -> Iterator[Problem]:
    """Scores that stand far from those of all splits, where no scale is known."""
    far, (low, high) = scores.beyond(*most), most
    if far.counts:
        yield Problem(
            Text(
                f"{far.total:,} of {split.rows:,} {split.seen} have a score far from all others, which are "
                f"from {low:g} to {high:g}",
                f"{split.seen.ko} {split.rows:,}행 가운데 {far.total:,}행의 점수가 "
                f"나머지({low:g}~{high:g})에서 멀리 떨어져 있습니다",
            ),
            keys=["task.columns.label", f"task.files.{split.name}"],
            notes=[far.place(split.path)],
            fixes=fixes,
        )


def _unlike(
    train: Survey, split: Survey, scores: dict[str, Scores], fixes: list[list[str]], *, one_is_enough: bool
) -> Iterator[Problem]:
    """Two splits whose scores are on different scales; told once, of the one with the wider range.

    Args:
        train: the train split.
        split: another one.
        scores: of both.
        fixes: what accepts it.
        one_is_enough: whether a single score of the other split beyond those of the train rows tells.
    """
    for one, other, single in ((split, train, one_is_enough), (train, split, False)):
        ours, theirs = scores[one.name], scores[other.name]
        if not ours.counts or len(theirs.counts) < 2:
            continue
        low, high = theirs.range
        margin = (high - low) * BEYOND
        beyond = ours.beyond(low - margin, high + margin)
        # If both were drawn alike, each of the outermost scores would be one of ours with this chance.
        chance = ours.total / (ours.total + theirs.total)
        if beyond.counts and (single or chance**beyond.total < BY_CHANCE):
            (lowest, highest), place = ours.range, beyond.place(one.path)
            yield Problem(
                Text(
                    f"the {one.name} scores are from {lowest:g} to {highest:g}, "
                    f"and {other.name} has {low:g} to {high:g}",
                    f"{one.name} 점수는 {lowest:g}에서 {highest:g}까지인데, "
                    f"{other.name}의 범위는 {low:g}에서 {high:g}까지입니다",
                ),
                keys=["task.columns.label", f"task.files.{one.name}"],
                notes=[
                    Text(
                        f"{beyond.total:,} lie beyond, {place}", f"벗어난 점수 {beyond.total:,}개, {place.ko}"
                    )
                ],
                fixes=fixes,
            )
            return
