"""CFG011."""

import re
from collections.abc import Iterator
from pathlib import Path

from haechi.checkpoint.locate import is_path
from haechi.compose import key_of
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.splits import SPLITS
from haechi.text import Text

YES = {"true", "1", "yes", "on"}
# sqlite:///relative/path, sqlite+pysqlite:///relative/path
DATABASE = re.compile(r"sqlite(\+\w+)?:///(?P<path>[^?]+)")


@rule("CFG011")
def changed_directory(evidence: Evidence) -> Iterator[Problem]:
    """The run would change its directory, and a path is relative.

    ## What
    `hydra.job.chdir=true` with a relative path to data, a checkpoint, a tokenizer or a database.

    ## Why
    Hydra changes into the run's folder before the run starts. A verdict reads `data/train.csv` where you
    typed it; the run then looks for it in its own empty folder, and a relative database would be a new
    one in every run.

    ## Example
    `python src/train.py hydra.job.chdir=true task=files task.files.train=data/train.csv`

    ## What to do
    Leave the directory alone: everything that a run writes goes to its folder anyway. Or make the paths
    absolute.

    ## References
    - https://hydra.cc/docs/1.3/tutorials/basic/running_your_app/working_directory/

    # 실행이 디렉터리를 옮기는데 상대 경로가 있습니다

    ## 무엇
    `hydra.job.chdir=true`인데 데이터, 체크포인트, 토크나이저, 데이터베이스의 경로가 상대 경로입니다.

    ## 왜
    Hydra는 실행을 시작하기 전에 실행의 폴더로 옮겨 갑니다. 판정은 `data/train.csv`를 명령을 친 곳에서
    읽지만, 실행은 자신의 빈 폴더에서 찾습니다. 상대 경로의 데이터베이스는 실행마다 새것이 됩니다.

    ## 할 일
    디렉터리를 그대로 둡니다. 실행이 쓰는 것은 어차피 모두 실행의 폴더로 갑니다. 아니면 경로를 절대
    경로로 적습니다.
    """
    typed = {key_of(item): item.partition("=")[2] for item in evidence.run.hydra_overrides}
    if typed.get("hydra.job.chdir", "").strip("\"'").lower() not in YES:
        return
    paths = _relative(evidence)
    if paths:
        key, path = next(iter(paths.items()))
        yield Problem(
            Text(
                f"`hydra.job.chdir=true` changes into the run's folder, where `{path}` is not",
                f"`hydra.job.chdir=true`는 실행의 폴더로 옮겨 가는데, 그곳에는 `{path}`이(가) 없습니다",
            ),
            keys=list(paths),
            fixes=[["hydra.job.chdir=false"]],
            notes=[Text(f"`{key}` is relative", f"`{key}`가 상대 경로입니다")],
        )


def _relative(evidence: Evidence) -> dict[str, str]:
    """Relative paths of the config by their keys."""
    config = evidence.config
    found: dict[str, str | None] = {f"task.files.{name}": getattr(config.task.files, name) for name in SPLITS}
    for key, name in (
        ("model.checkpoint", config.model.checkpoint),
        ("tokenizer.source", config.tokenizer.source),
    ):
        found[key] = name if name and is_path(name) else None
    found["trainer.resume"] = None if config.trainer.resume == "auto" else config.trainer.resume
    database = DATABASE.match(evidence.environment.tracking_uri or config.tracking.uri or "")
    if config.tracking.kind == "mlflow" and database and database["path"] != ":memory:":
        found["tracking.uri"] = database["path"]
    return {key: path for key, path in found.items() if path and not Path(path).expanduser().is_absolute()}
