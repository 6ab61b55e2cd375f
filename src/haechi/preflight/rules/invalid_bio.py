"""LABEL013."""

from collections.abc import Iterator
from dataclasses import replace

from haechi.preflight.counting import row_faults
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.tags import TAG_FORM, TAG_JUMP
from haechi.schema.task import Objective
from haechi.text import Text

FAULTS = {
    TAG_FORM: Text(
        "a tag that is none of `O`, `B-type`, `I-type`", "`O`, `B-유형`, `I-유형`이 아닌 태그가 있습니다"
    ),
    TAG_JUMP: Text(
        "an `I-` tag that does not follow its `B-`", "제 `B-` 뒤에 오지 않는 `I-` 태그가 있습니다"
    ),
}


@rule("LABEL013")
def invalid_bio(evidence: Evidence) -> Iterator[Problem]:
    """Tags are not in BIO form.

    ## What
    A tag is none of `O`, `B-type` and `I-type`. Or, which is a warning, an `I-` does not follow the `B-`
    or `I-` of its type.

    ## Why
    Entities are read from the tags, as KLUE's metric does it in strict mode (IOB2): an `I-` that jumps is
    no entity, so a right prediction counts as wrong. Tags in another scheme (BIOES, numbers, bare types)
    would be learned as something else. KLUE's own dev rows have no such jump.

    ## Example
    `python src/train.py task=files task.objective=token_classification task.files.train=tagged.jsonl`

    ## What to do
    Convert the tags to IOB2. Numbers are ids of tags: write the names.

    ## References
    - https://github.com/chakki-works/seqeval, strict mode
    - Ramshaw and Marcus 1995, https://arxiv.org/abs/cmp-lg/9505040

    # 태그가 BIO 형식이 아닙니다
    ## 무엇
    태그가 `O`, `B-유형`, `I-유형` 가운데 하나가 아닙니다. 또는 `I-`가 같은 유형의 `B-`나 `I-` 뒤에 오지
    않으며, 이때는 경고합니다.

    ## 왜
    개체는 KLUE의 지표처럼 엄격한 방식(IOB2)으로 태그에서 읽습니다. 건너뛴 `I-`는 개체가 아니므로 맞힌
    예측도 틀린 것이 됩니다. 다른 방식(BIOES, 번호, 유형만)의 태그는 다른 것으로 배우게 됩니다. KLUE의 dev
    행에는 이런 곳이 없습니다.

    ## 할 일
    태그를 IOB2로 바꿉니다. 번호는 태그의 id이므로 이름으로 적습니다.
    """
    if evidence.config.task.objective is not Objective.token_classification:
        return
    for fault, _, problem in row_faults(evidence, FAULTS, "task.columns.label"):
        yield replace(problem, severity=Severity.warning if fault == TAG_JUMP else None)
