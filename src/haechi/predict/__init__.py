"""A saved model folder -> predictions: what the tracked model runs, and `python src/predict.py`."""

from haechi.predict.model import SavedModel, load_predictor

__all__ = ["SavedModel", "load_predictor"]
