"""Make the sqlite database of an address, if there is none: `python -m haechi.tracking sqlite:///FILE`.

MLflow's own server would make it table by table, and Ctrl-C meanwhile would spoil it.
"""

import signal
import sys

from haechi.tracking.address import missing_database
from haechi.tracking.connection import whole_database
from haechi.tracking.loading import load_mlflow


def main(uri: str) -> None:
    """Make it; Ctrl-C leaves none."""
    if missing_database(uri):
        try:
            load_mlflow(server=False)
            with whole_database(uri):
                pass
        except KeyboardInterrupt:
            sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv[1])
