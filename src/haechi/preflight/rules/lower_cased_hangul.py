"""TOK002."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.text import Text
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.reading import unknown_share


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

    # 한글을 풀어 [UNK]로 만드는 소문자화

    ## 무엇
    토크나이저가 소문자화하면서 악센트를 지우고, 어휘는 온전한 음절로 되어 있습니다. 소문자화하지 않으면 잘
    읽힐 글이 [UNK]가 됩니다.

    ## 왜
    BERT의 소문자화는 악센트를 지우려고 글을 NFD로 풉니다. 풀린 한글 음절은 자모 두세 개가 되고, 음절로 된
    어휘에는 그런 자모가 없습니다. 파일에 `do_lower_case`가 적혀 있지 않으면 참으로 칩니다. vocab.txt만 있는
    폴더가 흔한 경우입니다. 오류 하나 없이 100 %가 [UNK]입니다.

    ## 할 일
    `tokenizer.do_lower_case=false`로 두고, tokenizer_config.json에 `"do_lower_case": false`를 적으십시오.
    정말로 소문자로 만든 어휘라면 그 옆에 `"strip_accents": false`도 있어야 합니다.
    """
    tokenizer = evidence.tokenizer
    if tokenizer is None or not (tokenizer.lower_cases and tokenizer.strips_accents):
        return
    texts = evidence.probe_texts
    lowered = unknown_share(tokenizer, texts)
    kept = unknown_share(build_tokenizer(tokenizer.folder, do_lower_case=False), texts)
    if lowered <= 0.02 or kept >= lowered / 2:
        return
    yield Problem(
        Text(
            f"{lowered:.1%} of the tokens in {len(texts):,} texts become [UNK] by lower-casing, "
            f"{kept:.1%} without it",
            f"글 {len(texts):,}개의 토큰 {lowered:.1%}가 소문자화로 [UNK]가 됩니다. "
            f"하지 않으면 {kept:.1%}입니다",
        ),
        keys=["tokenizer.do_lower_case", "tokenizer.source", "model.checkpoint"],
        notes=[
            Text(
                "`do_lower_case` is declared; lower-casing decomposes Hangul syllables into letters",
                "`do_lower_case`가 적혀 있습니다. 소문자화는 한글 음절을 자모로 풉니다",
            )
            if tokenizer.declares_lower_case
            else Text(
                "`do_lower_case` counts as true, since no file declares it; "
                "lower-casing decomposes Hangul syllables into letters",
                "`do_lower_case`를 적은 파일이 없어 true로 칩니다. 소문자화는 한글 음절을 자모로 풉니다",
            )
        ],
        fixes=[["tokenizer.do_lower_case=false"]],
    )
