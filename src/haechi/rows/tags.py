"""What can be wrong with the tags of a sentence: BIO, one tag a token."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from haechi.rows.examples import TaggedExample
from haechi.rows.tally import printable
from haechi.text import Text

OUTSIDE = "O"
# Names of the faults, by which a survey counts them.
TAGS_LENGTH, TAG_FORM, TAG_JUMP = "tags_length", "tag_form", "tag_jump"


def tag_faults(example: TaggedExample) -> Iterator[tuple[str, Text]]:
    """Faults of one row, each with what it looks like."""
    tokens, tags = example.tokens, example.tags
    if len(tokens) != len(tags):
        yield (
            TAGS_LENGTH,
            Text(f"{len(tokens)} tokens and {len(tags)} tags", f"토큰 {len(tokens)}개, 태그 {len(tags)}개"),
        )
        return
    odd = {tag for tag in set(tags) if not is_bio(tag)}
    if odd:
        index = next(index for index, tag in enumerate(tags) if tag in odd)
        tag = printable(tags[index])
        yield (
            TAG_FORM,
            Text(f"token {index + 1} has the tag `{tag}`", f"{index + 1}번째 토큰의 태그가 `{tag}`입니다"),
        )
        return
    for index, (before, tag) in enumerate(pairwise([OUTSIDE, *tags])):
        if tag[0] == "I" and before[1:] != tag[1:]:
            yield (
                TAG_JUMP,
                Text(
                    f"`{tag}` at token {index + 1} follows `{before}`",
                    f"{index + 1}번째 토큰의 `{tag}`가 `{before}` 뒤에 옵니다",
                ),
            )
            return


def is_bio(tag: str) -> bool:
    """Whether a tag is `O`, `B-type` or `I-type`."""
    return tag == OUTSIDE or (tag[:2] in {"B-", "I-"} and len(tag) > 2)


def spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Entities of a tag sequence: first token, token behind the last, type. An I- that jumps begins one."""
    start, kind = 0, ""
    for index, tag in enumerate([*tags, OUTSIDE]):
        if kind and tag != f"I-{kind}":
            yield start, index, kind
            kind = ""
        if tag != OUTSIDE and not kind:
            start, kind = index, tag[2:]
