"""TOK015."""

import re
from collections import Counter
from collections.abc import Iterator

from haechi.compose import as_value
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.task import Objective
from haechi.text import Text

# Latin letters, digits and joints in brackets; headlines have Hangul in theirs, such as `[속보]`.
MARKER = re.compile(r"\[/?[A-Za-z][A-Za-z0-9_:.-]{0,24}\]|</?[A-Za-z][A-Za-z0-9_:.-]{0,24}>")
HTML = frozenset((
    "a", "b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "font",
    "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "html", "i", "img", "li", "ol", "p", "pre", "s",
    "small", "span", "strike", "strong", "sub", "sup", "table", "td", "th", "tr", "u", "ul",
))  # fmt: skip
# Markers stand in most rows of a task that has them; a few Latin tags stand in any newspaper.
MANY_SHARE = 0.30
MOST_NAMED = 20
OBJECTIVES = {Objective.classification, Objective.pair_classification, Objective.regression}


@rule("TOK015", Severity.warning, essential=False)
def markers_taken_apart(evidence: Evidence) -> Iterator[Problem]:
    """Markers in the texts are taken apart.

    ## What
    Nearly a third of the sampled train rows or more hold markers such as `[E1]`, `</e1>` or `[SUBJ-PER]`,
    and the tokenizer splits them into several pieces or reads them as [UNK].

    ## Why
    `[E1]` becomes `[`, `E`, `##1`, `]` or three times [UNK], and `[E1]` and `[E2]` may become the same.
    What was put into the text to show the model where to look costs length and shows nothing.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with texts such as
    `[E1]Samsung[/E1] buys [E2]Harman[/E2]`

    ## What to do
    Add the markers as special tokens: the message gives the whole list. Relations with offsets of their
    mentions are better off with `task.objective=relation`, which marks them itself.

    ## References
    - https://arxiv.org/abs/1906.03158

    # 조각나는 글 속의 마커

    ## 무엇
    표본 train 행의 셋 가운데 하나쯤이나 그 이상에 `[E1]`, `</e1>`, `[SUBJ-PER]` 같은 마커가 있는데,
    토크나이저가 이를 여러 조각으로 나누거나 [UNK]로 읽습니다.

    ## 왜
    `[E1]`은 `[`, `E`, `##1`, `]`이 되거나 [UNK] 세 개가 되고, `[E1]`과 `[E2]`가 똑같아지기도 합니다. 어디를
    볼지 알리려고 넣은 표시가 길이만 차지하고 아무것도 알리지 못합니다.

    ## 할 일
    마커를 특수 토큰으로 더하십시오. 메시지에 전체 목록이 있습니다. 멘션의 위치가 데이터에 있는 관계
    추출이라면 마커를 스스로 넣는 `task.objective=relation`이 더 낫습니다.
    """
    config = evidence.config
    if evidence.tokenizer is None or config.task.objective not in OBJECTIVES:
        return
    rows = [_markers(f"{item.text or ''} {item.text_pair or ''}") for item in evidence.sample]
    least = MANY_SHARE * len(rows)
    if sum(map(bool, rows)) < max(least, 1):
        return
    split = _split(evidence, sorted({marker for row in rows for marker in row}))
    rows = [row & set(split) for row in rows]
    marked = sum(map(bool, rows))
    counts = Counter(marker for row in rows for marker in row)
    named = sorted(counts, key=lambda marker: (-counts[marker], marker.strip("[]<>/"), marker))[:MOST_NAMED]
    # So many different ones that the most frequent say little are free text in brackets.
    if marked < max(least, 1) or sum(bool(row - set(named)) for row in rows) >= max(least, 1):
        return
    shown = ", ".join(f"`{marker}`" for marker in named[:4]) + (", ..." if len(named) > 4 else "")
    pieces = " ".join(f"`{piece}`" for piece in split[named[0]])
    wanted = [*config.tokenizer.add_special_tokens, *named]
    yield Problem(
        Text(
            f"{marked:,} of {len(rows):,} sampled train rows hold markers that are taken apart: {shown}",
            f"표본 train {len(rows):,}행 가운데 {marked:,}행의 마커가 여러 조각으로 나뉩니다: {shown}",
        ),
        keys=["tokenizer.add_special_tokens"],
        notes=[Text(f"`{named[0]}` is read as {pieces}", f"`{named[0]}`은(는) {pieces}(으)로 읽힙니다")],
        fixes=[[f"tokenizer.add_special_tokens=[{','.join(map(as_value, wanted))}]"]],
    )


def _markers(text: str) -> set[str]:
    return {marker for marker in MARKER.findall(text) if marker.strip("[]<>/").lower() not in HTML}


def _split(evidence: Evidence, markers: list[str]) -> dict[str, list[str]]:
    """The pieces of those markers that are not single known tokens."""
    tokenizer = evidence.final_tokenizer
    unk = tokenizer.id("unk")
    encodings = tokenizer.encode_whole_with_offsets(markers, special_tokens=False)
    return {
        marker: encoding.tokens
        for marker, encoding in zip(markers, encodings, strict=True)
        if len(encoding.ids) != 1 or encoding.ids[0] == unk
    }
