"""ENV003."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from typing import cast

from packaging.requirements import InvalidRequirement, Requirement

from haechi import places
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

# What decides which ids, which vectors and which steps a run has.
JUDGED = ("transformers", "tokenizers", "torch")


@rule("ENV003", Severity.warning, essential=False)
def untested_version(evidence: Evidence) -> Iterator[Problem]:
    """A library has a version that Haechi was not tested with.

    ## What
    The installed transformers, tokenizers or torch lies outside of the range in pyproject.toml.

    ## Why
    What the verdict promises was measured with those versions. transformers 5 builds another tokenizer
    from the same files than 4 did, and names of arguments change between minor versions.

    ## Example
    `pip install transformers==5.9.0 && python src/check.py`

    ## What to do
    Install what was tested: `pip install -c constraints.txt -e .`. Or accept it:
    `preflight.ignore=[ENV003]`.

    ## References
    - pyproject.toml
    - constraints.txt

    # Haechi를 시험해 보지 않은 버전의 라이브러리입니다

    ## 무엇
    설치된 transformers, tokenizers, torch가 pyproject.toml에 적힌 범위 밖에 있습니다.

    ## 왜
    판정이 장담하는 것은 그 버전들로 잰 것입니다. transformers 5는 같은 파일에서 4와 다른 토크나이저를
    만들고, 인자의 이름은 마이너 버전 사이에서도 바뀝니다.

    ## 할 일
    시험한 버전을 설치합니다: `pip install -c constraints.txt -e .`. 또는 그대로 받아들입니다:
    `preflight.ignore=[ENV003]`.
    """
    ignored = ",".join([*evidence.config.preflight.ignore, "ENV003"])
    for name, wanted in _supported().items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue  # the run says so itself, in a word
        if not wanted.specifier.contains(installed, prereleases=True):
            yield Problem(
                Text(
                    f"`{name}` {installed} is installed, and Haechi was tested with {wanted.specifier}",
                    f"`{name}` {installed}이(가) 설치되어 있는데, Haechi는 {wanted.specifier}로 시험했습니다",
                ),
                keys=[],
                notes=[
                    Text(
                        "`pip install -c constraints.txt -e .` installs what was tested",
                        "시험한 버전은 `pip install -c constraints.txt -e .`로 설치합니다",
                    )
                ],
                fixes=[[f"preflight.ignore=[{ignored}]"]],
            )


@cache
def _supported() -> dict[str, Requirement]:
    """The ranges that pyproject.toml names; those of the installed package where there is no such file."""
    path = places.ROOT / "pyproject.toml"
    if path.is_file():
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        lines = cast(list[str], content["project"]["dependencies"])
    else:
        lines = requires("haechi") or []
    found: dict[str, Requirement] = {}
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.name in JUDGED:
            found[requirement.name] = requirement
    return found
