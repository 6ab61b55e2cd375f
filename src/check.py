"""Judge a run or a sweep, and stop: the same overrides as train.py.

python src/check.py model=klue_roberta_base tokenizer=klue_bert
python src/check.py -m model=klue_bert,koelectra_base pooling=cls,pooler
python src/check.py explain=TOK004
"""

import hydra
from omegaconf import DictConfig

from haechi.command_line import check_and_exit


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def main(config: DictConfig) -> None:
    """Answer --help, --cfg and shell completion; a verdict never gets here."""


if __name__ == "__main__":
    check_and_exit()
    main()
