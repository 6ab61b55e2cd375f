"""TRAIN020."""

import math
from collections.abc import Iterator, Sequence

from haechi.preflight.depth import FirstBatch, Stage, measured
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text

SHOWN = 3
WHEN = {
    Stage.encode: Text("the rows are encoded", "행을 인코딩할 때"),
    Stage.build: Text("the model is built", "모델을 만들 때"),
    Stage.forward: Text("the batch goes through the model", "배치가 모델을 지날 때"),
    Stage.loss: Text("the loss is computed", "손실을 계산할 때"),
    Stage.backward: Text("the gradient is computed", "기울기를 계산할 때"),
}
OF_THE_ROWS = {Stage.encode, Stage.loss}


@rule("TRAIN020")
def first_batch_fails(evidence: Evidence) -> Iterator[Problem]:
    """A batch of the run's own rows does not get through model and loss.

    ## What
    The deep check (`preflight.deep=true`) takes a few train rows, the longest of the sample among them,
    through tokenizer, collator, encoder, pooling, head and loss, and the gradient back, in float32 on the
    CPU. That ends with an exception, the loss or a gradient is infinite or no number, or a tensor gets no
    gradient.

    ## Why
    The training would end the same way, only later: with its longest batch, after the download, in the
    middle of a sweep. A loss that is no number ends nothing; every weight is lost with the first step, and
    the run goes on to its end. Weights that are no numbers load without a line of log.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR preflight.deep=true` with a weight that is no number

    ## What to do
    The message says what was being done. Weights that are no numbers have to be written again by the
    program that trained them; `model=tiny` tells whether the rows are at fault, `task=sample_topic` whether
    the model is.

    ## References
    - src/haechi/deep/batch.py

    # 실행의 행으로 만든 배치가 모델과 손실을 통과하지 못합니다

    ## 무엇
    깊은 점검(`preflight.deep=true`)은 train 행 몇 개를, 표본에서 가장 긴 행을 포함해, 토크나이저, 콜레이터,
    인코더, 풀링, 헤드, 손실에 차례로 넣고 기울기까지 계산합니다(CPU, float32). 그 도중에 예외가 나거나,
    손실이나 기울기가 무한대 또는 NaN이거나, 기울기를 받지 못하는 텐서가 있습니다.

    ## 왜
    학습도 똑같이 끝나되 더 늦게 끝납니다. 가장 긴 배치에서, 내려받기가 다 끝난 뒤에, 스윕 한가운데에서
    그렇습니다. 손실이 NaN이면 아무것도 멈추지 않습니다. 첫 스텝에 모든 가중치를 잃은 채 실행은 끝까지
    갑니다. NaN이 든 가중치도 로그 한 줄 없이 읽힙니다.

    ## 할 일
    메시지에 무엇을 하던 중이었는지 적혀 있습니다. NaN이 든 가중치는 학습한 프로그램에서 다시 저장해야
    합니다. `model=tiny`로 바꾸면 행에 문제가 있는지, `task=sample_topic`으로 바꾸면 모델에 문제가 있는지 알
    수 있습니다.
    """
    found = measured(evidence.depth.batch) if evidence.depth else None
    if found is None:
        return
    overridden = [f"model.config.{key}" for key in evidence.config.model.config]
    keys = ["model.checkpoint", *overridden, "task.files.train"]
    by_model, by_rows = ["model=tiny"], ["task=sample_topic"]
    if found.error is not None:
        stage = WHEN[found.stage]
        yield Problem(
            Text(
                f"a batch of the run's own rows fails when {stage}: {found.error}",
                f"실행의 행으로 만든 배치가 {stage.ko} 실패합니다: {found.error}",
            ),
            keys=keys,
            fixes=[by_rows] if found.stage in OF_THE_ROWS else [by_model],
            notes=[_size(found)] if found.rows else [],
        )
    elif found.loss is not None and not math.isfinite(found.loss):
        scores = evidence.config.task.objective is Objective.regression
        yield _lost(found, keys, by_rows if scores else by_model)
    elif found.infinite_gradients:
        names = _shown(found.infinite_gradients)
        yield Problem(
            Text(
                f"the gradient of {names} is infinite or no number with the run's own rows",
                f"실행의 행으로 계산한 {names}의 기울기가 무한대이거나 NaN입니다",
            ),
            keys=keys,
            fixes=[by_model],
            notes=[_size(found)],
        )
    if found.untouched:
        count, names = len(found.untouched), _shown(found.untouched)
        ignored = ",".join([*evidence.config.preflight.ignore, "TRAIN020"])
        yield Problem(
            Text(
                f"{count} trainable tensor{'s' if count != 1 else ''} would never change: {names}",
                f"학습 대상인 텐서 {count}개가 전혀 바뀌지 않습니다: {names}",
            ),
            keys=["model.checkpoint", "pooling.kind"],
            fixes=[[f"preflight.ignore=[{ignored}]"]],
            notes=[Text("the loss does not depend on them", "손실이 이 텐서에 의존하지 않습니다")],
            severity=Severity.note if _is_of_the_architecture(found) else Severity.warning,
        )


def _lost(found: FirstBatch, keys: list[str], fix: list[str]) -> Problem:
    """A loss that is no number: by the weights where they are none; else by scores, or by the model."""
    notes, fixes = [_size(found)], [fix]
    if found.infinite_weights:
        count, names = len(found.infinite_weights), _shown(found.infinite_weights)
        notes.append(
            Text(
                f"{count} tensor{'s' if count != 1 else ''} of the model hold such a value: {names}",
                f"모델의 텐서 {count}개에 그런 값이 들어 있습니다: {names}",
            )
        )
        fixes = [["model.init=scratch"], ["model=tiny"]]
    return Problem(
        Text(
            f"the loss of the run's own rows is `{found.loss}`",
            f"실행의 행으로 계산한 손실이 `{found.loss}`입니다",
        ),
        keys=keys,
        fixes=fixes,
        notes=notes,
    )


def _is_of_the_architecture(found: FirstBatch) -> bool:
    """Whether they are a few of the encoder, which its architecture has and does not use as configured."""
    few = 2 * len(found.untouched) < found.learning
    return few and all(name.startswith("encoder.") for name in found.untouched)


def _size(found: FirstBatch) -> Text:
    return Text(
        f"the batch has {found.rows} rows of up to {found.longest} tokens",
        f"배치는 {found.rows}행이고 가장 긴 행이 {found.longest}토큰입니다",
    )


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return f"{shown}, ..." if len(names) > SHOWN else shown
