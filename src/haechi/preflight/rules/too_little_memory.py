"""ENV005."""

from collections.abc import Iterator

from haechi.forecast import machine
from haechi.forecast.estimate import GIBIBYTE, SURE, SURE_UNCALIBRATED, largest_batch
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("ENV005", essential=False)
def too_little_memory(evidence: Evidence) -> Iterator[Problem]:
    """The run needs more memory than the device has free.

    ## What
    The peak of the memory that the run will take, forecast from the checkpoint's shapes, the batch, the
    lengths of the sampled rows, the precision and the optimizer, against what is free: on a GPU its own
    memory, else main memory and swap, within the limit of a container. Forecasts are corrected by what
    earlier runs on this machine took, and a run is refused only where it surely does not fit: 15 % below
    the forecast is still too much, or 40 % while no run has finished here.

    ## Why
    On a GPU the run ends in an out-of-memory error, or goes on with fewer and fewer rows at once. In main
    memory there is no error: Linux kills the process, after an epoch perhaps, and leaves no word of why.

    ## Example
    `python src/train.py model=klue_roberta_large trainer.per_device_train_batch_size=4096`

    ## What to do
    Train with the batch that fits; `trainer.gradient_accumulation_steps` makes up for it, with the same
    losses. Where not even one row fits, only a smaller model does. Where the forecast is wrong,
    `preflight.ignore=[ENV005]` lets the run start.

    ## References
    - https://huggingface.co/docs/transformers/model_memory_anatomy

    # 실행에 필요한 메모리가 장치에 남은 것보다 많습니다

    ## 무엇
    체크포인트의 모양, 배치, 표본 행의 길이, 정밀도, 옵티마이저로 어림한 메모리의 최댓값을 남은 메모리와
    견줍니다. GPU에서는 GPU의 메모리, 아니면 컨테이너의 한도 안에서 주 메모리와 스왑입니다. 어림값은 이
    컴퓨터에서 끝난 실행들로 보정하고, 분명히 들어가지 않을 때만 거부합니다. 어림값보다 15 % 적어도, 끝난
    실행이 아직 없으면 40 % 적어도 모자랄 때입니다.

    ## 왜
    GPU에서는 메모리 부족 오류로 끝나거나 한 번에 다루는 행이 점점 줄어듭니다. 주 메모리에서는 오류도
    없습니다. Linux가 프로세스를 죽이고, 한 에폭을 돈 뒤라도 이유를 남기지 않습니다.

    ## 할 일
    들어가는 배치로 학습합니다. `trainer.gradient_accumulation_steps`를 늘리면 손실은 같습니다. 한 행도
    들어가지 않으면 더 작은 모델뿐입니다. 어림이 틀렸다면 `preflight.ignore=[ENV005]`로 시작할 수 있습니다.
    """
    work, expected, available = evidence.work, evidence.forecast, machine.available()
    if work is None or expected is None or available is None or expected.surely_bytes <= available:
        return
    trainer = evidence.config.trainer
    sure = SURE if expected.runs else SURE_UNCALIBRATED
    rows = largest_batch(work, available / sure)
    notes = [expected.text]
    fixes: list[list[str]] = []
    if rows is not None and trainer.max_tokens_per_batch is None:
        passes = -(-trainer.per_device_train_batch_size // rows)
        fixes.append([
            f"trainer.per_device_train_batch_size={rows}",
            f"trainer.per_device_eval_batch_size={min(trainer.per_device_eval_batch_size, rows)}",
            f"trainer.gradient_accumulation_steps={trainer.gradient_accumulation_steps * passes}",
        ])  # fmt: skip
    elif rows is not None:
        fixes.append([
            f"trainer.max_tokens_per_batch={rows * work.length}",
            f"trainer.per_device_eval_batch_size={min(trainer.per_device_eval_batch_size, rows)}",
        ])  # fmt: skip
    else:
        notes.append(Text("not even one row at a time fits", "한 행씩도 들어가지 않습니다"))
    fixes.append([f"preflight.ignore=[{','.join([*evidence.config.preflight.ignore, 'ENV005'])}]"])
    needed, free = (f"{amount / GIBIBYTE:,.1f} GiB" for amount in (expected.memory_bytes, available))
    place = Text("the GPU", "GPU") if work.device == "gpu" else Text("this machine", "이 컴퓨터")
    yield Problem(
        Text(
            f"the run needs about {needed} of memory, and {place} has {free} free",
            f"실행에 메모리가 약 {needed} 필요한데 {place.ko}에는 {free}가 남아 있습니다",
        ),
        keys=["trainer.per_device_train_batch_size", "model.checkpoint", "tokenizer.max_length"],
        notes=notes,
        fixes=fixes,
    )
