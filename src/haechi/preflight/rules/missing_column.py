"""DATA002."""

from collections.abc import Iterator
from dataclasses import replace

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA002")
def missing_column(evidence: Evidence) -> Iterator[Problem]:
    """A column does not exist.

    ## What
    A name under `task.columns` is none of the columns of the file.

    ## Why
    Column names differ between editions of a data set: `genre` in one, `source` in the other.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.columns.text=titel`

    ## What to do
    Take one of the columns that the message lists. `a.b` reaches into nested JSON, `a|b` names alternatives.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/41

    # 열이 없거나 태스크가 쓸 수 없는 값을 담고 있습니다
    ## 무엇
    `task.columns` 아래의 이름이 파일의 열 가운데 없거나, 어떤 행의 그 칸에 목록이나 객체처럼 태스크가 쓸
    수 없는 값이 있습니다.

    ## 왜
    같은 데이터셋이라도 판마다 열 이름이 다릅니다. 한 판에서는 `genre`이고 다른 판에서는 `source`인
    식입니다.

    ## 할 일
    메시지에 나온 열 가운데 하나를 고릅니다. `a.b`는 중첩된 JSON의 값을, `a|b`는 두 이름 가운데 있는 쪽을
    뜻합니다.
    """
    columns = evidence.config.task.columns
    for problem in file_problems(evidence, Kind.columns):
        used = getattr(columns, problem.keys[-1].rpartition(".")[2], None)
        if used and evidence.readable:
            # Other files have the column: theirs and this one are named as alternatives.
            key = f"{problem.keys[-1]}="
            named = [fix[0].removeprefix(key).strip('"') for fix in problem.fixes if fix[0].startswith(key)]
            fixes = [[f"{problem.keys[-1]}={as_value(f'{used}|{name}')}"] for name in named]
            problem = replace(problem, fixes=fixes or problem.fixes)
        yield problem
