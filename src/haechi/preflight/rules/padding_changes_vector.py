"""POOL020."""

from collections.abc import Iterator

from haechi.preflight.depth import measured
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import TOKENWISE
from haechi.text import Text

# Rounding moves vectors by less than a millionth: measured for every architecture and pooling here. Reading
# padding as if it were text moves them by a tenth and more.
MOST_SHARE = 0.01


@rule("POOL020", essential=False)
def padding_changes_vector(evidence: Evidence) -> Iterator[Problem]:
    """A text's vector depends on the padding beside it.

    ## What
    The deep check (`preflight.deep=true`) computes what the head reads of a few train rows three times: in
    one batch, in the same batch with more padding, and each row alone. By rights only rounding differs.
    Here the vectors differ by more than one hundredth of their root mean square.

    ## Why
    What a text is taken for then depends on which others are in its batch: training sees noise, evaluation
    changes with its batch size, and a served model answers differently from a tested one. An average over
    everything, padding included, moved a sentence's vector by 0.62 between 2 and 20 positions of padding;
    with the mask, by nothing. The poolings and architectures that Haechi has move by less than a millionth;
    so this speaks of a pooling or an architecture that was added.

    ## Example
    `python src/train.py pooling=mine preflight.deep=true` with a pooling that does not look at the mask

    ## What to do
    Let the pooling read `Encoded.mask_BT` (src/haechi/modeling/poolings/tokens.py has what most need), or
    take `pooling=mean` or `pooling=cls`. If the encoder itself is at fault, take another model.

    ## References
    - src/haechi/deep/padding.py

    # 글의 벡터가 곁에 붙은 패딩에 따라 달라집니다

    ## 무엇
    깊은 점검(`preflight.deep=true`)은 train 행 몇 개에서 헤드가 읽는 값을 세 번 계산합니다. 한 배치로, 같은
    배치에 패딩을 더 붙여서, 그리고 한 행씩 따로 계산합니다. 본디 반올림만큼만 달라야 하는데, 벡터의
    제곱평균제곱근의 100분의 1보다 크게 달라집니다.

    ## 왜
    그러면 같은 글이라도 어떤 글과 한 배치에 들었느냐에 따라 결과가 달라집니다. 학습에는 잡음이 되고, 평가는
    배치 크기에 따라 바뀌며, 배포한 모델의 답이 시험한 모델의 답과 다릅니다. 패딩까지 모두 평균하면 패딩이
    2개일 때와 20개일 때 한 문장의 벡터가 0.62만큼 움직였고, 마스크를 쓰면 움직이지 않았습니다. Haechi에
    있는 풀링과 구조는 100만분의 1도 움직이지 않으므로, 이 판정은 새로 더한 풀링이나 구조를 두고 하는
    말입니다.

    ## 할 일
    풀링이 `Encoded.mask_BT`를 읽게 하십시오(대부분에 필요한 것은 src/haechi/modeling/poolings/tokens.py에
    있습니다). 아니면 `pooling=mean`이나 `pooling=cls`를 쓰십시오. 인코더 자체의 문제라면 다른 모델을
    쓰십시오.
    """
    found = measured(evidence.depth.padding) if evidence.depth else None
    if found is None or found.largest <= MOST_SHARE:
        return
    kind = evidence.config.pooling.kind
    others = [] if evidence.config.task.objective in TOKENWISE else ["mean", "cls"]
    yield Problem(
        Text(
            f"padding moves the vectors that the head reads by {found.largest:.0%} of their size",
            f"패딩 때문에 헤드가 읽는 벡터가 제 크기의 {found.largest:.0%}만큼 움직입니다",
        ),
        keys=["pooling.kind", "model.checkpoint"],
        fixes=[*([f"pooling={other}"] for other in others if other != kind), ["model=tiny"]],
        notes=[
            Text(
                f"{found.padded:.2%} with {found.positions} more positions of padding, {found.alone:.2%} "
                f"between {found.rows} rows in a batch and each alone",
                f"패딩 {found.positions}개를 더하면 {found.padded:.2%}, {found.rows}행을 하나씩 따로 넣으면 "
                f"{found.alone:.2%} 달라집니다",
            )
        ],
    )
