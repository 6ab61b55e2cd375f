"""The findings in words: one paragraph, and the overrides to type."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from haechi.schema.pooling import SEVERAL_LAYERS, PoolingConfig
from haechi.schema.run import RunConfig
from haechi.schema.task import Objective
from haechi.study.baselines import STATIC
from haechi.study.cells import EMBEDDINGS, POOLER
from haechi.study.measures import MEANINGS
from haechi.study.ranking import Placed, Ranking

SHOWN_PEERS = 4


@dataclass(frozen=True)
class PaperOrder:
    """Whether averaged static words score above averaged token vectors, and those above [CLS]."""

    verdict: str
    """`held`, `did not hold`, `not settled` or `not tested`."""
    sentence: str


def own_name(pooling: PoolingConfig, last: int) -> str:
    """The name of the setting that the run's own `pooling` group chooses."""
    if pooling.kind in SEVERAL_LAYERS or pooling.kind == POOLER:
        return pooling.kind
    layer = pooling.layer if pooling.layer >= 0 else pooling.layer + last + 1
    without = pooling.kind == "mean" and not pooling.include_special_tokens
    return f"{'mean_without_special' if without else pooling.kind}@{layer}"


def typeable(ranking: Ranking, last: int) -> Placed | None:
    """The best setting that train.py has too."""
    return next(
        (item for item in ranking.settings if item.cell is not None and item.cell.overrides(last)), None
    )


def simplest(ranking: Ranking, last: int) -> Placed | None:
    """The plainest setting that is not told from the best; None where the best is the plainest."""
    order = [f"mean@{last}", f"cls@{last}", f"mean_without_special@{last}", "first_last", "last_four"]
    for name in order:
        if name == ranking.best:
            return None
        if name in ranking and ranking[name].is_within_noise:
            return ranking[name]
    return None


NOT_OF_TRAINING = ("pooling", "study", "run_dir", "hydra", "task.encoder")
"""What is typed for a study and not for the training that follows from it."""


def training_overrides(config: RunConfig, typed: Sequence[str]) -> list[str]:
    """What was typed for the study, as a training takes it, but for its pooling.

    Scores of pairs are trained by a bi-encoder, which reads each text by itself as the study does.
    """
    kept = [item for item in typed if not item.lstrip("+~").startswith(NOT_OF_TRAINING)]
    bi = config.task.objective is Objective.regression and config.task.columns.text_pair is not None
    return [*kept, "task.encoder=bi"] if bi else kept


def command(config: RunConfig, typed: Sequence[str], placed: Placed, last: int) -> str | None:
    """What to type to train with a setting; None for spans, whose head reads every token."""
    if config.task.objective is Objective.span:
        return None
    assert placed.cell is not None
    chosen = placed.cell.overrides(last) or []
    return shlex.join(["python", "src/train.py", *training_overrides(config, typed), *chosen])


def conclude(ranking: Ranking, config: RunConfig, model: str, last: int, rows: int, order: PaperOrder) -> str:
    """One paragraph: the best setting, what is not told from it, how the usual ones compare."""
    best = ranking[ranking.best]
    if not np.isfinite(best.value):
        return f"No setting has a {ranking.main}: their vectors are the same for every sentence."
    where = f"{rows:,} validation rows of {config.task.name}, {model}"
    parts = [
        f"On {where}: `{best.name}` is {_rank(len(ranking.settings))} with {_said(best)} "
        f"({MEANINGS[ranking.main]}; 95 % interval)."
    ]
    parts.append(_peers(ranking, last))
    own = own_name(config.pooling, last)
    for name, called in ((own, "the run's own pooling"), (f"cls@{last}", "[CLS] of the last layer")):
        if name in ranking and name != best.name and not (called.startswith("[CLS]") and name == own):
            parts.append(_compared(ranking[name], called))
    above = [item for item in ranking.baselines if item.value > best.value]
    if above:
        parts.append(
            f"Nothing of the encoder reaches the baseline `{above[0].name}` ({above[0].value:.3f})"
            f"{' for certain' if not above[0].is_within_noise else ', though within the noise'}."
        )
    elif ranking.baselines:
        nearest = ranking.baselines[0]
        parts.append(f"The best baseline, `{nearest.name}`, has {nearest.value:.3f}.")
    parts.append(order.sentence)
    return " ".join(part for part in parts if part)


def _peers(ranking: Ranking, last: int) -> str:
    # A setting that scores the same in every sample has the same directions, and is no other finding.
    peers = [
        item for item in ranking.settings
        if item.is_within_noise and item.name != ranking.best and item.behind_low != item.behind_high
    ]  # fmt: skip
    if len(ranking.settings) == 1:
        return ""
    if not peers:
        return "It is above every other setting by more than the noise."
    shown = ", ".join(f"`{item.name}`" for item in peers[:SHOWN_PEERS])
    more = f" and {len(peers) - SHOWN_PEERS} more" if len(peers) > SHOWN_PEERS else ""
    said = f"These rows do not tell it from {shown}{more}"
    plain = simplest(ranking, last)
    if plain is not None:
        said += f"; the plainest of them is `{plain.name}` ({plain.value:.3f})"
    wins = ranking[ranking.best].best_share
    return f"{said}. In {wins:.0%} of the samples it is the best."


def _compared(item: Placed, called: str) -> str:
    noise = "within the noise" if item.is_within_noise else "more than the noise"
    return (
        f"{called[0].upper()}{called[1:]}, `{item.name}`, has {item.value:.3f}, {item.behind:.3f} less "
        f"({item.behind_low:.3f} to {item.behind_high:.3f}), {noise}."
    )


def paper_order(ranking: Ranking, last: int) -> PaperOrder:
    """Put the paper's finding to the test: averaged GloVe above averaged BERT above [CLS].

    Source: Reimers and Gurevych 2019, table 1, https://arxiv.org/abs/1908.10084
    """
    has_static = STATIC in ranking
    words = STATIC if has_static else EMBEDDINGS
    names = [words, f"mean@{last}", f"cls@{last}"]
    if not all(name in ranking for name in names):
        said = "The paper's order (averaged static words, averaged BERT, [CLS]) was not tested: "
        return PaperOrder("not tested", said + "the last layer's mean or [CLS] is not among the settings.")
    called = "averaged static word vectors" if has_static else "the average of the model's input embeddings"
    steps = [ranking.difference(one, other) for one, other in pairwise(names)]
    if all(low > 0 for _, low, _ in steps):
        verdict = "held"
    elif any(high < 0 for _, _, high in steps):
        verdict = "did not hold"
    else:
        verdict = "not settled"
    values = [ranking[name].value for name in names]
    parts = [f"{value:.3f} ({difference:+.3f} over the next, {low:+.3f} to {high:+.3f})"
             for value, (difference, low, high) in zip(values, steps, strict=False)]  # fmt: skip
    in_place = "" if has_static else ", in whose place stand the model's input embeddings,"
    ends = {"held": "held here", "did not hold": "did not hold here",
            "not settled": "is not settled by these rows"}  # fmt: skip
    return PaperOrder(
        verdict,
        f"The paper's order, averaged GloVe{in_place} above averaged BERT above [CLS], {ends[verdict]}: "
        f"{called} {parts[0]}, mean of the last layer {parts[1]}, [CLS] {values[2]:.3f}.",
    )


def _rank(settings: int) -> str:
    return "the only setting," if settings == 1 else f"best of {settings} settings"


def _said(item: Placed) -> str:
    return f"{item.value:.3f} ({item.low:.3f} to {item.high:.3f})"
