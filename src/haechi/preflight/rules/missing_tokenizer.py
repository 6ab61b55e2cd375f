"""TOK001."""

from collections.abc import Iterator

from haechi.checkpoint.locate import State
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text


@rule("TOK001")
def missing_tokenizer(evidence: Evidence) -> Iterator[Problem]:
    """There are no tokenizer files.

    ## What
    The folder that the tokenizer comes from holds no vocabulary, or one that cannot be read, or one of a
    handful of entries. A sentencepiece model alone (spiece.model, sentencepiece.bpe.model, spm.model,
    tokenizer.model, KoBERT's tokenizer_*.model) is a vocabulary and is read without any code of its own;
    a vocab.txt that lists its pieces is none without the model, which knows how probable they are.

    ## Why
    transformers 5 then builds a tokenizer of five special tokens without a word: every Korean word
    becomes [UNK] (BERT, ELECTRA) or vanishes (RoBERTa), and the training runs at chance. Pieces of
    sentencepiece that are read as word pieces end the same way. A class that numbers the pieces in a way
    of its own (CamembertTokenizer, T5Tokenizer ...) would give every piece the embedding of another.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` where DIR holds config.json and the weights only

    ## What to do
    Save the tokenizer beside the model (`tokenizer.save_pretrained(DIR)`), or name the tokenizer that
    the checkpoint was trained with: `tokenizer=klue_roberta` or `tokenizer.source=DIR`. Where a class is
    not known here, open the folder with transformers once and save it: tokenizer.json is read for any.

    ## References
    - https://github.com/google/sentencepiece
    - https://huggingface.co/docs/transformers/main_classes/tokenizer

    # 토크나이저 파일이 없습니다

    ## 무엇
    토크나이저를 가져올 폴더에 어휘가 없거나, 있어도 읽을 수 없거나, 항목이 몇 개뿐입니다. sentencepiece
    모델만 있어도(spiece.model, sentencepiece.bpe.model, spm.model, tokenizer.model, KoBERT의
    tokenizer_*.model) 어휘이며, 딸린 코드 없이 읽습니다. 모델 없이 조각만 적은 vocab.txt는 어휘가 아닙니다.
    조각의 확률은 모델에만 있습니다.

    ## 왜
    이때 transformers 5는 아무 말 없이 특수 토큰 다섯 개짜리 토크나이저를 만듭니다. BERT와 ELECTRA에서는
    한국어 단어가 모두 [UNK]가 되고, RoBERTa에서는 단어가 아예 사라집니다. 학습은 끝까지 돌지만 점수는
    찍은 것과 같습니다. sentencepiece 조각을 WordPiece로 읽어도 마찬가지입니다. 조각에 제 방식으로 번호를
    매기는 클래스(CamembertTokenizer, T5Tokenizer 등)라면 조각마다 다른 조각의 임베딩을 쓰게 됩니다.

    ## 할 일
    모델 옆에 토크나이저를 저장하십시오 (`tokenizer.save_pretrained(DIR)`). 또는 체크포인트가 학습될 때 쓴
    토크나이저를 적으십시오: `tokenizer=klue_roberta`, `tokenizer.source=DIR`. 여기서 알지 못하는 클래스라면
    폴더를 transformers로 한 번 열어 저장하십시오. tokenizer.json은 어느 클래스의 것이든 읽습니다.
    """
    if evidence.source_location.state not in {State.folder, State.cached}:
        return
    keys = ["tokenizer.source", "model.checkpoint"]
    fixes = [["tokenizer=auto"]] if evidence.crosses else [["model=tiny"]]
    fault = evidence.tokenizer_fault
    if fault is not None:
        yield Problem(
            Text(
                f"there is no usable tokenizer in `{fault.folder}`: {fault.why}",
                f"`{fault.folder}`에 쓸 수 있는 토크나이저가 없습니다: {fault.why.ko}",
            ),
            keys=keys,
            notes=[
                Text(
                    "without a vocabulary transformers makes up one of five tokens, and every word is [UNK]",
                    "어휘가 없으면 transformers는 토큰 다섯 개로 어휘를 지어내고, 모든 단어가 [UNK]가 됩니다",
                ),
                Text(
                    "`tokenizer.source=...` names another folder or hub id that has the tokenizer",
                    "`tokenizer.source=...`에 토크나이저가 있는 다른 폴더나 허브 id를 적을 수 있습니다",
                ),
            ],
            fixes=fixes,
        )
