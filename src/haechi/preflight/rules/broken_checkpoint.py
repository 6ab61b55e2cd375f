"""MODEL003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("MODEL003")
def broken_checkpoint(evidence: Evidence) -> Iterator[Problem]:
    """A file of the checkpoint is broken.

    ## What
    config.json is missing or no JSON; the safetensors file is cut, a Git LFS pointer or something else;
    a shard that the index names is missing.

    ## Why
    A cut download shows up as "file not fully covered", an LFS pointer as "header too large", after
    everything else was loaded.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/model.safetensors is half a file

    ## What to do
    Bring the file here again (`hf download`, `git lfs pull`, a fresh copy) and compare its size.

    ## References
    - https://huggingface.co/docs/safetensors#format

    # 체크포인트의 파일이 깨졌습니다

    ## 무엇
    config.json이 없거나 JSON이 아닙니다. safetensors 파일이 잘렸거나, Git LFS 포인터이거나, 다른 것입니다.
    또는 색인에 적힌 샤드가 없습니다.

    ## 왜
    내려받다 끊긴 파일은 "file not fully covered", LFS 포인터는 "header too large"라는 말로, 다른 것을 모두
    읽은 뒤에야 드러납니다.

    ## 할 일
    파일을 다시 가져와(`hf download`, `git lfs pull`, 새 사본) 크기를 견줍니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None:
        return
    for fault in checkpoint.broken:
        yield Problem(
            Text(
                f"`{fault.path.name}` of the checkpoint is {fault.why}",
                f"체크포인트의 `{fault.path.name}`: {fault.why.ko}",
            ),
            keys=["model.checkpoint"],
            notes=[Text(f"the file: {fault.path}", f"파일: {fault.path}")],
            fixes=[["model=tiny"]],
        )
    if not checkpoint.has_config:
        yield Problem(
            Text(
                "the folder holds no config.json, so it is no checkpoint",
                "폴더에 config.json이 없으므로 체크포인트가 아닙니다",
            ),
            keys=["model.checkpoint"],
            notes=[Text(f"the folder: {checkpoint.folder}", f"폴더: {checkpoint.folder}")],
            fixes=[["model=tiny"]],
        )
