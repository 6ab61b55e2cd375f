"""TOK017."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text
from haechi.tokenization.reading import declared_in


@rule("TOK017", Severity.note, essential=False)
def left_padding_declared(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer's files ask for padding on the left.

    ## What
    tokenizer_config.json says `"padding_side": "left"`. Haechi pads on the right, whatever it says.

    ## Why
    With absolute positions, padding on the left moves every token of a short text to positions that the
    model has learned for later words, and the first vector of the row is padding. Outputs of one and the
    same text then depend on its neighbours in the batch. A script with the same folder and plain
    transformers would pad on the left, and so give other scores than this run.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR/tokenizer_config.json says
    `"padding_side": "left"`

    ## What to do
    Nothing for this run. Correct the file if other programs read it.

    ## References
    - https://huggingface.co/docs/transformers/pad_truncation

    # 왼쪽 패딩을 적어 둔 토크나이저

    ## 무엇
    tokenizer_config.json에 `"padding_side": "left"`가 적혀 있습니다. Haechi는 이와 상관없이 오른쪽을
    채웁니다.

    ## 왜
    절대 위치를 쓰는 모델에서 왼쪽을 채우면 짧은 글의 모든 토큰이 뒤쪽 단어의 위치로 밀리고, 행의 첫 벡터는
    패딩이 됩니다. 그러면 같은 글이라도 한 배치에 담긴 다른 글에 따라 출력이 달라집니다. 같은 폴더를
    transformers로 그대로 여는 스크립트는 왼쪽을 채우므로 이 실행과 다른 점수를 냅니다.

    ## 할 일
    이 실행에서는 할 일이 없습니다. 다른 프로그램도 읽는 파일이라면 고치십시오.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None or declared_in(tokenizer, "tokenizer_config.json").get("padding_side") != "left":
        return
    yield Problem(
        Text(
            f"`{tokenizer.folder / 'tokenizer_config.json'}` asks for padding on the left",
            f"`{tokenizer.folder / 'tokenizer_config.json'}`에 왼쪽 패딩이 적혀 있습니다",
        ),
        keys=["tokenizer.source" if evidence.crosses else "model.checkpoint"],
        notes=[
            Text(
                "Haechi pads on the right; plain transformers would pad on the left",
                "Haechi는 오른쪽을 채웁니다. transformers 그대로라면 왼쪽을 채웁니다",
            )
        ],
    )
