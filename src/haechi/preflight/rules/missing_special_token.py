"""TOK007."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import WITHOUT_PADDING_TOKEN
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK007")
def missing_special_token(evidence: Evidence) -> Iterator[Problem]:
    """A special token that is needed is not in the vocabulary.

    ## What
    tokenizer_config.json or special_tokens_map.json names a special token that the vocabulary lacks, or
    there is no padding token at all. The vocabulary of a GPT-2 needs none: that is noted, and rows are
    filled up with its end of text.

    ## Why
    transformers adds the token at the end, with an id beyond the embedding table: the first padded batch
    fails, or every text begins with an untrained vector. Which token fills a row matters to nothing, as
    long as the model has a vector for it: attention, poolings and losses leave padding out.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/special_tokens_map.json says
    `"pad_token": "<pad>"` over a vocabulary with [PAD]

    ## What to do
    Correct the name in the file, so that it is one of the vocabulary's entries.

    ## References
    - https://huggingface.co/docs/transformers/main_classes/tokenizer

    # 필요한 특수 토큰이 어휘에 없습니다

    ## 무엇
    tokenizer_config.json이나 special_tokens_map.json에 적힌 특수 토큰이 어휘에 없거나, 패딩 토큰이 아예
    없습니다. GPT-2의 어휘에는 패딩 토큰이 없어도 됩니다. 글의 끝 토큰으로 행을 채우고 참고로만 알립니다.

    ## 왜
    transformers는 그 토큰을 맨 뒤에 덧붙이고, 그 id는 임베딩 표를 벗어납니다. 패딩이 든 첫 배치에서
    실패하거나, 모든 글이 학습된 적 없는 벡터로 시작합니다. 무엇으로 채우는지는 모델에 그 벡터가 있기만 하면
    상관없습니다. 어텐션도 풀링도 손실도 패딩을 빼고 셈합니다.

    ## 할 일
    파일의 이름을 어휘에 있는 항목으로 고치십시오.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return
    for role, token in tokenizer.absent.items():
        if role in {"unk", "cls", "sep", "pad", "mask"} and not _is_default(role, token):
            yield Problem(
                Text(
                    f"the {role} token `{token}` is not in the vocabulary",
                    f"{role} 토큰 `{token}`이(가) 어휘에 없습니다",
                ),
                keys=["model.checkpoint", "tokenizer.source"],
                notes=[Text(f"the folder: {tokenizer.folder}", f"폴더: {tokenizer.folder}")],
                fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
            )
    if "pad" in tokenizer.tokens or "pad" in tokenizer.absent:
        return
    if evidence.model_type in WITHOUT_PADDING_TOKEN:
        filling = tokenizer.backend.id_to_token(tokenizer.padding_id)
        yield Problem(
            Text(
                f"the tokenizer has no padding token, so `{filling}` fills short rows up",
                f"토크나이저에 패딩 토큰이 없어 짧은 행을 `{filling}`(으)로 채웁니다",
            ),
            keys=["model.checkpoint", "tokenizer.source"],
            notes=[
                Text(
                    "padding is masked wherever it could count, so any token will do",
                    "패딩은 셈에 들어갈 수 있는 곳마다 마스크로 가리므로 어느 토큰이든 됩니다",
                )
            ],
            severity=Severity.note,
        )
    else:
        yield Problem(
            Text(
                "the tokenizer has no padding token, so rows of unlike length cannot share a batch",
                "토크나이저에 패딩 토큰이 없어 길이가 다른 행을 한 배치에 담을 수 없습니다",
            ),
            keys=["model.checkpoint", "tokenizer.source"],
            notes=[
                Text(
                    f'declare one in {tokenizer.folder / "tokenizer_config.json"}: "pad_token": ...',
                    f'{tokenizer.folder / "tokenizer_config.json"}에 적으십시오: "pad_token": ...',
                )
            ],
            fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]],
        )


def _is_default(role: str, token: str) -> bool:
    """Whether it is only the name that a class takes by default for a token that fine-tuning never uses."""
    return role == "mask" and token in {"[MASK]", "<mask>"}
