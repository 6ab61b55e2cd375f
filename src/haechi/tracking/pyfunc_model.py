"""The code of a logged model: MLflow copies this file beside the model and runs it to load the model.

Nothing in this package imports it.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd  # noqa: TID253 (this file runs only where a logged model is saved or loaded)
from mlflow.models import set_model  # noqa: TID253
from mlflow.pyfunc.model import PythonModel, PythonModelContext  # noqa: TID253


class HaechiModel(PythonModel):
    """Rows in, predictions out: the columns are those of the signature."""

    predictor: Callable[[Sequence[Mapping[str, object]]], list[dict[str, object]]]

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model from the artifact `model`."""
        from haechi.predict import load_predictor

        self.predictor = load_predictor(Path(context.artifacts["model"]))

    def predict(  # pyright: ignore[reportIncompatibleMethodOverride] (the base has no return type)
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, object] | None = None
    ) -> pd.DataFrame:
        """One row of predictions for each row of `model_input`; missing cells (text_pair) are left out."""
        rows = [
            {str(name): value for name, value in row.items() if not _is_missing(value)}
            for row in model_input.to_dict("records")
        ]
        return pd.DataFrame(self.predictor(rows), index=model_input.index)


def _is_missing(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


set_model(HaechiModel())
