"""TRACK001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

SCHEMES = ("sqlite", "postgresql", "mysql", "mssql", "http", "https", "databricks")


@rule("TRACK001")
def refused_tracking_address(evidence: Evidence) -> Iterator[Problem]:
    """MLflow does not take this tracking address.

    ## What
    The address is a folder (`./mlruns`, `file:...`) or has a scheme that MLflow does not know.

    ## Why
    MLflow 3 refuses its old file store on first use, which is after the model was loaded.

    ## Example
    `python src/train.py tracking.uri=./mlruns`

    ## What to do
    Leave the address out: runs then go to a database under outputs/. Or name a server
    (`http://host:5000`) or a database (`sqlite:////absolute/path/mlflow.db`).

    ## References
    - https://github.com/mlflow/mlflow/issues/18534

    # MLflow가 받지 않는 추적 주소입니다

    ## 무엇
    주소가 폴더(`./mlruns`, `file:...`)이거나 MLflow가 모르는 스킴으로 시작합니다.

    ## 왜
    MLflow 3은 예전의 파일 저장소를 처음 쓸 때, 곧 모델을 다 읽은 뒤에 거절합니다.

    ## 할 일
    주소를 비워 두면 outputs/ 아래의 데이터베이스에 기록됩니다. 또는 서버(`http://host:5000`)나
    데이터베이스(`sqlite:////absolute/path/mlflow.db`)를 적습니다.
    """
    tracking = evidence.config.tracking
    uri = evidence.environment.tracking_uri or (tracking.uri or "").strip()
    if tracking.kind != "mlflow" or not uri:
        return
    scheme = uri.partition(":")[0].partition("+")[0].lower() if ":" in uri or uri == "databricks" else ""
    if scheme in SCHEMES:
        return
    by_variable = evidence.environment.tracking_uri is not None
    yield Problem(
        Text(
            "MLflow takes no folder as a tracking address",
            "MLflow는 폴더를 추적 주소로 받지 않습니다",
        )
        if scheme in {"", "file"}
        else Text(
            f"MLflow knows no tracking address that begins with `{scheme}:`",
            f"`{scheme}:`로 시작하는 추적 주소를 MLflow가 모릅니다",
        ),
        keys=["tracking.uri"],
        notes=[
            Text(
                "the address comes from MLFLOW_TRACKING_URI, which wins over the config",
                "주소는 설정보다 앞서는 MLFLOW_TRACKING_URI에서 왔습니다",
            )
        ]
        if by_variable
        else [],
        fixes=[["tracking=none"]] if by_variable else [["tracking.uri=null"]],
    )
