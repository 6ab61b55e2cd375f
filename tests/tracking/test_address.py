"""Where runs are tracked, and that no address is shown with its password."""

from pathlib import Path

import pytest

from haechi.schema.tracking import TrackingConfig
from haechi.tracking import build_tracker
from haechi.tracking.address import artifact_folder, display_uri, sqlite_file, tracking_uri
from haechi.tracking.connection import reason


def test_the_environment_wins_over_the_config_and_the_config_over_our_database(hangul_outputs: Path) -> None:
    assert tracking_uri("http://config", "http://environment") == "http://environment"
    assert tracking_uri("http://config", None) == "http://config"
    assert tracking_uri("http://config", " ") == "http://config"
    assert tracking_uri(None, "") == f"sqlite:///{hangul_outputs}/mlflow.db"
    assert hangul_outputs.is_dir()


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://mina:gehe:im@mlflow.example.org/x", "https://***@mlflow.example.org/x"),
        ("postgresql://mina:p@ss@db/mlflow", "postgresql://***@db/mlflow"),
        (
            "postgresql://db/mlflow?user=mina&password=geheim&a=b",
            "postgresql://db/mlflow?user=mina&password=***&a=b",
        ),
        ("sqlite:////data/mlflow.db", "sqlite:////data/mlflow.db"),
    ],
)
def test_passwords_are_masked_in_addresses_and_in_errors(uri: str, shown: str) -> None:
    assert display_uri(uri) == shown
    assert reason(RuntimeError(f"cannot reach {uri} now")) == f"cannot reach {shown} now"


def test_artifacts_lie_beside_the_database_and_never_in_the_working_directory(hangul_outputs: Path) -> None:
    assert artifact_folder("sqlite:////data/mlflow.db", "주제/분류") == Path("/data/mlartifacts/주제_분류")
    assert artifact_folder("sqlite:////data/mlflow.db", "..") == Path("/data/mlartifacts/experiment")
    assert artifact_folder("postgresql://db/mlflow", "a") == hangul_outputs / "mlartifacts" / "a"
    assert artifact_folder("https://mlflow.example.org", "a") is None


def test_only_a_sqlite_address_with_a_path_has_a_file() -> None:
    assert sqlite_file("sqlite:////data/mlflow.db?timeout=5") == Path("/data/mlflow.db")
    assert sqlite_file("sqlite://") is None
    assert sqlite_file("http://127.0.0.1:5000") is None


def test_the_summary_says_how_to_see_the_run(hangul_outputs: Path) -> None:
    config = TrackingConfig(kind="mlflow")
    assert build_tracker(config, "e", "r", None).where() == "make ui, then http://127.0.0.1:5000"
    own = build_tracker(config, "e", "r", "sqlite:////data/m.db").where()
    assert own == "mlflow ui --backend-store-uri 'sqlite:////data/m.db', then http://127.0.0.1:5000"
    assert build_tracker(config, "e", "r", "http://u:geheim@host:5000/").where() == "http://***@host:5000"


def test_none_keeps_nothing_and_an_unknown_kind_is_refused() -> None:
    tracker = build_tracker(TrackingConfig(kind="none"), "e", "r", "http://nowhere")
    tracker.start({}, {})
    tracker.log_metrics({"a": 1.0}, 1, 0.0)
    tracker.finish("finished")
    assert tracker.run_id is None
    assert tracker.trouble() is None
    assert "metrics.jsonl" in tracker.where()
    with pytest.raises(ValueError, match="wandb"):
        build_tracker(TrackingConfig(kind="wandb"), "e", "r", None)
