"""DATA003."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.reading import file_problems
from haechi.preflight.rule import rule
from haechi.rows.fault import Kind


@rule("DATA003")
def wrong_encoding(evidence: Evidence) -> Iterator[Problem]:
    """A data file is in another encoding.

    ## What
    The bytes of the file are not text in `task.encoding`.

    ## Why
    Spreadsheets on Korean Windows save CP949, "Unicode text" is UTF-16. Read as something else, Hangul
    becomes garbage or the reader fails at some row.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with a file in CP949

    ## What to do
    `task.encoding=cp949` reads it as it is; converting it once to UTF-8 is better.

    ## References
    - https://docs.python.org/3/library/codecs.html#standard-encodings

    # 데이터 파일의 글자 인코딩이 다릅니다
    ## 무엇
    파일의 바이트가 `task.encoding`으로 읽히는 글이 아닙니다.

    ## 왜
    한국어 Windows의 스프레드시트는 CP949로 저장하고, "유니코드 텍스트"는 UTF-16입니다. 다른 인코딩으로
    읽으면 한글이 깨지거나 중간의 어느 행에서 읽기가 실패합니다.

    ## 할 일
    `task.encoding=cp949`처럼 지정하면 그대로 읽습니다. 한 번 UTF-8로 바꾸어 두는 편이 더 좋습니다.
    """
    yield from file_problems(evidence, Kind.encoding)
