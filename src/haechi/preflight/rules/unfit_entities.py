"""DATA020."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.entities import ENTITIES_CROSS, ENTITY_MISMATCH, ENTITY_MISSING, ENTITY_OUTSIDE
from haechi.schema.task import Objective
from haechi.text import Text

FAULTS = {
    ENTITY_MISSING: Text("no mention", "멘션이 없습니다"),
    ENTITY_OUTSIDE: Text("a mention outside of the sentence", "문장 밖의 멘션이 있습니다"),
    ENTITY_MISMATCH: Text("a mention that reads something else", "적힌 낱말과 다른 멘션이 있습니다"),
    ENTITIES_CROSS: Text("mentions that overlap halfway", "반쯤 겹치는 멘션이 있습니다"),
}
# Such rows cannot be marked at all.
UNMARKABLE = {ENTITY_MISSING, ENTITY_OUTSIDE}
REFUSED_SHARE = 0.01


@rule("DATA020")
def unfit_entities(evidence: Evidence) -> Iterator[Problem]:
    """Mentions of a relation are not where the rows say.

    ## What
    A mention is missing, lies outside of its sentence, reads something else than the row says, or
    overlaps the other mention halfway. Offsets are KLUE's: `start_idx` counts characters from 0,
    `end_idx` is that of the last character.

    ## Why
    The markers would stand around other words, or nowhere, and the model would learn the relation of
    these. Offsets go wrong when a text is cleaned after it was annotated, or when `end_idx` is the one
    behind the last character. Mismatches in fewer than one row in a hundred are a warning, since the rest
    teaches what is meant.

    ## Example
    `python src/train.py task=files task.objective=relation task.files.train=cleaned.json`

    ## What to do
    Correct the rows that the message names, in the columns that it names. Annotate the text that is
    trained on, or move the offsets with it.

    ## References
    - https://github.com/KLUE-benchmark/KLUE, klue-re-v1.1
    - src/haechi/rows/entities.py

    # 관계의 멘션이 행에 적힌 자리에 없습니다
    ## 무엇
    멘션이 없거나, 문장 밖에 있거나, 적힌 낱말과 다르거나, 두 멘션이 반쯤 겹칩니다. 위치는 KLUE의
    방식입니다. `start_idx`는 0부터 세고 `end_idx`는 마지막 글자의 위치입니다.

    ## 왜
    표지가 다른 낱말에 붙거나 아무 데도 붙지 않아, 모델은 엉뚱한 낱말의 관계를 배웁니다. 주석을 단 뒤에
    글을 다듬거나 `end_idx`를 마지막 글자 다음으로 적으면 이렇게 됩니다. 백 행에 한 행 미만의 불일치는
    나머지로 배울 수 있으므로 경고만 합니다.

    ## 할 일
    메시지가 알려 주는 행과 열을 바로잡습니다. 학습할 글에 주석을 달거나, 글을 고칠 때 위치도 함께
    옮깁니다.
    """
    if evidence.config.task.objective is not Objective.relation:
        return
    for split in evidence.readable:
        for fault, said in FAULTS.items():
            tally = split.tallies[fault]
            if not tally.count:
                continue
            few = tally.count / split.rows < REFUSED_SHARE and fault not in UNMARKABLE
            yield Problem(
                Text(
                    f"{tally.count:,} of {split.rows:,} {split.seen} have {said}",
                    f"{split.seen.ko} {split.rows:,}행 가운데 {tally.count:,}행에 {said.ko}",
                ),
                keys=[
                    "task.columns.subject_entity",
                    "task.columns.object_entity",
                    f"task.files.{split.name}",
                ],
                notes=tally.notes(split.path),
                severity=Severity.warning if few else None,
            )
