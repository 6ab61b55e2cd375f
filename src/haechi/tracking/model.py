"""The fine-tuned model as an MLflow model: code instead of a pickle, a signature, exact requirements."""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from haechi.tracking.connection import Connection, Refused

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.models import ModelSignature
    from pandas import DataFrame

_CODE = Path(__file__).with_name("pyfunc_model.py")
_PACKAGE = Path(__file__).resolve().parents[1]
_REQUIRED = (
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "huggingface-hub",
    "numpy",
    "pandas",
    "hydra-core",
    "omegaconf",
)
_EXAMPLE_ROWS = 5
_SCRATCH = ".mlflow_model_"

Rows = Sequence[Mapping[str, object]]


def log_model(connection: Connection, folder: Path, sample_input: Rows, sample_output: Rows) -> None:
    """Store the model in `folder` as `model` of the run: `mlflow.pyfunc.load_model("runs:/<run_id>/model")`.

    Raises Refused if no MLflow model can be made of it, and what mlflow raises if the store does not take it.
    """
    # mlflow.pyfunc.log_model does the same around an active run and the global address, which are shared by
    # all runs of a process; it also loads the model a second time, to predict the example.
    from mlflow.entities import LoggedModelOutput

    if connection.has_model:
        return  # of an earlier start of the same training
    example, signature = example_and_signature(sample_input, sample_output)
    client = connection.client
    logged = client.create_logged_model(connection.experiment_id, "model", connection.run_id)
    try:
        client.log_outputs(connection.run_id, [LoggedModelOutput(logged.model_id, step=0)])
        # Beside the model and not in /tmp, where a kill would leave gigabytes that nobody looks for.
        for left in folder.parent.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder.parent) as scratch:
            saved = Path(scratch) / "model"
            _save(saved, logged, connection.run_id, folder, example, signature)
            client.log_model_artifacts(logged.model_id, str(saved))
        client.finalize_logged_model(logged.model_id, "READY")
    except Exception:
        # Else the model would be pending for ever; the first error is the one to report.
        _finalize_quietly(connection, logged.model_id)
        raise


def example_and_signature(sample_input: Rows, sample_output: Rows) -> "tuple[DataFrame, ModelSignature]":
    """The first rows of the input, and names and types of the columns of input and output.

    Raises Refused if there is nothing to infer them from.
    """
    try:
        from mlflow.models import infer_signature
        from pandas import DataFrame

        # A column without any value (text_pair of a task with one text) has no type to put into a signature.
        example: DataFrame = DataFrame([dict(row) for row in sample_input]).dropna(axis="columns", how="all")
        predicted = DataFrame([dict(row) for row in sample_output]).dropna(axis="columns", how="all")
        return example.head(_EXAMPLE_ROWS), infer_signature(example, predicted)
    except Exception as error:
        raise Refused(f"no signature can be inferred from the samples: {error}") from error


def requirements() -> list[str]:
    """The installed versions of what prediction needs, without `+cpu` and the like, which PyPI lacks."""
    found: list[str] = []
    for name in _REQUIRED:
        try:
            found.append(f"{name}=={version(name).split('+')[0]}")
        except PackageNotFoundError:
            continue
    return found


def _save(
    target: Path,
    logged: "LoggedModel",
    run_id: str,
    folder: Path,
    example: "DataFrame",
    signature: "ModelSignature",
) -> None:
    try:
        import mlflow.pyfunc
        from mlflow.models import Model

        mlflow.pyfunc.save_model(
            path=str(target),
            mlflow_model=Model(
                artifact_path=logged.artifact_location,
                run_id=run_id,
                model_uuid=logged.model_id,
                model_id=logged.model_id,
            ),
            python_model=str(_CODE),
            artifacts={"model": str(folder)},
            code_paths=[str(_PACKAGE)],
            signature=signature,
            input_example=example,
            pip_requirements=requirements(),
        )
    except Exception as error:
        raise Refused(f"it could not be saved as an MLflow model: {error}") from error


def _finalize_quietly(connection: Connection, model_id: str) -> None:
    with contextlib.suppress(Exception):
        connection.client.finalize_logged_model(model_id, "FAILED")
