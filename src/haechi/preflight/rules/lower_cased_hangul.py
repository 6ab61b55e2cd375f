"""TOK002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import PROBES, unknown_share


@rule("TOK002")
def lower_cased_hangul(evidence: Evidence) -> Iterator[Problem]:
    """Lower-casing takes Hangul apart, and it becomes [UNK].

    ## What
    The tokenizer lower-cases and strips accents, its vocabulary holds whole syllables, and text becomes
    [UNK] that would be read well without it.

    ## Why
    BERT's lower-casing decomposes text (NFD) to strip accents, and a decomposed Hangul syllable is two or
    three letters that no vocabulary of syllables holds. `do_lower_case` counts as true where the files
    do not say otherwise: a folder with only vocab.txt is the classic case. 100 % [UNK], no error.

    ## Example
    `python src/train.py model=klue_bert tokenizer.do_lower_case=true`

    ## What to do
    `tokenizer.do_lower_case=false`, and write `"do_lower_case": false` into tokenizer_config.json. A
    vocabulary that really is lower-cased needs `"strip_accents": false` beside it.

    ## References
    - https://github.com/google-research/bert/issues/228
    - https://github.com/huggingface/transformers/issues/131
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None or not (tokenizer.lower_cases and tokenizer.strips_accents):
        return
    texts = [example.text or "" for example in evidence.sample[:500]] or PROBES
    lowered = unknown_share(tokenizer, texts)
    kept = unknown_share(build_tokenizer(tokenizer.folder, do_lower_case=False), texts)
    if lowered <= 0.02 or kept >= lowered / 2:
        return
    where = f"{len(texts):,} sampled texts" if evidence.sample else "a few Korean sentences"
    declared = "is declared" if tokenizer.declares_lower_case else "counts as true, since no file declares it"
    yield Problem(
        f"{lowered:.1%} of the tokens in {where} become [UNK] by lower-casing, {kept:.1%} without it",
        keys=["tokenizer.do_lower_case", "tokenizer.source", "model.checkpoint"],
        notes=[f"`do_lower_case` {declared}; lower-casing decomposes Hangul syllables into letters"],
        fixes=[["tokenizer.do_lower_case=false"]],
    )
