"""MODEL011."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.facts import differences
from haechi.preflight.rule import rule
from haechi.schema.catalogue import checkpoint_of, is_same, option_of
from haechi.schema.model import ModelFacts
from haechi.text import Text

OPEN = "???"


@rule("MODEL011", Severity.warning, essential=False)
def option_of_another_checkpoint(evidence: Evidence) -> Iterator[Problem]:
    """The checkpoint was typed over an option that describes another one.

    ## What
    `model.checkpoint` is not the checkpoint of the chosen `model` option.

    ## Why
    An option is a whole: name, checkpoint, learning rate, epochs. `model.checkpoint=` changes one line of
    it. The run is then called klue_bert and is none, or a pretrained checkpoint is trained with the
    learning rate 1e-3 of `model=tiny`, whose weights are random. A folder whose files agree with what
    the catalogue says of the option counts as a copy and is let through.

    ## Example
    `python src/train.py model=klue_bert model.checkpoint=klue/roberta-base`

    ## What to do
    Choose the option of that checkpoint, or `model=local`, which describes none.

    ## References
    - conf/model/

    # 다른 체크포인트를 설명하는 옵션 위에 체크포인트를 적었습니다

    ## 무엇
    `model.checkpoint`가 고른 `model` 옵션의 체크포인트가 아닙니다.

    ## 왜
    옵션은 이름, 체크포인트, 학습률, 에폭으로 이루어진 한 벌입니다. `model.checkpoint=`는 그 가운데 한 줄만
    바꿉니다. 그러면 이름은 klue_bert인데 다른 모델이거나, 사전 학습된 체크포인트를 가중치가 무작위인
    `model=tiny`의 학습률 1e-3으로 학습하게 됩니다. 파일이 옵션의 카탈로그와 맞는 폴더는 사본으로 보고
    통과시킵니다.

    ## 할 일
    그 체크포인트의 옵션을 고르거나, 아무것도 설명하지 않는 `model=local`을 고릅니다.
    """
    model = evidence.config.model
    described = checkpoint_of(model.name)
    if described in {None, OPEN} or is_same(described, model.checkpoint) or _is_copy(evidence):
        return
    option = option_of(model.checkpoint)
    fix = [f"model={option}"] if option else ["model=local", f"model.checkpoint={as_value(model.checkpoint)}"]
    yield Problem(
        Text(
            f"`model={model.name}` describes `{described}`, and the run takes `{model.checkpoint}`",
            f"`model={model.name}`은(는) `{described}`을(를) 설명하는데, 실행은 `{model.checkpoint}`을(를) "
            "씁니다",
        ),
        keys=["model.name", "model.checkpoint", "trainer.learning_rate"],
        notes=[
            Text(
                "name, learning rate and epochs are still those of the option",
                "이름, 학습률, 에폭은 여전히 그 옵션의 것입니다",
            )
        ],
        fixes=[fix],
    )


def _is_copy(evidence: Evidence) -> bool:
    """Whether a folder holds what the catalogue says of the option."""
    facts = evidence.config.model.facts
    if evidence.location.state is not State.folder or facts == ModelFacts():
        return False
    return evidence.checkpoint is not None and not differences(evidence, facts)
