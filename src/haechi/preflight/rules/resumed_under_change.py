"""TRAIN017."""

from collections.abc import Iterator
from pathlib import Path

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.settings import differences, saved_settings, settings_of, told
from haechi.text import Text

SHOWN = 6


@rule("TRAIN017", Severity.error, essential=False)
def resumed_under_change(evidence: Evidence) -> Iterator[Problem]:
    """A training is to go on under another config.

    ## What
    `trainer.resume` names a checkpoint, and the config.yaml of its run differs in what decides about the
    training: model, tokenizer, pooling, task, trainer or seed. Or that file is cut.

    ## Why
    The weights, the moments of the optimizer and the place in the schedule are those of the old config. What
    comes out is neither the old run nor the new one, and no config says how it came about. Another trainer
    does not even read the other one's checkpoints.

    ## Example
    `python src/train.py run_dir=outputs/night trainer.resume=auto trainer.learning_rate=3e-5`, a run that
    was started with another learning rate

    ## What to do
    Go on under the config that the run was started with, or start a run of its own. Whoever knows what they
    do says `preflight.ignore=[TRAIN017]`.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/trainer

    # 다른 설정으로 학습을 이어 가려 합니다

    ## 무엇
    `trainer.resume`이 체크포인트를 가리키는데, 그 실행의 config.yaml과 학습을 정하는 설정(model, tokenizer,
    pooling, task, trainer, seed)이 다릅니다. 또는 그 파일이 잘려 있습니다.

    ## 왜
    가중치와 옵티마이저의 모멘트, 스케줄의 위치는 옛 설정의 것입니다. 그 결과는 옛 실행도 새 실행도 아니며,
    어떤 설정 파일에도 경위가 남지 않습니다. 트레이너가 다르면 서로의 체크포인트를 읽지도 못합니다.

    ## 할 일
    실행을 시작한 설정으로 이어 가거나 새 실행을 시작합니다. 뜻한 바라면 `preflight.ignore=[TRAIN017]`을
    적습니다.
    """
    resume = evidence.config.trainer.resume
    if resume is None:
        return
    folder = evidence.run.folder if resume == "auto" else Path(resume).absolute().parent.parent
    path = folder / "config.yaml"
    if not path.is_file() or not any(folder.glob("checkpoints/checkpoint-*")):
        return
    try:
        before = saved_settings(path)
    except Exception:  # whatever a file of that name may hold
        before = {}
    if "seed" not in before:
        yield Problem(
            Text(
                f"`{path}` does not say under which config the run was started: it is cut, or no config",
                f"`{path}`에서 실행을 시작한 설정을 알 수 없습니다. 잘렸거나 실행의 설정이 아닙니다",
            ),
            keys=["trainer.resume"],
            fixes=[["trainer.resume=null"], ["preflight.ignore=[TRAIN017]"]],
        )
        return
    changed = differences(before, settings_of(evidence.whole.config))
    if not changed:
        return
    yield Problem(
        Text(
            f"the run in `{folder}` was started with another config: {len(changed)} settings differ",
            f"`{folder}`의 실행은 다른 설정으로 시작했습니다. 설정 {len(changed)}개가 다릅니다",
        ),
        keys=["trainer.resume", *list(changed)[:SHOWN]],
        notes=told(changed),
        fixes=[["trainer.resume=null"]],
    )
