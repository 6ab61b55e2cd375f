"""Where added tokens go in the catalogued checkpoints: a page written from the facts in conf/model/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from haechi import places
from haechi.schema.catalogue import checkpoint_of, facts_of
from haechi.schema.model import ModelFacts
from haechi.text import Language, Text

PAGE = Text("docs/added-tokens.md", "docs/added-tokens.ko.md")
# The markers of a relation: two around the subject, two around the object.
MARKERS = 4

INTRODUCTION = Text(
    """\
# Added tokens: must the embeddings always be resized?

No. `tokenizer.new_tokens=auto`, the default, looks for room in this order. Written by `make docs` from the
facts in conf/model/; once a checkpoint's files are here, they count. [한국어](added-tokens.ko.md)

1. **Spare slots.** Many vocabularies hold entries that no text uses: `[unused0]`, `<unused0>`,
   `madeupword0000`. A new token takes the id and the row of one, whatever the slot was before: special or
   ordinary, an entry of the model or an added token. Table, config.json and shapes stay as they are.
2. **Spare rows.** Some tables have more rows than the tokenizer has ids. The next ids are behind the last
   entry, and their rows are there already. A table is never made smaller.
3. **New rows.** Only then the table grows, to one row more than the largest id; `vocab_size` of
   config.json, tied output embeddings and their bias grow along, and the padding row stays as it is.

Slots are taken all or none: with fewer of them than new tokens, `auto` goes on to 2 or 3, and
`tokenizer.new_tokens=reuse_unused` is refused ([VOC002](rules/VOC002-too-few-spare-slots.md)). `resize` never
takes a slot. `python src/check.py` says which it will be ([VOC004](rules/VOC004-spare-rows-taken.md)).

Either way a new row starts as the mean of the pieces that the token had before, with a little noise. What
transformers does by default when it resizes (`mean_resizing=True`) gives all new tokens practically the same
row, so that `<subj>` and `<obj>` cannot be told apart at first: [measured](../benchmarks/README.md).
The saved folder opens with plain AutoTokenizer and AutoModel, with the same ids and rows.

```console
$ python src/check.py model=mbert 'tokenizer.add_special_tokens=["<subj>","</subj>","<obj>","</obj>"]'
```

## What four markers come to

`auto` and the four markers of a relation. "Not confirmed": nobody has compared the count with the files;
`make facts` does.
""",
    """\
# 추가 토큰: 임베딩을 언제나 늘려야 합니까?

아닙니다. 기본값인 `tokenizer.new_tokens=auto`는 다음 순서로 자리를 찾습니다. 이 쪽은 `make docs`가
conf/model/에 적힌 사실에서 만들며, 체크포인트의 파일이 있으면 파일을 따릅니다. [English](added-tokens.md)

1. **빈자리.** 많은 어휘에 `[unused0]`, `<unused0>`, `madeupword0000`처럼 어느 글도 쓰지 않는 항목이 있습니다.
   새 토큰은 그 id와 임베딩 행을 물려받습니다. 빈자리가 특수 토큰이었든 일반 토큰이었든, 모델의 항목이든 추가
   토큰이든 상관없습니다. 표의 크기와 config.json은 그대로입니다.
2. **남는 행.** 토크나이저의 id보다 행이 더 많은 표가 있습니다. 새 id는 마지막 항목 뒤에 오고, 그 행은 이미
   있습니다. 표를 줄이는 일은 없습니다.
3. **새 행.** 그래도 모자라면 표를 가장 큰 id에 맞추어 늘립니다. config.json의 `vocab_size`, 묶인 출력
   임베딩과 그 편향도 함께 늘고, 패딩 행은 그대로입니다.

빈자리는 모두 쓰거나 하나도 쓰지 않습니다. 새 토큰보다 적으면 `auto`는 2나 3으로 넘어가고,
`tokenizer.new_tokens=reuse_unused`는 거부됩니다([VOC002](rules/ko/VOC002-too-few-spare-slots.md)). `resize`는
빈자리를 쓰지 않습니다. 어느 쪽인지는 `python src/check.py`가 알려 줍니다
([VOC004](rules/ko/VOC004-spare-rows-taken.md)).

어느 쪽이든 새 행은 그 토큰이 전에 쪼개지던 조각들의 평균에 작은 잡음을 더한 값에서 시작합니다. transformers가
크기를 바꿀 때의 기본 방식(`mean_resizing=True`)은 새 토큰 모두에 사실상 같은 행을 주어, 처음에는 `<subj>`와
`<obj>`를 가릴 수 없습니다: [측정 결과](../benchmarks/README.md). 저장된 폴더는 AutoTokenizer와 AutoModel로
그대로 열리고, id와 행이 같습니다.

```console
$ python src/check.py model=mbert 'tokenizer.add_special_tokens=["<subj>","</subj>","<obj>","</obj>"]'
```

## 마커 네 개를 더하면

`auto`로 관계의 마커 네 개를 더할 때입니다. "미확인": 개수를 파일과 견주어 본 적이 없습니다. `make facts`가
견줍니다.
""",
)


class Entry(NamedTuple):
    """What the catalogue says of a checkpoint's spare slots."""

    model: str
    checkpoint: str
    facts: ModelFacts
    names: str
    """As they are written down: `[unused1]..[unused99]`; empty where nobody did."""
    source: str
    """Where the count comes from."""


def page(language: Language) -> str:
    """The page in one language."""
    head = Text(
        "| model | checkpoint | spare slots | named | count from | four markers |",
        "| 모델 | 체크포인트 | 빈자리 | 이름 | 개수의 출처 | 마커 네 개 |",
    )
    lines = [INTRODUCTION.of(language), head.of(language), "| --- | --- | --- | --- | --- | --- |"]
    for entry in entries():
        names = f"`{entry.names}`" if entry.names else ""
        cells = [
            entry.model, entry.checkpoint, _count(entry.facts).of(language), names, entry.source,
            outcome(entry.facts).of(language),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def entries() -> Iterator[Entry]:
    """Every catalogued checkpoint, by the name of its option."""
    for path in sorted((places.CONF / "model").glob("*.yaml")):
        checkpoint = checkpoint_of(path.stem)
        facts = facts_of(checkpoint) if checkpoint else None
        if checkpoint and facts:
            names, source = _noted(path)
            yield Entry(path.stem, checkpoint, facts, names, source)


def _noted(path: Path) -> tuple[str, str]:
    """Names of the slots and the source of their count, from the comment behind it."""
    noted = re.search(r"^ +spare_slots: \d+ # (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    comment = noted.group(1) if noted else ""
    names = re.search(r"\S+\.\.[^\s,;]+", comment)
    source = comment.replace(names.group(), "") if names else comment
    return names.group() if names else "", re.sub(r"\s*:\s*(?=[,;]|$)", "", source).strip()


def _count(facts: ModelFacts) -> Text:
    if facts.spare_slots is None:
        return Text("not known", "모름")
    count = f"{facts.spare_slots:,}"
    if "spare_slots" not in facts.uncertain:
        return Text(count, count)
    return Text(f"{count}, not confirmed", f"{count}, 미확인")


def outcome(facts: ModelFacts, tokens: int = MARKERS) -> Text:
    """What `new_tokens=auto` makes of so many new tokens, as far as the facts tell."""
    slots, rows, length = facts.spare_slots, facts.vocab_size, facts.tokenizer_length
    if slots is not None and slots >= tokens:
        kept = Text(f"; {rows:,} rows stay", f", {rows:,}행 그대로") if rows else Text("", "")
        return Text(f"{tokens} slots{kept}", f"빈자리 {tokens}개{kept.ko}")
    if rows is None or length is None:
        return Text("its files will tell", "파일이 있어야 압니다")
    if rows >= length + tokens:
        found = Text(
            f"{tokens} of {rows - length:,} spare rows; {rows:,} stay",
            f"남는 {rows - length:,}행 가운데 {tokens}행, {rows:,}행 그대로",
        )
    else:
        grown = f"{rows:,} -> {length + tokens:,}"
        found = Text(f"new rows: {grown}", f"새 행: {grown}")
    if slots is None:
        return Text(
            f"slots if it has {tokens}, else {found}",
            f"빈자리가 {tokens}개 있으면 빈자리, 없으면 {found.ko}",
        )
    return found
