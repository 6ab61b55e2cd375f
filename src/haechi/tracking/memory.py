"""Which MLflow run a run's folder belongs to, for a training that is resumed."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from haechi.aside import write_json
from haechi.tracking.address import display_uri

NAME = "mlflow_run.json"


@dataclass(frozen=True)
class RunMemory:
    """The file that keeps the id of the MLflow run; without passwords of the store's address."""

    folder: Path
    resumes: bool
    """Whether a run that is known is to go on; else the folder gets a new one."""

    def run_id(self, uri: str) -> str | None:
        """The run to go on with in that store."""
        if not self.resumes:
            return None
        with contextlib.suppress(OSError, ValueError, AttributeError):
            content = json.loads((self.folder / NAME).read_text(encoding="utf-8"))
            if content.get("uri") == display_uri(uri):
                return str(content["run_id"])
        return None

    def keep(self, uri: str, run_id: str) -> None:
        """Write the id down; a disk that takes nothing costs no more than the link."""
        with contextlib.suppress(OSError):
            write_json(self.folder / NAME, {"uri": display_uri(uri), "run_id": run_id})
