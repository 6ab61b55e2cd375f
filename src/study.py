"""Which layer, which token, which pooling: all settings from one pass over the sentences.

python src/study.py model=klue_bert task=klue_sts
python src/study.py -m model=klue_bert,koelectra_base task=klue_ynat
"""

import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from haechi import places
from haechi.command_line import refusals_end_single_runs, refuse_or_go_on
from haechi.resolve import resolve


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def main(config: DictConfig) -> float:
    """Study one model on one task; return the best setting's score."""
    from haechi.study.execute import execute  # imports torch, so only for a run that passed

    hydra_config = HydraConfig.get()
    with refusals_end_single_runs(hydra_config.mode):
        return execute(resolve(config, hydra_config))


if __name__ == "__main__":
    places.take_stamp(f"study_{places.stamp()}")
    command = refuse_or_go_on(trains=False)
    if command.multirun:
        # What is compared at the end are studies, not trainings.
        sys.argv.append("hydra/sweeper=basic")
    try:
        main()
    finally:
        if command.multirun and not command.asks:
            from haechi.study.comparison import compare_sweep

            compare_sweep(command.value("hydra.sweep.dir"))
