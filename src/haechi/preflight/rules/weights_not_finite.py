"""MODEL013."""

import re
from collections.abc import Iterator

from haechi.checkpoint.header import non_finite
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text

NORM = re.compile(r"(?i)norm[^.]*\.(weight|bias|gamma|beta)$")
# The norms of a large encoder have 0.4 MB.
MOST_BYTES = 4_000_000


@rule("MODEL013")
def weights_not_finite(evidence: Evidence) -> Iterator[Problem]:
    """The weights hold NaN or infinite values.

    ## What
    A LayerNorm tensor of the checkpoint has a value that is no finite number. Only the norms are read:
    every vector passes through each of them, and they are a few hundred kilobytes of a file.

    ## Why
    A training that diverged, or a conversion to float16 that overflowed, leaves such a file behind. It
    loads without a word; the loss is NaN from the first step on, and so is every prediction.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR was saved after the loss was NaN

    ## What to do
    Take an earlier checkpoint of that training, or convert the original again, to bfloat16 or float32.

    ## References
    - https://huggingface.co/docs/safetensors#format

    # 가중치에 NaN이나 무한대가 있습니다

    ## 무엇
    체크포인트의 LayerNorm 텐서에 유한한 수가 아닌 값이 있습니다. 정규화 텐서만 읽습니다. 모든 벡터가
    그것을 하나하나 거치고, 파일에서 수백 킬로바이트밖에 되지 않기 때문입니다.

    ## 왜
    발산한 학습이나, 넘쳐 버린 float16 변환이 그런 파일을 남깁니다. 읽을 때는 아무 말이 없지만 첫 스텝부터
    손실이 NaN이고 예측도 모두 NaN입니다.

    ## 할 일
    그 학습의 앞선 체크포인트를 쓰거나, 원본을 bfloat16이나 float32로 다시 변환합니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or not checkpoint.tensors or evidence.config.model.init is Init.scratch:
        return
    folder = checkpoint.folder
    if checkpoint.is_pickle:
        return  # its header is read, its numbers are not
    for name in checkpoint.weight_files:
        found = non_finite(folder / name, lambda tensor: NORM.search(tensor) is not None, MOST_BYTES)
        if found:
            yield Problem(
                Text(
                    f"`{name}` holds NaN or infinite values: {len(found)} norms, the first `{found[0]}`",
                    f"`{name}`에 NaN이나 무한대가 있습니다: 정규화 텐서 {len(found)}개, 첫째는 `{found[0]}`",
                ),
                keys=["model.checkpoint"],
                notes=[Text(f"the file: {folder / name}", f"파일: {folder / name}")],
                fixes=[["model.init=scratch"], ["model=tiny"]],
            )
