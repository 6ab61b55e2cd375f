"""TRACK002."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.probes import TRACKING
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TRACK002", Severity.warning, essential=False)
def silent_tracking_server(evidence: Evidence) -> Iterator[Problem]:
    """The tracking server does not answer.

    ## What
    The tracking address is a server's, and its /health has no answer within a second, or an answer that
    tells of a fault (status 500 and above). A server with any other status counts as there.

    ## Why
    With MLflow's own defaults a server that is away holds a run up for more than 25 seconds, and one that
    goes away ends it. Haechi's run goes on and keeps every metric in its folder; what the server has
    missed is sent when the run ends, if it is there by then.

    ## Example
    `python src/train.py tracking.uri=http://127.0.0.1:5999`

    ## What to do
    Start the server, correct the address, or leave it out: runs then go to a database under outputs/.

    ## References
    - https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/

    # 추적 서버가 답하지 않습니다

    ## 무엇
    추적 주소가 서버인데 /health가 1초 안에 답하지 않거나, 고장을 알리는 답(상태 500 이상)을 합니다. 그
    밖의 답은 서버가 있는 것으로 봅니다.

    ## 왜
    MLflow의 기본값대로라면 서버가 없을 때 실행이 25초 넘게 멈추고, 도중에 사라지면 실행이 끝납니다.
    Haechi의 실행은 계속되고 모든 지표를 실행의 폴더에 남깁니다. 서버가 놓친 것은 실행이 끝날 때 서버가
    있으면 보냅니다.

    ## 할 일
    서버를 켜거나, 주소를 고치거나, 주소를 비웁니다. 비우면 outputs/ 아래의 데이터베이스에 기록됩니다.
    """
    why = evidence.probes.silence(TRACKING)
    if why is None:
        return
    by_variable = evidence.environment.tracking_uri is not None
    uri = evidence.environment.tracking_uri or (evidence.config.tracking.uri or "").strip()
    parts = urlsplit(uri)
    # Without a user's name and password, and without what may be a token.
    server = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    variable = Text(
        "the address comes from MLFLOW_TRACKING_URI, which wins over the config",
        "주소는 설정보다 앞서는 MLFLOW_TRACKING_URI에서 왔습니다",
    )
    yield Problem(
        Text(
            f"the tracking server `{server}` does not answer: {why}",
            f"추적 서버 `{server}`이(가) 답하지 않습니다: {why.ko}",
        ),
        keys=["tracking.uri"] if server == uri else [],
        notes=[
            *([variable] if by_variable else []),
            Text(
                "the run would go on, keep its metrics in its own folder, and try again at its end",
                "실행은 계속되고 지표를 자신의 폴더에 남기며, 끝날 때 다시 보내 봅니다",
            ),
        ],
        fixes=[["tracking=none"]] if by_variable else [["tracking.uri=null"]],
    )
