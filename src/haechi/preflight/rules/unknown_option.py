"""CFG001."""

from collections.abc import Iterator

from hydra.errors import MissingConfigException

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest
from haechi.text import Text

# Options that come with an extra: (group, option) -> its name in pyproject.toml.
EXTRAS = {("hydra/launcher", "joblib"): "joblib"}


@rule("CFG001", on_composition=True)
def unknown_option(fault: CompositionFault) -> Iterator[Problem]:
    """A group has no such option.

    ## What
    `group=option` names a file of conf/ that does not exist.

    ## Why
    Nothing can be composed. Hydra lists every option of the group; here the nearest come first.

    ## Example
    `python src/train.py model=klue_bret`

    ## What to do
    Take one of the nearest names, or see all of them with `python src/train.py --help`.

    ## References
    - https://hydra.cc/docs/1.3/tutorials/basic/your_first_app/config_groups/

    # 그룹에 그런 옵션이 없습니다

    ## 무엇
    `group=option`이 conf/에 없는 파일을 가리킵니다.

    ## 왜
    설정을 합성할 수 없습니다. Hydra는 그룹의 모든 옵션을 늘어놓지만, 여기서는 가장 비슷한 이름부터
    보여 줍니다.

    ## 할 일
    비슷한 이름 가운데 하나를 쓰거나, `python src/train.py --help`로 전체 목록을 봅니다.
    """
    if "Config group override must be a string" in str(fault.error):
        for override in fault.overrides:
            group, _, option = override.partition("=")
            options = fault.options(group)
            if options and option not in options:
                yield _problem(group, option, options)
    if not isinstance(fault.error, MissingConfigException) or not fault.error.missing_cfg_file:
        return
    group, _, option = str(fault.error.missing_cfg_file).rpartition("/")
    yield _problem(group, option, list(fault.error.options or []))


def _not_installed(group: str, option: str, extra: str) -> Problem:
    """An option that there is once its package is installed."""
    command = f"pip install -e '.[{extra}]'"
    return Problem(
        Text(
            f"`{group}={option}` needs a package that is not installed",
            f"`{group}={option}`에 필요한 패키지가 설치되어 있지 않습니다",
        ),
        keys=[group],
        notes=[Text(f"`{command}` installs it", f"`{command}`로 설치합니다")],
        fixes=[[f"{group}=basic"]],
    )


def _problem(group: str, option: str, options: list[str]) -> Problem:
    close = nearest(option, options)
    listed = " ".join(sorted(options))
    if extra := EXTRAS.get((group, option)):
        return _not_installed(group, option, extra)
    notes = [Text(f"options of `{group}`: {listed}", f"`{group}`의 옵션: {listed}")] if options else []
    return Problem(
        Text(
            f"the group `{group}` has no option `{option}`",
            f"그룹 `{group}`에 옵션 `{option}`이(가) 없습니다",
        ),
        keys=[group],
        fixes=[[f"{group}={name}"] for name in (close or sorted(options))[:3]],
        notes=notes,
    )
