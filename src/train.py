"""Fine-tune one Korean encoder, or sweep over several.

python src/train.py model=klue_bert pooling=mean
python src/train.py -m model=klue_bert,koelectra_base pooling=cls,mean
"""

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from haechi.command_line import leave_to_the_first, refusals_end_single_runs, refuse_or_go_on
from haechi.gpus import take_gpu
from haechi.resolve import resolve


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def main(config: DictConfig) -> float:
    """Run one job; return the metric that a sweep optimizes."""
    hydra_config = HydraConfig.get()
    take_gpu(hydra_config)
    from haechi.pipeline import execute  # imports torch, so only for a run that passed

    with refusals_end_single_runs(hydra_config.mode):
        return execute(resolve(config, hydra_config))


if __name__ == "__main__":
    refuse_or_go_on()
    main()
    leave_to_the_first()
