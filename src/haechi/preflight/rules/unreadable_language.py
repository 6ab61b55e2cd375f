"""TOK003."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from haechi.preflight.counting import accept
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Markers, Objective
from haechi.text import Text
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import is_korean, tokens_per_character, unknown_share
from haechi.tokenization.runtime import RuntimeTokenizer

# Measured on YNAT headlines, whose Hanja and signs few vocabularies have: KoELECTRA stays below 2 %, mBERT
# has 2.4 %, KcBERT 4.4 %, all below 0.75 tokens a character; an English vocabulary has 60 to 100 %, or 2
# and more tokens a character.
REFUSED_UNKNOWN = 0.10
DOUBTFUL_UNKNOWN = 0.06
NOTED_UNKNOWN = 0.02
REFUSED_TOKENS_PER_CHARACTER = 1.2
MOST_WORDS = 6


@rule("TOK003", essential=False)
def unreadable_language(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer cannot read the data.

    ## What
    Too many words become [UNK] (more than 2 % is noted, more than 6 % a warning, more than 10 % refused), or
    each Korean character falls apart into more than one token.

    ## Why
    A vocabulary of another language turns the text into noise. Byte-level BPE never says [UNK]: an
    English one spells each Hangul syllable with two or three byte tokens, and the model has never seen
    them together. Text in decomposed form (NFD, as macOS writes file names) looks the same on screen and
    is unknown to a vocabulary of syllables.

    ## Example
    `python src/train.py model=roberta_base`

    ## What to do
    Take a model whose vocabulary knows the language, such as `model=klue_bert`. For NFD text,
    normalize the file to NFC.

    ## References
    - https://github.com/huggingface/transformers/issues/436

    # 데이터의 언어를 읽지 못하는 토크나이저

    ## 무엇
    [UNK]가 되는 단어가 너무 많거나(2%를 넘으면 참고, 6%를 넘으면 경고, 10%를 넘으면 거부), 한글 한 글자가
    토큰 하나보다 많이 쪼개집니다.

    ## 왜
    다른 언어의 어휘는 글을 잡음으로 바꿉니다. 바이트 BPE는 [UNK]를 내지 않습니다. 영어용이면 한글 음절
    하나를 바이트 토큰 두세 개로 적는데, 모델은 그런 토큰이 이어진 것을 본 적이 없습니다. macOS의 파일
    이름처럼 풀어쓴 형태(NFD)의 글은 화면에서는 똑같아 보여도 음절로 된 어휘에는 없는 글입니다.

    ## 할 일
    `model=klue_bert`처럼 그 언어를 아는 어휘의 모델을 쓰십시오. NFD로 된 글이면 파일을 NFC로 바꾸십시오.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        yield from _by_the_catalogue(evidence)
        return
    reading = _reading(evidence, tokenizer)
    if reading.is_good:
        return
    unknown, where = reading.unknown, reading.where
    if tokenizer.lower_cases and tokenizer.strips_accents and unknown > NOTED_UNKNOWN:
        texts = evidence.probe_texts
        kept = unknown_share(build_tokenizer(tokenizer.folder, do_lower_case=False), texts)
        if kept < unknown_share(tokenizer, texts) / 2:
            return  # lower-casing is the cause, which has its own rule
    if unknown > NOTED_UNKNOWN:
        message = Text(
            f"{unknown:.1%} of the tokens in {where} are [UNK]",
            f"{where.ko}의 토큰 {unknown:.1%}가 [UNK]입니다",
        )
    else:
        message = Text(
            f"each Korean character in {where} costs {reading.cost:.2f} tokens",
            f"{where.ko}의 한글이 한 글자에 {reading.cost:.2f}토큰씩 듭니다",
        )
    texts = evidence.probe_texts
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    if composed != texts and _of_texts(tokenizer, composed).is_good:
        yield Problem(
            Text(
                f"{message}, since the text is in decomposed form (NFD)",
                f"{message.ko}. 글이 풀어쓴 형태(NFD)이기 때문입니다",
            ),
            keys=["task.name", "tokenizer.source", "model.checkpoint"],
            notes=[
                Text(
                    "macOS decomposes syllables into letters; "
                    "the same text in composed form (NFC) is read well",
                    "macOS는 음절을 자모로 풉니다. 같은 글을 모아쓴 형태(NFC)로 바꾸면 잘 읽힙니다",
                ),
                Text(
                    "convert the files once: `uconv -x nfc`, "
                    "or `unicodedata.normalize('NFC', text)` in Python",
                    "파일을 한 번 바꾸십시오: `uconv -x nfc`, 또는 Python의 "
                    "`unicodedata.normalize('NFC', text)`",
                ),
            ],
            severity=Severity.error if reading.is_bad else Severity.warning,
        )
        return
    notes = _unknown_words(tokenizer, texts)
    if not reading.is_doubtful:
        yield Problem(
            message,
            keys=["tokenizer.source", "model.checkpoint", "task.name"],
            notes=notes,
            fixes=[[accept(evidence, "TOK003")]],
            severity=Severity.note,
        )
        return
    if unknown <= NOTED_UNKNOWN:
        notes.append(
            Text(
                "byte-level BPE never says [UNK]; Korean vocabularies take 0.4 to 0.75 tokens each",
                "바이트 BPE는 [UNK]를 내지 않습니다. 한국어 어휘는 한 글자에 0.4에서 0.75토큰을 씁니다",
            )
        )
    if evidence.train is None:
        notes.append(
            Text(
                "the rows are not here yet; if they are not Korean: `preflight.ignore=[TOK003]`",
                "아직 행이 없습니다. 한국어가 아니라면: `preflight.ignore=[TOK003]`",
            )
        )
    yield Problem(
        Text(
            f"{message}, so the vocabulary does not know the language",
            f"{message.ko}. 어휘가 이 언어를 모릅니다",
        ),
        keys=["tokenizer.source", "model.checkpoint", "task.name"],
        notes=notes,
        fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=klue_bert"], ["model=tiny"]],
        severity=Severity.error if reading.is_bad else Severity.warning,
    )


def _unknown_words(tokenizer: RuntimeTokenizer, texts: list[str]) -> list[Text]:
    """The words that most often become [UNK]."""
    unk = tokenizer.id("unk")
    counts = Counter[str]()
    for text, encoding in zip(texts, tokenizer.encode_whole_with_offsets(texts), strict=True):
        counts.update(
            text[start:end]
            for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
            if index == unk
        )
    shown = ", ".join(f"`{word}`" for word, _ in counts.most_common(MOST_WORDS))
    return [Text(f"most often {shown}", f"가장 잦은 것: {shown}")] if shown else []


def _by_the_catalogue(evidence: Evidence) -> Iterator[Problem]:
    """What is known of a vocabulary that is not here."""
    facts, task = evidence.source_facts, evidence.config.task
    if facts is None or facts.reads_korean is not False or not is_korean(evidence.probe_texts):
        return
    known = evidence.train is not None or str(task.dataset.path or "").startswith("klue/")
    sure = known and "reads_korean" not in facts.uncertain
    yield Problem(
        Text(
            "the vocabulary was learned without Korean text, and the texts are Korean",
            "글은 한국어인데 어휘는 한국어 없이 만들어졌습니다",
        ),
        keys=["tokenizer.source", "model.checkpoint", "task.name"],
        notes=[
            Text(
                "by the catalogue; nothing was downloaded",
                "모델 목록에 적힌 대로이며, 아무것도 내려받지 않았습니다",
            )
        ],
        fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=klue_bert"], ["model=tiny"]],
        severity=Severity.error if sure else Severity.warning,
    )


class Reading(NamedTuple):
    """How well texts are read."""

    unknown: float
    """Share of [UNK]."""
    cost: float
    """Tokens a character, where the text is Korean; else 0."""
    where: Text

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to say."""
        return self.unknown <= NOTED_UNKNOWN and self.cost <= REFUSED_TOKENS_PER_CHARACTER

    @property
    def is_doubtful(self) -> bool:
        """Whether the run is warned of, at least."""
        return self.unknown > DOUBTFUL_UNKNOWN or self.cost > REFUSED_TOKENS_PER_CHARACTER

    @property
    def is_bad(self) -> bool:
        """Whether the run is refused."""
        return self.unknown > REFUSED_UNKNOWN or self.cost > REFUSED_TOKENS_PER_CHARACTER


def _reading(evidence: Evidence, tokenizer: RuntimeTokenizer) -> Reading:
    """Of the train rows, as they were counted; of a few sentences while there are none."""
    counts, task = evidence.token_counts, evidence.config.task
    # Marks that the vocabulary lacks are counted with the text, and have a rule of their own.
    are_marked = task.objective is Objective.relation and task.markers is Markers.punctuation
    if counts is None or not counts.tokens or are_marked:
        return _of_texts(tokenizer, evidence.probe_texts, is_sample=evidence.train is not None)
    where = Text(f"{counts.rows:,} sampled texts", f"표본 글 {counts.rows:,}개")
    return Reading(counts.unknown_share, counts.tokens_per_character if counts.is_korean else 0.0, where)


def _of_texts(tokenizer: RuntimeTokenizer, texts: list[str], *, is_sample: bool = False) -> Reading:
    cost = tokens_per_character(tokenizer, texts) if is_korean(texts) else 0.0
    where = Text("a few Korean sentences", "한국어 문장 몇 개")
    if is_sample:
        where = Text(f"{len(texts):,} sampled texts", f"표본 글 {len(texts):,}개")
    return Reading(unknown_share(tokenizer, texts), cost, where)
