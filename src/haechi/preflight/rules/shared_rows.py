"""DATA010."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.tally import Tally
from haechi.text import Text


@rule("DATA010", Severity.warning, essential=False)
def shared_rows(evidence: Evidence) -> Iterator[Problem]:
    """Train rows stand in validation or test as well.

    ## What
    The same text (and second text), after NFC and with spaces evened out, is in two splits.

    ## Why
    The score then measures memory. Merged crawls and re-split benchmarks have such rows.

    ## Example
    `python src/train.py task=files task.files.train=a.csv task.files.validation=a.csv`

    ## What to do
    Remove them from the train file.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/42

    # train 행이 validation이나 test에도 있습니다
    ## 무엇
    NFC로 바꾸고 공백을 고르게 한 뒤 같은 글(과 둘째 글)이 두 분할에 있습니다.

    ## 왜
    점수가 일반화가 아니라 암기를 잽니다. 합쳐진 크롤링 자료와 다시 나눈 벤치마크에 이런 행이 있습니다.

    ## 할 일
    train 파일에서 그 행을 지웁니다.
    """
    train = evidence.train
    if train is None:
        return
    for split in evidence.readable:
        shared = [] if split is train else train.texts.shared(split.texts)
        if not shared:
            continue
        # Rows of a long file are drawn from all over it, and their numbers are not known.
        rows = [index + 1 for index in shared[:5]] if not split.sampled else []
        whole = len(shared) == split.rows and split.complete
        yield Problem(
            Text(
                f"{len(shared):,} of {split.rows:,} {split.name} rows are train rows too",
                f"{split.name} {split.rows:,}행 가운데 {len(shared):,}행이 train에도 있습니다",
            ),
            keys=["task.files.train", f"task.files.{split.name}"],
            notes=[Tally(len(shared), rows).place(split.path)],
            fixes=[[f"task.files.{split.name}=null"]] if whole else [],
            severity=Severity.error if whole else None,
        )
