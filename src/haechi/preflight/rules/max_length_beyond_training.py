"""TOK018."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text
from haechi.tokenization.reading import declared_in

# transformers writes 1e30 where a tokenizer has no limit.
NO_LIMIT = 1_000_000
DECLARED = (("tokenizer_config.json", "model_max_length"), ("sentence_bert_config.json", "max_seq_length"))


@rule("TOK018", Severity.note, essential=False)
def max_length_beyond_training(evidence: Evidence) -> Iterator[Problem]:
    """max_length is beyond the length that the checkpoint's files name.

    ## What
    `tokenizer.max_length` is larger than `model_max_length` of tokenizer_config.json or `max_seq_length`
    of sentence_bert_config.json, though the model has positions for it.

    ## Why
    Positions that were never or seldom used in pretraining hold vectors that mean little: KR-ELECTRA was
    pretrained on 128 tokens and KR-SBERT on 128 of its 512 positions. Fine-tuning does train them, as far
    as there are long rows.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR tokenizer.max_length=256` where
    DIR/tokenizer_config.json says `"model_max_length": 128`

    ## What to do
    Nothing, if the rows are long and many. Otherwise take the length that the message names.

    ## References
    - https://github.com/snunlp/KR-ELECTRA

    # 체크포인트 파일에 적힌 길이를 넘는 max_length

    ## 무엇
    `tokenizer.max_length`가 tokenizer_config.json의 `model_max_length`나 sentence_bert_config.json의
    `max_seq_length`보다 큽니다. 모델에 그만큼의 위치는 있습니다.

    ## 왜
    사전 학습에서 거의 쓰이지 않은 위치의 벡터에는 별 뜻이 없습니다. KR-ELECTRA는 128토큰으로, KR-SBERT는
    512개 위치 가운데 128개만으로 학습되었습니다. 긴 행이 있다면 미세 조정이 그 위치들을 학습시키기는
    합니다.

    ## 할 일
    긴 행이 많다면 할 일이 없습니다. 아니라면 메시지에 나온 길이를 쓰십시오.
    """
    config, tokenizer, checkpoint = evidence.config, evidence.tokenizer, evidence.architecture
    if tokenizer is None or config.model.init is Init.scratch:
        return
    wanted = config.tokenizer.max_length
    usable = checkpoint.usable_positions if checkpoint else evidence.facts.usable_positions
    if usable is not None and wanted > usable:
        return  # refused by POS001
    limits = [
        (limit, file, key)
        for file, key in DECLARED
        if isinstance(limit := declared_in(tokenizer, file).get(key), int) and 0 < limit < NO_LIMIT
    ]
    limit, file, key = min(limits, default=(wanted, "", ""))
    if wanted <= limit:
        return
    yield Problem(
        Text(
            f"max_length {wanted:,} is beyond the {limit:,} tokens of `{key}` in {file}",
            f"max_length {wanted:,}이(가) {file}의 `{key}` {limit:,}토큰을 넘습니다",
        ),
        keys=["tokenizer.max_length", "tokenizer.source" if evidence.crosses else "model.checkpoint"],
        fixes=[[f"tokenizer.max_length={limit}"]],
    )
