"""What a run will take, before it starts: memory and time, from shapes, lengths, and earlier runs here."""

from haechi.forecast.estimate import Forecast, forecast
from haechi.forecast.work import Work, work_of

__all__ = ["Forecast", "Work", "forecast", "work_of"]
