"""A real PostgreSQL of a test's own: installed where it is missing, started in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tracking.servers import free_port

USER = "postgres"


def binaries() -> Path:
    """The folder of PostgreSQL's programs; the package is installed where that can be done."""
    if not (found := _found()) and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        command = ["apt-get", "install", "-y", "-qq", "postgresql"]
        subprocess.run(
            command, check=False, capture_output=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        )
        found = _found()
    if not found:
        pytest.skip("PostgreSQL is not installed, and cannot be installed here")
    return found[-1]


def _found() -> list[Path]:
    return sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server in a folder of its own; its address for SQLAlchemy comes back."""
    programs, port = binaries(), free_port()
    # pytest's folders are closed to other users, and it refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="haechi_postgres_"))
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, USER)
    data = folder / "data"
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def call(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, str(programs / program), *arguments], capture_output=True, text=True, cwd=folder,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    call("initdb", "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8")
    # What the server prints goes to a file: a pipe would be held open by it.
    call("pg_ctl", "-D", str(data), "-w", "-o", settings, "-l", str(folder / "log"), "start")
    try:
        call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", USER, "mlflow")
        yield f"postgresql://{USER}@127.0.0.1:{port}/mlflow"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)
