"""MODEL010."""

from collections.abc import Iterator
from typing import Any

from haechi.checkpoint.architectures import ALIASES
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text

POSITIVE = (
    "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "embedding_size",
    "vocab_size",
)  # fmt: skip
# [CLS], a token and [SEP].
FEWEST_POSITIONS = 3


@rule("MODEL010")
def impossible_architecture(evidence: Evidence) -> Iterator[Problem]:
    """The sizes of the architecture do not fit together.

    ## What
    The hidden size is no multiple of the number of attention heads, XLNet's `d_head` is not what one is
    by the other, a size is not positive, the padding id lies outside of the vocabulary, or there are too
    few positions for one token: in config.json, or in `model.config` of a run with `model.init=scratch`.

    ## Why
    Each shows in its own way, and some late. BERT says that the hidden size is not a multiple; ELECTRA and
    ALBERT are built, and fail in the first batch with `mat1 and mat2 shapes cannot be multiplied`; a model
    with no layers trains without a word. Embeddings that are narrower than the hidden size (ELECTRA small,
    ALBERT) are no fault.

    ## Example
    `python src/train.py model.init=scratch +model.config.num_attention_heads=3`

    ## What to do
    Take a number of heads that divides the hidden size, or the checkpoint's own config.json.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/configuration

    # 아키텍처의 크기가 서로 맞지 않습니다

    ## 무엇
    은닉 크기가 어텐션 헤드 수의 배수가 아니거나, XLNet의 `d_head`가 그 몫이 아니거나, 크기가 양수가 아니거나,
    패딩 아이디가 어휘 밖에 있거나, 토큰 하나를 넣을 위치도 없습니다. config.json이 그렇거나,
    `model.init=scratch` 실행의 `model.config`가 그렇습니다.

    ## 왜
    드러나는 모습이 저마다 다르고 더러는 늦습니다. BERT는 배수가 아니라고 말합니다. ELECTRA와 ALBERT는
    만들어지고, 첫 배치에서 `mat1 and mat2 shapes cannot be multiplied`로 실패합니다. 층이 없는 모델은 아무
    말 없이 학습됩니다. 임베딩이 은닉 크기보다 좁은 것(ELECTRA small, ALBERT)은 잘못이 아닙니다.

    ## 할 일
    은닉 크기를 나누는 헤드 수를 쓰거나, 그 체크포인트 자신의 config.json을 씁니다.
    """
    architecture, model = evidence.architecture, evidence.config.model
    if architecture is None or not architecture.config:
        return
    # What is typed over a pretrained checkpoint is refused by MODEL002.
    typed = model.config if model.init is Init.scratch else {}
    config = _plain(architecture.config, typed)
    if wrong := next((key for key in POSITIVE if config.get(key, 1) < 1), None):
        if not _typed(typed, wrong):  # else KEY002 says it
            what = Text(
                f"`{wrong}` is {config[wrong]}, and must be positive",
                f"`{wrong}`가 {config[wrong]}인데, 양수여야 합니다",
            )
            yield _problem(what, typed, wrong)
        return
    width, heads = config.get("hidden_size"), config.get("num_attention_heads")
    if width and heads and width % heads:
        what = Text(
            f"`hidden_size` {width:,} is no multiple of `num_attention_heads` {heads:,}",
            f"`hidden_size` {width:,}은(는) `num_attention_heads` {heads:,}의 배수가 아닙니다",
        )
        yield _problem(what, typed, "num_attention_heads", "hidden_size")
    follows = typed.keys().isdisjoint((*_names("hidden_size"), *_names("num_attention_heads")))
    head = config.get("d_head") if "d_head" in typed or follows else None
    if head and width and heads and not width % heads and head != width // heads:
        what = Text(
            f"`d_head` is {head:,}, and the width of a head is `d_model` / `n_head`, {width // heads:,}",
            f"`d_head`가 {head:,}인데, 헤드의 너비는 `d_model` / `n_head`인 {width // heads:,}입니다",
        )
        yield _problem(what, typed, "d_head")
    pad, rows = config.get("pad_token_id"), config.get("vocab_size")
    if pad is not None and rows and pad >= rows:
        what = Text(
            f"`pad_token_id` {pad:,} lies outside of the vocabulary of {rows:,}",
            f"`pad_token_id` {pad:,}은(는) 항목이 {rows:,}개인 어휘 밖에 있습니다",
        )
        yield _problem(what, typed, "pad_token_id", "vocab_size")
    usable = architecture.usable_positions
    if usable is not None and usable < FEWEST_POSITIONS:
        shown = architecture.position_rows
        what = Text(
            f"`max_position_embeddings` {shown} leaves no position for a token between [CLS] and [SEP]",
            f"`max_position_embeddings` {shown}으로는 [CLS]와 [SEP] 사이에 토큰을 넣을 위치가 없습니다",
        )
        yield _problem(what, typed, "max_position_embeddings")


def _plain(config: dict[str, Any], typed: dict[str, Any]) -> dict[str, int]:
    """Whole numbers of a config under one name each; what was typed wins over another name of the same."""
    names = {alias: key for key, aliases in ALIASES.items() for alias in aliases}
    found: dict[str, int] = {}
    for key, value in [*config.items(), *typed.items()]:
        if isinstance(value, int) and not isinstance(value, bool):
            found[names.get(key, key)] = value
    return found


def _names(key: str) -> tuple[str, ...]:
    """The names that a size has in one family or another."""
    return (key, *ALIASES.get(key, ()))


def _typed(typed: dict[str, Any], key: str) -> list[str]:
    """Names under which a size was typed."""
    return [name for name in _names(key) if name in typed]


def _problem(what: Text, typed: dict[str, Any], *keys: str) -> Problem:
    """A problem with the overrides that brought it, or with the checkpoint whose file says so."""
    names = [name for key in keys for name in _typed(typed, key)]
    if names:
        back = [f"~model.config.{name}" for name in names]
        return Problem(what, keys=[f"model.config.{name}" for name in names], fixes=[back])
    note = Text("config.json of the checkpoint says so", "체크포인트의 config.json에 그렇게 적혀 있습니다")
    return Problem(what, keys=["model.checkpoint"], notes=[note], fixes=[["model=tiny"]])
