"""MODEL012."""

from collections.abc import Iterator

from haechi.checkpoint.config_keys import OF_THE_HEAD, OF_THE_PROGRAM
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text

# Keys whose values transformers 4 computed and transformers 5 does not, and the values that ask for nothing.
PAST: dict[str, tuple[object, ...]] = {
    "position_embedding_type": ("absolute", None),
    "pruned_heads": ({}, None),
}


@rule("MODEL012")
def setting_without_effect(evidence: Evidence) -> Iterator[Problem]:
    """A setting of the architecture is no longer computed.

    ## What
    config.json asks for relative positions (`position_embedding_type`) or pruned heads (`pruned_heads`),
    which transformers 5 has no code for. Keys of the head in `model.config` (`num_labels`, `id2label`,
    `label2id`, `problem_type`) are noted, since the task decides them, and so are `use_cache`,
    `return_dict` and the like, which the program sets itself.

    ## Why
    transformers 5 keeps such a key and computes without it: with `position_embedding_type=relative_key` a
    BERT gives exactly the vectors of one with absolute positions, the tensors `distance_embedding` of the
    checkpoint are left out, and no line of log says so.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/config.json says
    `"position_embedding_type": "relative_key"`

    ## What to do
    Take a checkpoint with absolute positions, or train this one with transformers 4. Labels belong to
    the task: `task.labels=[...]`.

    ## References
    - https://huggingface.co/docs/transformers/model_doc/bert

    # 더는 계산하지 않는 구조 설정입니다

    ## 무엇
    config.json이 상대 위치(`position_embedding_type`)나 잘라 낸 헤드(`pruned_heads`)를 요구하는데,
    transformers 5에는 그 코드가 없습니다. `model.config`에 있는 헤드의 키(`num_labels`, `id2label`,
    `label2id`, `problem_type`)는 과제가 정하고, `use_cache`나 `return_dict` 같은 키는 프로그램이 스스로
    정하므로 참고로만 알립니다.

    ## 왜
    transformers 5는 그런 키를 간직하기만 하고 계산에는 쓰지 않습니다. BERT는
    `position_embedding_type=relative_key`여도 절대 위치를 쓸 때와 똑같은 벡터를 내고, 체크포인트의
    `distance_embedding` 텐서는 버려지며, 로그에는 한 줄도 남지 않습니다.

    ## 할 일
    절대 위치를 쓰는 체크포인트를 쓰거나, 그 체크포인트는 transformers 4로 학습합니다. 레이블은 과제에
    적습니다: `task.labels=[...]`.
    """
    model, architecture = evidence.config.model, evidence.architecture
    scratch = model.init is Init.scratch
    for key, harmless in PAST.items():
        if architecture is None or architecture.config.get(key) in harmless:
            continue
        typed = scratch and key in model.config
        yield Problem(
            Text(
                f"`{key}` is `{architecture.config[key]}`, which transformers 5 no longer computes",
                f"`{key}`가 `{architecture.config[key]}`인데, transformers 5는 더는 계산하지 않습니다",
            ),
            keys=[f"model.config.{key}" if typed else "model.checkpoint"],
            notes=[
                Text(
                    "it would load without a word and compute something else",
                    "말없이 읽혀서 다른 것을 계산하게 됩니다",
                )
            ],
            fixes=[[f"~model.config.{key}"]] if typed else [["model=tiny"]],
            # Fresh weights learn whatever is computed.
            severity=Severity.warning if scratch else None,
        )
    head = Text(
        "the head has one output for each label of the task", "헤드의 출력은 과제의 레이블마다 하나입니다"
    )
    program = Text("Haechi asks the model for what it needs", "필요한 것은 Haechi가 모델에 직접 요구합니다")
    reasons = {**dict.fromkeys(OF_THE_HEAD, head), **dict.fromkeys(OF_THE_PROGRAM, program)}
    for key, reason in reasons.items():
        if model.config.get(key) is not None:
            yield Problem(
                Text(f"`{key}` has no effect: {reason}", f"`{key}`는 효과가 없습니다. {reason.ko}"),
                keys=[f"model.config.{key}"],
                fixes=[[f"~model.config.{key}"]],
                severity=Severity.note,
            )
