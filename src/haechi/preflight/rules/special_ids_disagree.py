"""TOK011."""

from collections.abc import Iterator
from typing import Any

from haechi.checkpoint.architectures import CLS_IS_LAST, OFFSET_POSITIONS
from haechi.checkpoint.files import Checkpoint
from haechi.preflight.crossing import crossing
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text
from haechi.tokenization.new_tokens import SPARE_SLOT
from haechi.tokenization.runtime import RuntimeTokenizer

# A token in fewer of the texts loses its position too seldom to spoil the training.
DOUBTFUL_SHARE = 0.01
# What RoBERTa's config class takes where config.json does not say.
DEFAULT_PADDING = 1
# Embedding tables without a row for padding: the id in config.json touches nothing.
WITHOUT_PADDING_ROW = {"gpt2", "xlnet"}


@rule("TOK011", Severity.warning, essential=False)
def special_ids_disagree(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer's special ids are not those of config.json.

    ## What
    The tokenizer pads with another id than `pad_token_id` of config.json says, or its texts begin or end
    with another id than `bos_token_id`, `cls_token_id`, `eos_token_id` or `sep_token_id` say. What counts
    is what stands at the ends of an encoded text, not what tokenizer_config.json calls it.

    ## Why
    The embedding row at `pad_token_id` never gets a gradient, and RoBERTa gives the token at that id the
    position of padding and moves all tokens behind it. Padding itself is masked, so a `pad_token_id` at
    which no text has anything is harmless. Ends that differ mean that the tokenizer is probably not the
    one that the weights were trained with: klue/bert-base and klue/roberta-base have the same size and
    their five special ids permuted.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR has the weights of klue/roberta-base
    and the tokenizer of klue/bert-base

    ## What to do
    Bring the tokenizer that belongs to these weights. Where only config.json is wrong, correct it.

    ## References
    - https://github.com/KLUE-benchmark/KLUE/issues/17

    # config.json과 어긋나는 토크나이저의 특수 토큰 id

    ## 무엇
    토크나이저가 쓰는 패딩 id가 config.json의 `pad_token_id`와 다르거나, 인코딩한 글의 첫 id나 마지막 id가
    `bos_token_id`, `cls_token_id`, `eos_token_id`, `sep_token_id`와 다릅니다. tokenizer_config.json에 적힌
    이름이 아니라 글의 양 끝에 실제로 놓이는 id를 봅니다.

    ## 왜
    `pad_token_id` 자리의 임베딩 행은 기울기를 받지 못합니다. RoBERTa는 그 id의 토큰에 패딩의 위치를 주고
    뒤따르는 토큰의 위치도 한 칸씩 당깁니다. 패딩은 마스크로 가려지므로, 글에 나오지 않는 id라면 해가
    없습니다. 양 끝이 다르다면 토크나이저가 가중치의 것이 아니라는 뜻일 때가 많습니다. klue/bert-base와
    klue/roberta-base는 크기가 같고 특수 토큰 다섯 개의 id만 뒤바뀌어 있습니다.

    ## 할 일
    이 가중치와 함께 학습된 토크나이저를 가져오십시오. config.json만 틀렸다면 그 값을 고치십시오.
    """
    tokenizer, checkpoint = evidence.tokenizer, evidence.architecture
    if tokenizer is None or checkpoint is None or crossing(evidence) is not None:
        return
    scratch = evidence.config.model.init is Init.scratch
    ends = [] if scratch else list(_ends(evidence.final_tokenizer, checkpoint))
    padding = _padding(evidence, tokenizer, checkpoint, bool(ends))
    if padding is not None:
        yield padding
    elif ends:
        yield Problem(
            ends[0],
            keys=["model.checkpoint", "tokenizer.source"],
            notes=[*ends[1:], _remedy(checkpoint, tokenizer)],
        )


def _ends(tokenizer: RuntimeTokenizer, checkpoint: Checkpoint) -> Iterator[Text]:
    """Special tokens at the ends of a text that config.json does not have there."""
    if checkpoint.model_type in CLS_IS_LAST:
        return
    encoding = tokenizer.encode_whole_with_offsets(["가"])[0]
    # Only RoBERTa's family begins with what it calls bos; elsewhere bos belongs to a decoder.
    offset = checkpoint.model_type in OFFSET_POSITIONS
    for place, en, ko, roles in (
        (0, "begin", "시작", ("cls", "bos") if offset else ("cls",)),
        (-1, "end", "끝", ("sep", "eos") if offset else ("sep",)),
    ):
        found = {f"{role}_token_id": _id(checkpoint.config, f"{role}_token_id") for role in roles}
        declared = {key: index for key, index in found.items() if index is not None}
        index, is_special = encoding.ids[place], encoding.special_tokens_mask[place]
        if is_special and declared and index not in declared.values():
            said = ", ".join(f"`{key}` {value}" for key, value in declared.items())
            token = encoding.tokens[place]
            yield Text(
                f"texts {en} with `{token}` {index}, and config.json says {said}",
                f"글의 {ko}에는 `{token}` {index}이(가) 놓이는데, config.json에는 {said}(으)로 적혀 있습니다",
            )


def _padding(
    evidence: Evidence, tokenizer: RuntimeTokenizer, checkpoint: Checkpoint, ends_differ: bool
) -> Problem | None:
    """The finding on `pad_token_id`; None where the ids agree."""
    is_offset = checkpoint.model_type in OFFSET_POSITIONS
    declared = _id(checkpoint.config, "pad_token_id", DEFAULT_PADDING if is_offset else None)
    own = tokenizer.id("pad")
    if declared is None or own is None or declared == own:
        return None
    final = evidence.final_tokenizer
    token = next((text for text, index in final.vocabulary.items() if index == declared), None)
    encodings = final.encode_whole(evidence.probe_texts)
    share = sum(declared in encoding.ids for encoding in encodings) / max(len(encodings), 1)
    reached = token is not None and not SPARE_SLOT.fullmatch(token) and token != tokenizer.tokens.get("mask")
    used = share > DOUBTFUL_SHARE or declared in {added.index for added in evidence.new_tokens}
    severity = Severity.note
    if reached and checkpoint.model_type not in WITHOUT_PADDING_ROW:
        severity = Severity.warning if used or is_offset else Severity.note
        if is_offset and (used or ends_differ):
            severity = Severity.error
    notes = list(_ends(final, checkpoint)) if ends_differ else []
    if severity is Severity.note:
        notes.append(
            Text(
                "Haechi pads with the tokenizer's id and masks it, so the training is as it should be",
                "Haechi는 토크나이저의 id로 채우고 마스크로 가리므로 학습에는 지장이 없습니다",
            )
        )
    elif is_offset:
        notes.append(
            Text(
                f"`{token}` is in {share:.1%} of the texts; there it gets the position of padding",
                f"`{token}`은(는) 글의 {share:.1%}에 나오며, 그 자리에서 패딩의 위치를 받습니다",
            )
        )
    else:
        notes.append(
            Text(
                f"`{token}` is in {share:.1%} of the texts, and its embedding is never trained",
                f"`{token}`은(는) 글의 {share:.1%}에 나오는데, 그 임베딩은 학습되지 않습니다",
            )
        )
    notes.append(_remedy(checkpoint, tokenizer))
    model, key = evidence.config.model, "model.config.pad_token_id"
    fix = [*([f"~{key}"] if "pad_token_id" in model.config else []), f"+{key}={own}"]
    there = (
        Text(f"which is `{token}` here", f"그 자리는 `{token}`입니다")
        if token is not None
        else Text("which no entry has", "그 id의 항목은 없습니다")
    )
    pad = tokenizer.tokens.get("pad")
    return Problem(
        Text(
            f"the tokenizer pads with `{pad}` {own}, and config.json says `pad_token_id` {declared}, {there}",
            f"토크나이저는 `{pad}` {own}(으)로 채우는데, config.json의 `pad_token_id`는 {declared}이고 "
            f"{there.ko}",
        ),
        keys=["model.checkpoint", "tokenizer.source"],
        notes=notes,
        fixes=[fix] if model.init is Init.scratch else [],
        severity=severity,
    )


def _remedy(checkpoint: Checkpoint, tokenizer: RuntimeTokenizer) -> Text:
    path = checkpoint.folder / "config.json"
    return Text(
        f"either {path} is wrong, or the tokenizer in {tokenizer.folder} is not the one of these weights",
        f"{path}이(가) 틀렸거나, {tokenizer.folder}의 토크나이저가 이 가중치의 것이 아닙니다",
    )


def _id(config: dict[str, Any], key: str, default: int | None = None) -> int | None:
    value = config.get(key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
