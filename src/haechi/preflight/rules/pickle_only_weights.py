"""MODEL009."""

from collections.abc import Iterator

from haechi.checkpoint.files import INDEX, PICKLE, PICKLES, WEIGHTS
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text

WITHOUT_PICKLE = {WEIGHTS, INDEX}


@rule("MODEL009")
def pickle_only_weights(evidence: Evidence) -> Iterator[Problem]:
    """The weights are there as a pickle only.

    ## What
    The folder, or the hub's repository, has pytorch_model.bin and no model.safetensors.

    ## Why
    A pickle is a program: loading one without care runs whatever its author put there. Safetensors holds
    numbers only, and its header tells a verdict what is in it before anything is loaded.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds only pytorch_model.bin

    ## What to do
    `model.allow_pickle=true` loads it with torch's `weights_only`, which makes tensors and calls nothing
    else. The verdict then reads names and shapes out of the pickle without running it, and refuses one that
    would call anything that tensors do not need. Or convert once and name the new folder:

    ```
    python -c "from transformers import AutoModel, AutoTokenizer
    for kind in (AutoModel, AutoTokenizer): kind.from_pretrained('OLD').save_pretrained('NEW')"
    python src/train.py model=local model.checkpoint=NEW
    ```

    Many hub repositories carry a converted copy on a branch: `model.revision=refs/pr/N`. To train the
    architecture from random weights: `model.init=scratch`.

    ## References
    - https://huggingface.co/docs/safetensors
    - https://docs.python.org/3/library/pickle.html

    # 가중치가 피클로만 있습니다

    ## 무엇
    폴더나 허브의 저장소에 pytorch_model.bin만 있고 model.safetensors가 없습니다.

    ## 왜
    피클은 프로그램입니다. 조심하지 않고 읽으면 만든 사람이 넣어 둔 것이 무엇이든 실행됩니다. safetensors에는
    숫자만 들어 있고, 머리만 보아도 무엇이 들었는지 알 수 있어 아무것도 읽지 않고 판정할 수 있습니다.

    ## 할 일
    `model.allow_pickle=true`는 torch의 `weights_only`로 읽습니다. 텐서만 만들고 다른 것은 호출하지 않습니다.
    그때 판정은 피클을 실행하지 않고 이름과 모양만 읽으며, 텐서에 필요 없는 것을 호출하는 피클은 거절합니다.
    또는 한 번 바꾼 다음 새 폴더를 적습니다.

    ```
    python -c "from transformers import AutoModel, AutoTokenizer
    for kind in (AutoModel, AutoTokenizer): kind.from_pretrained('OLD').save_pretrained('NEW')"
    python src/train.py model=local model.checkpoint=NEW
    ```

    바꾼 사본을 브랜치에 둔 허브 저장소도 많습니다: `model.revision=refs/pr/N`. 무작위 가중치부터
    학습하려면 `model.init=scratch`입니다.
    """
    model = evidence.config.model
    if model.allow_pickle or model.init is Init.scratch or not only_pickle(evidence):
        return
    name = model.checkpoint
    convert = f"AutoModel.from_pretrained('{name}').save_pretrained('NEW')"
    yield Problem(
        Text(
            f"`{name}` has its weights only as a pickle ({PICKLE}), and only safetensors is loaded",
            f"`{name}`의 가중치는 피클({PICKLE})로만 있습니다. safetensors만 읽습니다",
        ),
        keys=["model.allow_pickle", "model.checkpoint"],
        notes=[
            Text(
                f"or {convert} converts it, AutoTokenizer likewise; then `model=local model.checkpoint=NEW`",
                f"또는 {convert}로 바꾸고 AutoTokenizer도 똑같이 한 뒤 "
                "`model=local model.checkpoint=NEW`로 실행합니다",
            )
        ],
        fixes=[["model.allow_pickle=true"], ["model.init=scratch"]],
    )


def only_pickle(evidence: Evidence) -> bool:
    """Whether there are weights, but none in safetensors, as far as the folder or the hub was asked."""
    checkpoint, location = evidence.checkpoint, evidence.location
    if checkpoint is None or WITHOUT_PICKLE & set(location.files):
        return False
    here = checkpoint.is_pickle if checkpoint.has_weights else checkpoint.has_pickle
    return here or bool(set(PICKLES) & set(location.files))
