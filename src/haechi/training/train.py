"""Which trainer runs."""

import os
from collections.abc import Mapping

from haechi.data.split import EncodedSplit
from haechi.fault import RunFault
from haechi.modeling.assemble import TextModel
from haechi.training import custom, hf
from haechi.training.setup import Outcome, Setup


def train(model: TextModel, splits: Mapping[str, EncodedSplit], setup: Setup) -> Outcome:
    """Fine-tune with the trainer that the config names; the model holds the best weights afterwards.

    Raises:
        RunFault: a launcher has started several processes, whose parts nobody puts together yet.
    """
    if int(os.environ.get("WORLD_SIZE") or 1) > 1:
        processes = os.environ["WORLD_SIZE"]
        raise RunFault(f"a run trains in one process, and a launcher has started {processes}")
    match setup.config.kind:
        case "custom":
            return custom.train(model, splits, setup)
        case kind:
            assert kind == "hf", "preflight lets no other kind pass"
            return hf.train(model, splits, setup)
