"""What a tokenizer makes of train rows: counted in chunks, so that any number of rows can be judged."""

from collections.abc import Iterable, Iterator
from itertools import islice

from haechi.preflight.question_counts import count_questions
from haechi.preflight.token_counts import (
    BLURRED_TAGS,
    CUT_TAGS,
    LOST_CHARACTERS,
    LOST_ENTITY,
    TokenCounts,
    unknown_id,
)
from haechi.rows.examples import Example, RelationExample, TaggedExample
from haechi.rows.tags import spans
from haechi.rows.tally import printable
from haechi.schema.task import Objective, PairEncoder, TaskConfig
from haechi.text import Text
from haechi.tokenization.alignment import Alignment, align
from haechi.tokenization.markers import mark
from haechi.tokenization.runtime import RuntimeTokenizer

CHUNK_ROWS = 1000


def count_tokens(
    examples: Iterable[Example], tokenizer: RuntimeTokenizer, task: TaskConfig, max_length: int
) -> TokenCounts:
    """Encode rows as the training would, and count.

    Args:
        examples: the rows; each is looked at once.
        tokenizer: the tokenizer that trains, with its added tokens.
        task: what is learned from the rows.
        max_length: longest input, in tokens.
    """
    counts = TokenCounts()
    for chunk in _chunks(examples):
        counts.rows += len(chunk)
        match task.objective:
            case Objective.span:
                count_questions(counts, chunk, tokenizer, task, max_length)
            case Objective.relation:
                _count_relations(counts, chunk, tokenizer, task, max_length)
            case Objective.token_classification:
                _count_tags(counts, chunk, tokenizer, max_length)
            case _:
                _count_texts(counts, chunk, tokenizer, task)
    return counts


def _chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    stream = iter(examples)
    while chunk := list(islice(stream, CHUNK_ROWS)):
        yield chunk


def _count_texts(
    counts: TokenCounts, chunk: list[Example], tokenizer: RuntimeTokenizer, task: TaskConfig
) -> None:
    paired = all(example.text_pair is not None for example in chunk)
    if paired and task.encoder is PairEncoder.bi:
        _count_apart(counts, chunk, tokenizer)
        return
    texts, pairs = [example.text or "" for example in chunk], [example.text_pair or "" for example in chunk]
    special = tokenizer.special_tokens_of_pair if paired else tokenizer.special_tokens_of_one
    unk = unknown_id(tokenizer)
    encodings = tokenizer.encode_whole(texts, pairs if paired else None)
    for text, pair, encoding in zip(texts, pairs, encodings, strict=True):
        ids = encoding.ids
        counts.lengths[len(ids)] += 1
        counts.add(f"{text} {pair}" if paired else text, ids, special, unk)


def _count_apart(counts: TokenCounts, chunk: list[Example], tokenizer: RuntimeTokenizer) -> None:
    """A pair whose texts are inputs of their own is as long as the longer one."""
    unk, special = unknown_id(tokenizer), tokenizer.special_tokens_of_one
    sides = [[example.text or "" for example in chunk], [example.text_pair or "" for example in chunk]]
    encoded = [tokenizer.encode_whole(side) for side in sides]
    for texts, encodings in zip(zip(*sides, strict=True), zip(*encoded, strict=True), strict=True):
        counts.lengths[max(len(encoding.ids) for encoding in encodings)] += 1
        for text, encoding in zip(texts, encodings, strict=True):
            counts.add(text, encoding.ids, special, unk)


def _kept(tokenizer: RuntimeTokenizer, tokens: int, max_length: int) -> int:
    """How many of a row's tokens stay in front when it is cut: the closing special ones come behind."""
    return tokens if tokens <= max_length else max_length - tokenizer.special_tokens_behind


def _count_relations(
    counts: TokenCounts, chunk: list[Example], tokenizer: RuntimeTokenizer, task: TaskConfig, max_length: int
) -> None:
    marked = [
        (example, found)
        for example in chunk
        if isinstance(example, RelationExample) and (found := mark(example, task.markers)) is not None
    ]
    encodings = tokenizer.encode_whole_with_offsets([found.text for _, found in marked])
    unk, special = unknown_id(tokenizer), tokenizer.special_tokens_of_one
    closing = tokenizer.special_tokens_behind
    for (example, found), encoding in zip(marked, encodings, strict=True):
        ids = encoding.ids
        counts.lengths[len(ids)] += 1
        counts.add(found.text, ids, special, unk)
        ends = [encoding.char_to_token(end - 1) for end in found.ends]
        last = max((end for end in ends if end is not None), default=0)
        counts.needed[min(last + 1 + closing, len(ids))] += 1
        if last >= _kept(tokenizer, len(ids), max_length):
            counts.tallies[LOST_ENTITY].add(
                example.row,
                Text(f"a mention ends at token {last + 1}", f"멘션이 {last + 1}번째 토큰에서 끝납니다"),
            )


def _count_tags(
    counts: TokenCounts, chunk: list[Example], tokenizer: RuntimeTokenizer, max_length: int
) -> None:
    tagged = [
        example
        for example in chunk
        if isinstance(example, TaggedExample) and len(example.tokens) == len(example.tags)
    ]
    encodings = tokenizer.encode_whole_with_offsets([example.text or "" for example in tagged])
    unk, special = unknown_id(tokenizer), tokenizer.special_tokens_of_one
    for example, encoding in zip(tagged, encodings, strict=True):
        ids, text = encoding.ids, example.text or ""
        counts.lengths[len(ids)] += 1
        counts.add(text, ids, special, unk)
        found = align(encoding, example.tokens, example.tags, text)
        counts.source_tokens += sum(not token.isspace() for token in example.tokens)
        counts.entities += sum(tag[:2] == "B-" for tag in example.tags)
        counts.lost_tokens += len(found.lost)
        counts.blurred_tokens += len(found.blurred)
        for name, items in ((LOST_CHARACTERS, found.lost), (BLURRED_TAGS, found.blurred)):
            if items:
                token, number = printable(example.tokens[items[0]]), items[0] + 1
                shown = Text(f"`{token}`, token {number}", f"{number}번째 토큰 `{token}`")
                counts.tallies[name].add(example.row, shown)
        if len(ids) > max_length:
            _count_cut_tags(counts, example, found, _kept(tokenizer, len(ids), max_length))


def _count_cut_tags(counts: TokenCounts, example: TaggedExample, found: Alignment, kept: int) -> None:
    """Source tokens behind the last one that is read."""
    read = max((end for end in found.ends[:kept] if end is not None), default=-1) + 1
    cut = sum(not token.isspace() for token in example.tokens[read:])
    counts.cut_tokens += cut
    if not cut:
        return
    entities = sum(end > read for _, end, _ in spans(example.tags))
    counts.cut_entities += entities
    shown = Text(
        f"{cut} tagged tokens with {entities} entities are cut",
        f"태그 붙은 토큰 {cut}개와 개체 {entities}개가 잘립니다",
    )
    counts.tallies[CUT_TAGS].add(example.row, shown)
