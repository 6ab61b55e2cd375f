"""TRACK003."""

from collections.abc import Iterator

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

# mlflow.utils.validation.MAX_EXPERIMENT_NAME_LENGTH, and the width of the column `runs.name`.
LONGEST_EXPERIMENT = 500
LONGEST_RUN_NAME = 250
# The tag under which MLflow keeps a run's name.
NAME_TAG = "mlflow.runName"


@rule("TRACK003", essential=False)
def unfit_tag(evidence: Evidence) -> Iterator[Problem]:
    """MLflow refuses the experiment, the run's name or a tag.

    ## What
    The experiment's name has more than 500 characters, a name holds bytes that are no text, or the tag
    `mlflow.runName` names the run otherwise than `tracking.run_name`. A run's name of more than 250
    characters is warned about: databases other than SQLite have no room for it.

    ## Why
    MLflow refuses to create the run at all, so nothing of it would be tracked. Odd characters in the
    names of tags, and tags that are too long, are no matter: Haechi rewrites and cuts them.

    ## Example
    `python src/train.py '+tracking.tags={mlflow.runName: other}' tracking.run_name=first`

    ## What to do
    Take a shorter name; name the run in one place, `tracking.run_name`.

    ## References
    - https://github.com/mlflow/mlflow/blob/master/mlflow/utils/validation.py

    # MLflow가 실험이나 실행의 이름, 태그를 거절합니다

    ## 무엇
    실험 이름이 500자를 넘거나, 이름에 글자가 아닌 바이트가 있거나, 태그 `mlflow.runName`이
    `tracking.run_name`과 다른 이름을 줍니다. 250자가 넘는 실행 이름은 경고합니다. SQLite가 아닌
    데이터베이스에는 그만한 자리가 없습니다.

    ## 왜
    MLflow가 실행을 만들어 주지 않으므로 아무것도 기록되지 않습니다. 태그 이름의 특수한 글자나 긴 태그는
    괜찮습니다. Haechi가 고쳐 쓰고 잘라 냅니다.

    ## 할 일
    이름을 줄이고, 실행의 이름은 `tracking.run_name` 한 곳에만 적습니다.
    """
    tracking = evidence.config.tracking
    if tracking.kind != "mlflow":
        return
    experiment, name = tracking.experiment or "", tracking.run_name or ""
    if len(experiment) > LONGEST_EXPERIMENT:
        yield _too_long("tracking.experiment", experiment, LONGEST_EXPERIMENT, None)
    if len(name) > LONGEST_RUN_NAME:
        yield _too_long("tracking.run_name", name, LONGEST_RUN_NAME, Severity.warning)
    for key, text in (("tracking.experiment", experiment), ("tracking.run_name", name)):
        if not _is_text(text):
            yield Problem(_no_text(key), keys=[], fixes=[[f"{key}=null"]])
    other = tracking.tags.get(NAME_TAG)
    if other is not None and other != name:
        shown = (
            Text(f"`{name}`", f"`{name}`") if name else Text("a name of its own making", "스스로 지은 이름")
        )
        yield Problem(
            Text(
                f"the tag `{NAME_TAG}` calls the run `{other}`, and the run is called {shown}",
                f"태그 `{NAME_TAG}`은 실행을 `{other}`라 하는데, 실행의 이름은 {shown.ko}입니다",
            ),
            keys=["tracking.run_name", "tracking.tags"],
            fixes=[[f"tracking.run_name={as_value(other)}"]],
        )


def _too_long(key: str, text: str, limit: int, severity: Severity | None) -> Problem:
    return Problem(
        Text(
            f"`{key}` has {len(text):,} characters, and MLflow takes {limit}",
            f"`{key}`가 {len(text):,}자인데, MLflow는 {limit}자까지 받습니다",
        ),
        keys=[key],
        fixes=[[f"{key}=null"]],
        severity=severity,
    )


def _no_text(key: str) -> Text:
    return Text(
        f"`{key}` holds bytes that are no text, and MLflow cannot store them",
        f"`{key}`에 글자가 아닌 바이트가 있어 MLflow가 저장할 수 없습니다",
    )


def _is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8: bytes of the command line that were none cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
