"""TOK020."""

from collections.abc import Iterator

from haechi.preflight.depth import MaskedWords, measured
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text

# Thresholds by benchmarks/masked_words.py; the table is on the page.
LEAST_PUT_RIGHT = 0.75
LEAST_GAIN = 0.3
# Weights that were never trained guess blindly but for the spread of their logits: 192 wide their gain is
# between -0.1 and 0, 768 wide -0.2.
BLIND_GAIN = -0.5
LEAST_WORDS = 32


def is_told(found: MaskedWords) -> bool:
    """Whether the model makes nothing of the text, neither of words' contexts nor of their frequencies."""
    return found.put_right < LEAST_PUT_RIGHT and found.gain < LEAST_GAIN


@rule("TOK020", essential=False)
def masked_words_unlikely(evidence: Evidence) -> Iterator[Problem]:
    """The model makes nothing of what this tokenizer writes.

    ## What
    The deep check (`preflight.deep=true`) masks tokens of the train rows and asks the checkpoint's own head
    for masked words about them. Of any two masked tokens and their two places the model puts the right
    token in the right place in less than 75 of 100 cases, and it holds the true tokens for hardly more
    likely (0.3 nats), or less likely, than a blind guess would.

    ## Why
    Equal size proves nothing, and where neither vocabulary is known, no file tells whether a tokenizer is
    the one that the weights were trained with. The weights do: a wrong id is another word to the model, and
    the context says nothing of it. A small BERT (4 layers, 192 wide, 8,000 WordPieces) was trained on
    masked words of KLUE-YNAT's train headlines and KorQuAD's contexts, and tried on dev headlines: 60 to
    100 samples of 220 masked tokens. Share of the pairs put right, and nats above a blind guess, each with
    the least and the most of all samples:

    | tokenizer | after 1,008 steps: right, nats | after 5,534 steps: right, nats |
    | --- | --- | --- |
    | its own | 0.68 (0.61..0.73), +1.36 (1.09..1.68) | 0.93 (0.91..0.95), +2.63 (2.28..2.93) |
    | special ids permuted | 0.68 (0.61..0.73), +1.36 (1.08..1.68) | 0.93 (0.91..0.95), +2.62 (2.26..2.94) |
    | other ids permuted | 0.49 (0.42..0.56), -1.80 (-2.19..-1.47) | 0.49 (0.40..0.56), -2.64 (-3.01..-2.27) |
    | ids shifted by one | 0.52 (0.47..0.58), -0.35 (-0.71..-0.02) | 0.58 (0.52..0.64), -0.97 (-1.28..-0.65) |
    | of other text | 0.50 (0.43..0.57), -2.06 (-2.42..-1.68) | 0.50 (0.45..0.56), -2.87 (-3.28..-2.43) |
    | own, never trained | 0.50 (0.43..0.57), -0.03 (-0.07..0.04) | 0.51 (0.45..0.57), -0.02 (-0.06..0.02) |

    On sentences of another kind, KLUE-STS, the second model has 0.91 and +2.39 with its own tokenizer, and
    with other ids 0.63 and -0.54 at most. A sample is told when it misses both thresholds: every one with
    other ids is, none of the right ones, not even after 687 steps (0.54..0.70 and +0.96..1.49).
    Checkpoints of the hub have been trained thousands of times longer. Below -0.5 nats it is an error;
    nearer to a blind guess a warning, since weights that were never trained look like that. That only the
    special tokens are permuted, as between klue/bert-base and klue/roberta-*, the words do not show; TOK004
    compares those.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR preflight.deep=true` with another vocabulary in DIR

    ## What to do
    `tokenizer=auto` takes the tokenizer in the checkpoint's folder. If that is the wrong one, put back the
    files that came with the weights. `model.init=scratch` draws weights that know no vocabulary yet. A
    crossing that is wanted, `tokenizer.allow_cross=true`, makes this a warning. A checkpoint whose encoder
    was trained further, and whose head for masked words is left from before, may be told and still read its
    text: `preflight.ignore=[TOK020]`.

    ## References
    - benchmarks/masked_words.py
    - src/haechi/deep/masked_words.py
    - Salazar et al. 2020, Masked Language Model Scoring, https://aclanthology.org/2020.acl-main.240

    # 모델이 이 토크나이저가 쓴 글을 읽지 못합니다

    ## 무엇
    깊은 점검(`preflight.deep=true`)은 train 행의 토큰을 마스크하고, 체크포인트 자신의 마스크 단어 헤드에 그
    자리를 묻습니다. 마스크한 두 토큰과 두 자리를 짝지을 때 바르게 놓는 경우가 100번 가운데 75번이 안 되고,
    참 토큰의 확률도 무작위로 찍을 때보다 낮거나 거의 높지 않습니다(0.3nat 미만).

    ## 왜
    크기가 같다는 것은 아무 증거도 되지 않고, 두 어휘를 모두 모를 때는 어떤 파일로도 토크나이저가 가중치와
    맞는지 알 수 없습니다. 그러나 가중치는 압니다. 틀린 id는 모델에게 다른 단어이므로 문맥이 그 자리를 알려
    주지 못합니다. 작은 BERT(4층, 너비 192, WordPiece 8,000개)를 KLUE-YNAT train 제목과 KorQuAD 본문의
    마스크 단어로 학습하고, dev 제목에서 마스크 토큰 220개짜리 표본을 60~100번 뽑아 재었습니다. 바르게 놓은
    짝의 비율과, 무작위 추측보다 높은 정도(nat)를 전체 표본의 최소, 최대와 함께 적습니다.

    | 토크나이저 | 1,008스텝 뒤: 짝, nat | 5,534스텝 뒤: 짝, nat |
    | --- | --- | --- |
    | 제 것 | 0.68 (0.61..0.73), +1.36 (1.09..1.68) | 0.93 (0.91..0.95), +2.63 (2.28..2.93) |
    | 특수 토큰만 바꿈 | 0.68 (0.61..0.73), +1.36 (1.08..1.68) | 0.93 (0.91..0.95), +2.62 (2.26..2.94) |
    | 일반 id를 뒤섞음 | 0.49 (0.42..0.56), -1.80 (-2.19..-1.47) | 0.49 (0.40..0.56), -2.64 (-3.01..-2.27) |
    | id를 하나씩 밂 | 0.52 (0.47..0.58), -0.35 (-0.71..-0.02) | 0.58 (0.52..0.64), -0.97 (-1.28..-0.65) |
    | 다른 글의 어휘 | 0.50 (0.43..0.57), -2.06 (-2.42..-1.68) | 0.50 (0.45..0.56), -2.87 (-3.28..-2.43) |
    | 제 것, 학습 안 함 | 0.50 (0.43..0.57), -0.03 (-0.07..0.04) | 0.51 (0.45..0.57), -0.02 (-0.06..0.02) |

    종류가 다른 문장(KLUE-STS)에서 둘째 모델은 제 토크나이저로 0.91과 +2.39이고, 일반 id가 다르면 높아야
    0.63과 -0.54입니다. 두 기준을 모두 밑돌아야 판정합니다. 일반 id가 다른 표본은 모두 판정되고, 맞는
    토크나이저의 표본은 687스텝만 학습한 뒤에도(0.54..0.70, +0.96..1.49) 하나도 판정되지 않습니다. 허브의
    체크포인트는 이보다 수천 배 오래 학습했습니다. -0.5nat보다 낮으면 오류이고, 무작위 추측에 가까우면
    경고입니다. 학습된 적이 없는 가중치도 그렇게 보이기 때문입니다. klue/bert-base와 klue/roberta-* 사이처럼
    특수 토큰만 뒤바뀐 것은 단어로는 드러나지 않으며, TOK004가 견줍니다.

    ## 할 일
    `tokenizer=auto`는 체크포인트 폴더에 있는 토크나이저를 씁니다. 그것이 틀렸다면 가중치와 함께 온 파일을
    되돌려 놓으십시오. `model.init=scratch`는 아직 어떤 어휘도 모르는 가중치를 새로 만듭니다. 일부러 바꾼
    것이라면 `tokenizer.allow_cross=true`로 경고로 낮출 수 있습니다. 인코더만 더 학습하고 마스크 단어 헤드는
    예전 것을 남겨 둔 체크포인트는 글을 제대로 읽으면서도 이 판정을 받을 수 있습니다. 그때는
    `preflight.ignore=[TOK020]`을 쓰십시오.
    """
    depth = evidence.depth
    if depth is None:
        return
    if depth.untestable is not None:
        yield _impossible(depth.untestable)
        return
    found = measured(depth.masked_words)
    if found is None:
        return
    if found.words < LEAST_WORDS:
        few = Text(
            f"only {found.words} tokens of the texts could be masked",
            f"글에서 마스크할 수 있는 토큰이 {found.words}개뿐입니다",
        )
        yield _impossible(few)
    elif is_told(found):
        yield _unlikely(evidence, found)


def _impossible(why: Text) -> Problem:
    return Problem(
        Text(
            f"whether `tokenizer.source` fits the weights could not be tried: {why}",
            f"`tokenizer.source`가 가중치와 맞는지 시험하지 못했습니다: {why.ko}",
        ),
        keys=["tokenizer.source"],
        severity=Severity.note,
    )


def _unlikely(evidence: Evidence, found: MaskedWords) -> Problem:
    config = evidence.config
    share = f"{found.put_right:.0%}"
    notes = [
        Text(
            f"of any two of {found.words} masked tokens it puts {share} right, and a coin puts 50%",
            f"마스크한 토큰 {found.words}개를 둘씩 짝지으면 {share}를 바르게 놓는데, 동전을 던져도 50%입니다",
        )
    ]
    if found.gain > BLIND_GAIN:
        notes.append(
            Text(
                "to the model all tokens are alike, so the weights may never have been trained",
                "모델에게 모든 토큰이 똑같으므로, 가중치가 학습된 적이 없을 수 있습니다",
            )
        )
    else:
        notes.append(
            Text(
                f"the true tokens are {-found.gain:.1f} nats less probable than by a blind guess",
                f"참 토큰의 확률이 무작위로 찍을 때보다 {-found.gain:.1f}nat 낮습니다",
            )
        )
        notes.append(
            Text(
                "unless its head for masked words is from another training than its encoder",
                "마스크 단어 헤드가 인코더와 다른 학습에서 온 것이라면 예외입니다",
            )
        )
    certain = found.gain <= BLIND_GAIN and not config.tokenizer.allow_cross
    return Problem(
        Text(
            f"{config.model.checkpoint} predicts masked words no better than by chance with this tokenizer",
            f"{config.model.checkpoint} 모델이 이 토크나이저로는 마스크 단어를 우연만큼밖에 맞히지 못합니다",
        ),
        keys=["tokenizer.source", "model.checkpoint"],
        fixes=[["tokenizer=auto"] if evidence.crosses and evidence.own_tokenizer else ["model.init=scratch"]],
        notes=notes,
        severity=Severity.error if certain else Severity.warning,
    )
