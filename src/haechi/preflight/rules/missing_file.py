"""DATA001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA001")
def missing_file(evidence: Evidence) -> Iterator[Problem]:
    """A data file does not exist.

    ## What
    A path under `task.files` leads nowhere.

    ## Why
    Nothing can be read. Paths are relative to the directory you type the command in.

    ## Example
    `python src/train.py task=files task.files.train=no_such.csv`

    ## What to do
    Correct the path.

    ## References
    - src/haechi/rows/read.py

    # 데이터 파일이 없습니다
    ## 무엇
    `task.files` 아래의 경로에 파일이 없습니다.

    ## 왜
    읽을 것이 없으므로 학습을 시작할 수 없습니다. 상대 경로는 명령을 입력한 디렉터리를 기준으로 합니다.

    ## 할 일
    경로를 바로잡습니다. 이름이 비슷한 파일이 곁에 있으면 메시지가 그 이름을 알려 줍니다.
    """
    yield from file_problems(evidence, Kind.missing)
