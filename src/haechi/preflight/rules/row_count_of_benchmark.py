"""DATA018."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

# Rows of train and dev in v1.1.
PUBLISHED = {
    "klue_ynat": {"train": 45_678, "validation": 9_107},
    "klue_sts": {"train": 11_668, "validation": 519},
    "klue_nli": {"train": 24_998, "validation": 3_000},
    "klue_ner": {"train": 21_008, "validation": 5_000},
    "klue_re": {"train": 32_470, "validation": 7_765},
    "klue_mrc": {"train": 17_554, "validation": 5_841},
}


@rule("DATA018", Severity.note, essential=False)
def row_count_of_benchmark(evidence: Evidence) -> Iterator[Problem]:
    """The files have another number of rows than the benchmark.

    ## What
    The task is one of KLUE's, and its train or validation file has not as many rows as KLUE published.

    ## Why
    A score on a part of a benchmark, or on an older edition of it, cannot be compared with published
    ones. YNAT 1.0 and 1.1, and the many copies of them, differ so.

    ## Example
    `python src/train.py task=klue_ynat task.files.train=part.json task.files.validation=ynat-v1.1_dev.json`

    ## What to do
    Take the files of v1.1, or do not compare the score with a table.

    ## References
    - https://github.com/KLUE-benchmark/KLUE
    - Park et al. 2021, table 3, https://arxiv.org/abs/2105.09680

    # 파일의 행 수가 벤치마크와 다릅니다
    ## 무엇
    태스크가 KLUE의 것인데 train이나 validation 파일의 행 수가 KLUE가 공개한 수와 다릅니다.

    ## 왜
    벤치마크의 일부나 예전 판에서 잰 점수는 공개된 점수와 비교할 수 없습니다. YNAT 1.0과 1.1, 그리고 여러
    사본이 이렇게 다릅니다.

    ## 할 일
    v1.1 파일을 쓰거나, 점수를 표와 비교하지 않습니다.
    """
    name = evidence.config.task.name
    for split in evidence.readable:
        rows = PUBLISHED.get(name, {}).get(split.name)
        if rows is None or not split.complete or split.rows == rows:
            continue
        yield Problem(
            Text(
                f"the {split.name} file has {split.rows:,} rows, and {name} as published has {rows:,}",
                f"{split.name} 파일은 {split.rows:,}행인데, 공개된 {name}은(는) {rows:,}행입니다",
            ),
            keys=["task.name", f"task.files.{split.name}"],
            notes=[
                Text(
                    "a score on it does not compare with published ones",
                    "여기서 잰 점수는 공개된 점수와 비교할 수 없습니다",
                )
            ],
        )
