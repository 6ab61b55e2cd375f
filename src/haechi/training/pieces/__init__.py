"""Optional pieces of our own loop, one a file; the methods that they override say where they act."""

from haechi.modeling.assemble import TextModel
from haechi.schema.task import Objective
from haechi.schema.trainer import TrainerConfig
from haechi.training.pieces.average import Average
from haechi.training.pieces.fgm import Fgm
from haechi.training.pieces.piece import Piece
from haechi.training.pieces.r_drop import RDrop

__all__ = ["Piece", "build_pieces"]


def build_pieces(model: TextModel, objective: Objective, config: TrainerConfig) -> list[Piece]:
    """The pieces that a config asks for."""
    pieces: list[Piece] = []
    if config.r_drop_alpha:
        pieces.append(RDrop(objective, config.r_drop_alpha))
    if config.fgm_epsilon:
        pieces.append(Fgm(model, config.fgm_epsilon))
    if config.ema_decay:
        pieces.append(Average(model, config.ema_decay))
    return pieces
