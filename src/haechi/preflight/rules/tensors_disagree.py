"""MODEL020."""

from collections.abc import Iterator, Sequence

from haechi.preflight.depth import TensorAgreement, measured
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

SHOWN = 4
INSTEAD = [["model.init=scratch"], ["model=tiny"]]


@rule("MODEL020")
def tensors_disagree(evidence: Evidence) -> Iterator[Problem]:
    """The stored tensors are not those of the model that would be built.

    ## What
    The deep check (`preflight.deep=true`) builds the encoder as the training would, without memory for its
    weights, and lets transformers match it with the stored tensors. Some are missing, some have another
    shape, or some that are stored for the encoder have no place in it.

    ## Why
    transformers draws a missing tensor at random, prints one line of a table and trains on; Haechi stops
    instead, but only when the weights are read. A stored tensor without a place is dropped: relative
    positions, say, of a checkpoint that was written when transformers still had them, and the model
    computes something else. MODEL006 compares sizes and the number of layers by config.json; here every
    tensor is compared. It takes a fiftieth of a second once torch is imported.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR preflight.deep=true` with a weight cut out

    ## What to do
    Write the checkpoint again from the program that trained it, with its own config.json.
    `model.init=scratch` draws all weights anew, on purpose. Stored tensors without a place can be accepted
    with `preflight.ignore=[MODEL020]`.

    ## References
    - src/haechi/deep/shapes.py
    - https://huggingface.co/docs/transformers/main_classes/model

    # 저장된 텐서가 만들려는 모델의 것과 다릅니다

    ## 무엇
    깊은 점검(`preflight.deep=true`)은 학습 때와 똑같이 인코더를 만들되 가중치의 메모리는 잡지 않고, 저장된
    텐서와 맞추어 보는 일은 transformers에 맡깁니다. 없는 텐서, 모양이 다른 텐서, 인코더의 것으로
    저장되었으나 들어갈 자리가 없는 텐서가 있습니다.

    ## 왜
    transformers는 없는 텐서를 무작위로 채우고 표의 한 줄로만 알린 뒤 학습을 이어 갑니다. Haechi는 멈추지만,
    가중치를 읽을 때에야 멈춥니다. 자리가 없는 텐서는 버려집니다. 예컨대 transformers가 상대 위치를 지원하던
    때의 체크포인트라면 그 위치 텐서가 버려지고, 모델은 다른 것을 계산합니다. MODEL006은 config.json으로
    크기와 층 수를 견주고, 여기서는 텐서 하나하나를 견줍니다. torch를 불러온 뒤에는 1/50초면 됩니다.

    ## 할 일
    체크포인트를 학습한 프로그램에서 그 config.json과 함께 다시 저장하십시오. `model.init=scratch`는 모든
    가중치를 일부러 새로 만듭니다. 자리가 없는 텐서는 `preflight.ignore=[MODEL020]`으로 받아들일 수
    있습니다.
    """
    found = measured(evidence.depth.tensors) if evidence.depth else None
    if found is None:
        return
    if found.missing:
        count, names = len(found.missing), _shown(found.missing)
        yield Problem(
            Text(
                f"the checkpoint lacks {count} tensor{'s' if count != 1 else ''} of the model: {names}",
                f"체크포인트에 모델의 텐서 {count}개가 없습니다: {names}",
            ),
            keys=["model.checkpoint"],
            fixes=INSTEAD,
            notes=[Text("they would be drawn at random", "없는 텐서는 무작위로 채워집니다")],
        )
    if found.reshaped:
        yield _reshaped(found)
    if found.unexpected:
        count, names = len(found.unexpected), _shown(found.unexpected)
        ignored = ",".join([*evidence.config.preflight.ignore, "MODEL020"])
        yield Problem(
            Text(
                f"{count} stored tensor{'s' if count != 1 else ''} of the encoder would be dropped: {names}",
                f"인코더의 것으로 저장된 텐서 {count}개가 버려집니다: {names}",
            ),
            keys=["model.checkpoint"],
            fixes=[[f"preflight.ignore=[{ignored}]"]],
            notes=[
                Text(
                    "the model that transformers builds by config.json has no place for them",
                    "transformers가 config.json대로 만드는 모델에는 들어갈 자리가 없습니다",
                )
            ],
            severity=Severity.warning,
        )


def _reshaped(found: TensorAgreement) -> Problem:
    first, more = found.reshaped[0], len(found.reshaped) - 1
    stored, wanted = (" x ".join(f"{size:,}" for size in shape) for shape in (first.stored, first.wanted))
    return Problem(
        Text(
            f"`{first.name}` is stored as {stored}, but the model needs {wanted}",
            f"`{first.name}`은(는) {stored}(으)로 저장되었는데 모델에는 {wanted}(이)가 필요합니다",
        ),
        keys=["model.checkpoint"],
        fixes=INSTEAD,
        notes=[Text(f"{more} more tensors have another shape", f"모양이 다른 텐서가 {more}개 더 있습니다")]
        if more
        else [],
    )


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return f"{shown}, ..." if len(names) > SHOWN else shown
