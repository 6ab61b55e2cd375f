"""MODEL001."""

from collections.abc import Iterator

from haechi import hub, places
from haechi.checkpoint.locate import Location, State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.folder_probe import refusal
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("MODEL001")
def checkpoint_out_of_reach(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint cannot be had.

    ## What
    The hub id is not in the cache and the hub is out of reach or does not know it, or the folder does
    not exist. Or the disk has no room for the small checkpoint that Haechi makes itself.

    ## Why
    transformers asks the hub several times, waits for each answer, and then says that it could not
    connect, even when the id is merely misspelt.

    ## Example
    `HF_HUB_OFFLINE=1 python src/train.py model=klue_bert`

    ## What to do
    Three ways out. Download on a connected machine (`hf download klue/bert-base`) and copy the hub's
    cache. Or name a folder: `model=local model.checkpoint=DIR`. Or take the checkpoint that Haechi
    makes itself: `model=tiny`.

    ## References
    - https://huggingface.co/docs/huggingface_hub/guides/manage-cache

    # 체크포인트를 구할 수 없습니다

    ## 무엇
    허브 아이디가 캐시에 없는데 허브에 닿지 않거나 허브가 모르는 이름입니다. 또는 그런 폴더가 없습니다.
    또는 Haechi가 스스로 만드는 작은 체크포인트를 둘 자리가 디스크에 없습니다.

    ## 왜
    transformers는 허브에 여러 번 묻고 그때마다 답을 기다린 끝에 접속하지 못했다고만 합니다. 이름의 철자만
    틀렸을 때도 그렇습니다.

    ## 할 일
    길은 세 가지입니다. 네트워크가 되는 곳에서 내려받아(`hf download klue/bert-base`) 허브의 캐시를
    복사합니다. 폴더를 가리킵니다: `model=local model.checkpoint=DIR`. 또는 Haechi가 스스로 만드는
    체크포인트를 씁니다: `model=tiny`.
    """
    location = evidence.location
    if location.state in {State.folder, State.cached}:
        return
    model = evidence.config.model
    keys = ["model.checkpoint"]
    tiny = evidence.run.origins.instead("model=tiny")
    if location.state is State.no_folder:
        no_folder = Text(f"there is no folder `{location.name}`", f"`{location.name}` 폴더가 없습니다")
        yield Problem(no_folder, keys=keys, fixes=[tiny])
        return
    if location.state is State.unmade:
        # ENV001 says it where the run is to lie there too.
        if not (evidence.run.folder.is_relative_to(places.outputs()) and refusal(places.outputs())):
            yield _unmade(location, keys)
        return
    if location.state is State.unknown:
        yield Problem(
            Text(
                f"`{location.name}` cannot be downloaded: {location.reason}",
                f"`{location.name}`을(를) 내려받을 수 없습니다: {location.reason.ko}",
            ),
            keys=[*keys, "model.revision"],
            fixes=[tiny],
        )
        return
    what = (
        Text("is not in the cache", "캐시에 없고")
        if location.folder is None
        else Text("is in the cache without its weights", "캐시에 가중치 없이 있고")
    )
    revision = "" if model.revision == "main" else f" --revision {model.revision}"
    yield Problem(
        Text(
            f"`{location.name}` {what}, and {location.reason}",
            f"`{location.name}`이(가) {what.ko}, {location.reason.ko}",
        ),
        keys=keys,
        notes=[
            Text(
                f"way out 1: on a connected machine run `hf download {location.name}{revision}`, "
                f"then copy {hub.cache_folder()} here",
                f"방법 1: 네트워크가 되는 곳에서 `hf download {location.name}{revision}`을 실행하고 "
                f"{hub.cache_folder()}을(를) 이곳에 복사합니다",
            ),
            Text(
                "way out 2: name a folder in Hugging Face layout, `model=local model.checkpoint=DIR`",
                "방법 2: Hugging Face 형식의 폴더를 가리킵니다, `model=local model.checkpoint=DIR`",
            ),
            Text(
                "way out 3: take the checkpoint that needs no network, `model=tiny`",
                "방법 3: 네트워크가 필요 없는 체크포인트를 씁니다, `model=tiny`",
            ),
        ],
        fixes=[tiny],
    )


def _unmade(location: Location, keys: list[str]) -> Problem:
    return Problem(
        Text(
            f"the tiny checkpoint cannot be written to `{location.name}`: {location.reason}",
            f"Haechi가 스스로 만드는 체크포인트를 `{location.name}`에 쓸 수 없습니다: {location.reason.ko}",
        ),
        keys=keys,
        notes=[
            Text(
                "HAECHI_OUTPUTS=DIR moves it, with the outputs of all runs",
                "HAECHI_OUTPUTS=DIR은 이 체크포인트와 모든 실행의 출력을 옮깁니다",
            )
        ],
    )
