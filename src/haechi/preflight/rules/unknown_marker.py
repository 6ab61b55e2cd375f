"""TOK014."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Markers, Objective
from haechi.text import Text
from haechi.tokenization.markers import PUNCTUATION

# The outer symbols, which alone tell the subject from the object: `@` and `#`.
OUTER = {PUNCTUATION[0], PUNCTUATION[2]}


@rule("TOK014", essential=False)
def unknown_marker(evidence: Evidence) -> Iterator[Problem]:
    """The vocabulary does not know the punctuation that marks the mentions.

    ## What
    `task.markers=punctuation` writes `@ * # ^` around the two mentions of a relation, and some of these
    symbols become [UNK].

    ## Why
    Markers of punctuation work because the model knows the symbols. With `@` and `#` both [UNK] nothing
    tells the subject from the object, and half of the relations are a guess.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR task.objective=relation task.markers=punctuation`
    with a vocabulary that has no `@`

    ## What to do
    `task.markers=untyped` marks the mentions with four tokens that are added to the vocabulary.

    ## References
    - https://arxiv.org/abs/2102.01373

    # 어휘가 모르는 문장 부호 마커

    ## 무엇
    `task.markers=punctuation`은 관계의 두 멘션을 `@ * # ^`로 감싸는데, 이 기호 가운데 [UNK]가 되는 것이
    있습니다.

    ## 왜
    문장 부호 마커는 모델이 그 기호를 알기 때문에 통합니다. `@`와 `#`이 모두 [UNK]가 되면 주체와 객체를 가릴
    수 없어, 관계의 절반은 찍는 것과 같습니다.

    ## 할 일
    `task.markers=untyped`를 쓰면 어휘에 더한 토큰 네 개로 멘션을 표시합니다.
    """
    task = evidence.config.task
    if task.objective is not Objective.relation or task.markers is not Markers.punctuation:
        return
    if evidence.tokenizer is None:
        return
    tokenizer = evidence.final_tokenizer
    unk = tokenizer.id("unk")
    # Between two syllables, as they stand in a sentence.
    encodings = tokenizer.encode_whole_with_offsets([f"가{symbol}나" for symbol in PUNCTUATION])
    unknown: list[str] = []
    for symbol, encoding in zip(PUNCTUATION, encodings, strict=True):
        covering = [
            index
            for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
            if start <= 1 < end
        ]
        if not covering or unk in covering:
            unknown.append(symbol)
    if not unknown:
        return
    shown = ", ".join(f"`{symbol}`" for symbol in unknown)
    yield Problem(
        Text(
            f"the vocabulary does not know {shown}, which mark the mentions",
            f"멘션을 표시하는 {shown}을(를) 어휘가 알지 못합니다",
        ),
        keys=["task.markers", "tokenizer.source", "model.checkpoint"],
        fixes=[["task.markers=untyped"]],
        severity=Severity.error if set(unknown) >= OUTER else Severity.warning,
    )
