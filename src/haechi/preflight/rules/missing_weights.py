"""MODEL004."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.preflight.rules.pickle_only_weights import only_pickle
from haechi.schema.model import Init
from haechi.text import Text


@rule("MODEL004")
def missing_weights(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint holds no weights.

    ## What
    There is neither model.safetensors nor an index with its shards, nor weights in another form.

    ## Why
    A folder that `tokenizer.save_pretrained` or a broken copy has left looks like a checkpoint and holds
    nothing that was learned.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds no model.safetensors

    ## What to do
    Copy the weights beside config.json, or name the folder that has them. To train the architecture from
    random weights: `model.init=scratch`.

    ## References
    - https://huggingface.co/docs/safetensors

    # 체크포인트에 가중치가 없습니다

    ## 무엇
    model.safetensors도, 샤드의 색인도, 다른 형식의 가중치도 없습니다.

    ## 왜
    `tokenizer.save_pretrained`나 끊긴 복사가 남긴 폴더는 체크포인트처럼 보이지만 배운 것이 하나도 들어
    있지 않습니다.

    ## 할 일
    config.json 곁에 가중치를 복사하거나, 가중치가 있는 폴더를 적습니다. 무작위 가중치부터 학습하려면
    `model.init=scratch`입니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or checkpoint.has_weights or not checkpoint.has_config or only_pickle(evidence):
        return
    if evidence.config.model.init is Init.scratch:
        return
    if evidence.location.state is State.cached and not evidence.weights:
        return  # a hub checkpoint whose weights are fetched after the verdict
    if evidence.location.state in {State.unreachable, State.unknown}:
        return  # MODEL001 says it
    yield Problem(
        Text(
            "the checkpoint holds no weights, and only safetensors is loaded",
            "체크포인트에 가중치가 없습니다. safetensors만 읽습니다",
        ),
        keys=["model.checkpoint"],
        notes=[Text(f"the folder: {checkpoint.folder}", f"폴더: {checkpoint.folder}")],
        fixes=[["model.init=scratch"], ["model=tiny"]],
    )
