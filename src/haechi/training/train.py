"""Which trainer runs."""

from collections.abc import Mapping

from haechi.data.split import EncodedSplit
from haechi.modeling.assemble import TextModel
from haechi.training.setup import Outcome, Setup
from haechi.training.used_rows import only_used_rows


def train(model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> Outcome:
    """Fine-tune with the trainer that the config names; the model holds the best weights afterwards.

    With several processes each calls this with the same model and rows.
    """
    with only_used_rows(model, splits["train"], setup.pad_token_id, setup.config):
        # One of them is imported: Trainer brings the datasets library along, which takes half a second.
        match setup.config.kind:
            case "custom":
                from haechi.training import custom

                return custom.train(model, splits, setup)
            case kind:
                assert kind == "hf", "preflight lets no other kind pass"
                from haechi.training import hf

                return hf.train(model, splits, setup)
