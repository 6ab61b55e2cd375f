"""TRAIN018."""

import shutil
import sys
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.trainer import Compile
from haechi.text import Text


@rule("TRAIN018", Severity.error, essential=False)
def missing_compiler(evidence: Evidence) -> Iterator[Problem]:
    """Layers are to be compiled, and there is no compiler.

    ## What
    `trainer.compile=always`, and the C++ compiler that torch calls (the one that CXX names, else `g++`, on
    macOS `clang++`) is not on the path.

    ## Why
    torch.compile writes C++ and has it translated, on a GPU for the part that starts the kernels. Without a
    compiler the run ends at its first step, after the weights were loaded and the rows encoded.

    ## Example
    `CXX=/opt/none/g++ python src/train.py trainer.compile=always`

    ## What to do
    Install one (`apt install g++`), or leave `trainer.compile=auto`, which asks for one only where it pays
    back.

    ## References
    - https://docs.pytorch.org/docs/stable/torch.compiler.html

    # 층을 컴파일하려 하는데 컴파일러가 없습니다

    ## 무엇
    `trainer.compile=always`인데 torch가 부르는 C++ 컴파일러(CXX가 가리키는 것, 없으면 `g++`, macOS에서는
    `clang++`)가 경로에 없습니다.

    ## 왜
    torch.compile은 C++ 코드를 만들어 컴파일러에 맡깁니다. GPU에서도 커널을 부르는 쪽은 C++입니다. 컴파일러가
    없으면 가중치를 읽고 데이터를 토큰으로 바꾼 뒤 첫 스텝에서 실행이 끝납니다.

    ## 할 일
    컴파일러를 설치하거나(`apt install g++`) `trainer.compile=auto`로 둡니다. auto는 이득이 있는 곳에서만
    컴파일러를 찾습니다.
    """
    if evidence.config.trainer.compile is not Compile.always:
        return
    compiler = evidence.environment.cxx or ("clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler) is None:
        yield Problem(
            Text(
                f"`trainer.compile=always` needs a C++ compiler, and `{compiler}` is not there",
                f"`trainer.compile=always`에는 C++ 컴파일러가 필요한데 `{compiler}`이(가) 없습니다",
            ),
            keys=["trainer.compile"],
            fixes=[["trainer.compile=auto"], ["trainer.compile=never"]],
        )
