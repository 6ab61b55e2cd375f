"""Which trainer runs."""

from collections.abc import Mapping

from haechi.data.split import EncodedSplit
from haechi.modeling.assemble import TextModel
from haechi.training import custom, hf
from haechi.training.setup import Outcome, Setup


def train(model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> Outcome:
    """Fine-tune with the trainer that the config names; the model holds the best weights afterwards.

    With several processes each calls this with the same model and rows.
    """
    match setup.config.kind:
        case "custom":
            return custom.train(model, splits, setup)
        case kind:
            assert kind == "hf", "preflight lets no other kind pass"
            return hf.train(model, splits, setup)
