"""TRACK001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule

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
    """
    tracking = evidence.config.tracking
    uri = evidence.run.environment.tracking_uri or (tracking.uri or "").strip()
    if tracking.kind != "mlflow" or not uri:
        return
    scheme = uri.partition(":")[0].partition("+")[0].lower() if ":" in uri or uri == "databricks" else ""
    if scheme in SCHEMES:
        return
    by_variable = evidence.run.environment.tracking_uri is not None
    yield Problem(
        "MLflow takes no folder as a tracking address"
        if scheme in {"", "file"}
        else f"MLflow knows no tracking address that begins with `{scheme}:`",
        keys=["tracking.uri"],
        notes=["the address comes from MLFLOW_TRACKING_URI, which wins over the config"]
        if by_variable
        else [],
        fixes=[["tracking=none"]] if by_variable else [["tracking.uri=null"]],
    )
