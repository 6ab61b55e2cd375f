"""MODEL008."""

from collections import Counter
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Dtype, Init
from haechi.text import Text

HALF = {"F16": "float16", "BF16": "bfloat16"}


@rule("MODEL008", Severity.note, essential=False)
def half_precision_weights(evidence: Evidence) -> Iterator[Problem]:
    """The weights are stored in half precision.

    ## What
    Most tensors of the checkpoint are float16 or bfloat16, and `model.dtype` is float32, as it is by default.

    ## Why
    transformers 5 loads a checkpoint in the type that its config.json names, else in the type that it is
    stored in, and fine-tunes it so: updates that are smaller than a 256th (bfloat16) or a 2048th (float16)
    of a weight are rounded away. With `model.dtype=float32` Haechi converts while it loads, keeps float32
    master weights, and computes in `trainer.precision`.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds bfloat16 weights

    ## What to do
    Nothing. A comparison with a run of plain transformers is fair only with `dtype=torch.float32` there.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/model

    # 가중치가 반정밀도로 저장되어 있습니다

    ## 무엇
    체크포인트의 텐서 대부분이 float16이나 bfloat16이고, `model.dtype`은 기본값인 float32입니다.

    ## 왜
    transformers 5는 config.json에 적힌 형식으로, 없으면 저장된 형식 그대로 읽어서 그대로 파인튜닝합니다.
    그러면 가중치의 256분의 1(bfloat16)이나 2048분의 1(float16)보다 작은 갱신은 반올림으로 사라집니다.
    `model.dtype=float32`이면 Haechi는 읽을 때 float32로 바꾸어 float32 원본 가중치를 간직하고, 계산은
    `trainer.precision`으로 합니다.

    ## 할 일
    할 일은 없습니다. transformers만으로 한 실행과 견주려면 그쪽에 `dtype=torch.float32`를 주어야 공평합니다.
    """
    checkpoint, model = evidence.checkpoint, evidence.config.model
    if checkpoint is None or model.init is Init.scratch or model.dtype is not Dtype.float32:
        return
    types = Counter(tensor.dtype for tensor in checkpoint.tensors.values())
    dtype, count = next(iter(types.most_common(1)), ("", 0))
    if dtype in HALF:
        yield Problem(
            Text(
                f"{count:,} of {types.total():,} tensors are stored in {HALF[dtype]} and trained in float32",
                f"텐서 {types.total():,}개 가운데 {count:,}개가 {HALF[dtype]}로 저장되어 있습니다. 학습은 "
                "float32로 합니다",
            ),
            keys=["model.checkpoint"],
            notes=[
                Text(
                    f"plain transformers would fine-tune them in {HALF[dtype]}",
                    f"transformers만 쓰면 {HALF[dtype]}로 파인튜닝합니다",
                )
            ]
            if checkpoint.config.get("dtype", checkpoint.config.get("torch_dtype")) != "float32"
            else [],
        )
