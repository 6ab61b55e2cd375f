"""TOK003."""

import unicodedata
from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import PROBES, is_korean, tokens_per_character, unknown_share
from haechi.tokenization.runtime import RuntimeTokenizer

# Korean vocabularies stay below 1 % on clean text and below 0.75 tokens a character (measured on
# YNAT headlines); an English one has 60 to 100 %, or 2 and more tokens a character.
REFUSED_UNKNOWN = 0.10
DOUBTFUL_UNKNOWN = 0.02
REFUSED_TOKENS_PER_CHARACTER = 1.2


@rule("TOK003", essential=False)
def unreadable_language(evidence: Evidence) -> Iterator[Problem]:
    """The tokenizer cannot read the data.

    ## What
    Too many words become [UNK], or each Korean character falls apart into more than one token.

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
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None:
        return
    texts = [example.text or "" for example in evidence.sample] or PROBES
    unknown, cost = _reading(tokenizer, texts)
    if unknown <= DOUBTFUL_UNKNOWN and cost <= REFUSED_TOKENS_PER_CHARACTER:
        return
    if tokenizer.lower_cases and tokenizer.strips_accents and unknown > DOUBTFUL_UNKNOWN:
        kept = unknown_share(build_tokenizer(tokenizer.folder, do_lower_case=False), texts)
        if kept < unknown / 2:
            return  # lower-casing is the cause, which has its own rule
    where = f"{len(texts):,} sampled texts" if evidence.sample else "a few Korean sentences"
    if unknown > DOUBTFUL_UNKNOWN:
        message = f"{unknown:.1%} of the tokens in {where} are [UNK]"
    else:
        message = f"each Korean character in {where} costs {cost:.2f} tokens"
    refused = unknown > REFUSED_UNKNOWN or cost > REFUSED_TOKENS_PER_CHARACTER
    severity = Severity.error if refused else Severity.warning
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    if composed != texts and _is_readable(tokenizer, composed):
        yield Problem(
            f"{message}, since the text is in decomposed form (NFD)",
            keys=["task.name", "tokenizer.source", "model.checkpoint"],
            notes=[
                "macOS decomposes syllables into letters; the same text in composed form (NFC) is read well",
                "convert the files once: `uconv -x nfc`, or `unicodedata.normalize('NFC', text)` in Python",
            ],
            severity=severity,
        )
        return
    notes: list[str] = []
    if unknown <= DOUBTFUL_UNKNOWN:
        notes.append("byte-level BPE never says [UNK]; Korean vocabularies take 0.4 to 0.75 tokens each")
    if not evidence.sample:
        notes.append("the rows are not here yet; if they are not Korean: `preflight.ignore=[TOK003]`")
    yield Problem(
        f"{message}, so the vocabulary does not know the language",
        keys=["tokenizer.source", "model.checkpoint", "task.name"],
        notes=notes,
        fixes=[["tokenizer=auto"]] if evidence.crosses else [["model=klue_bert"], ["model=tiny"]],
        severity=severity,
    )


def _reading(tokenizer: RuntimeTokenizer, texts: list[str]) -> tuple[float, float]:
    """Share of [UNK], and tokens a character where the text is Korean."""
    cost = tokens_per_character(tokenizer, texts) if is_korean(texts) else 0.0
    return unknown_share(tokenizer, texts), cost


def _is_readable(tokenizer: RuntimeTokenizer, texts: list[str]) -> bool:
    unknown, cost = _reading(tokenizer, texts)
    return unknown <= DOUBTFUL_UNKNOWN and cost <= REFUSED_TOKENS_PER_CHARACTER
