"""What can be wrong with the tags of a sentence: BIO, one tag a token."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from haechi.rows.examples import TaggedExample
from haechi.rows.finding import Finding
from haechi.rows.tally import printable, visible
from haechi.text import Text

OUTSIDE = "O"
# Names of the faults, by which a survey counts them.
TAGS_LENGTH, TAG_FORM, TAG_JUMP = "tags_length", "tag_form", "tag_jump"


def tag_faults(example: TaggedExample) -> Iterator[Finding]:
    """Faults of one row, each with what it looks like."""
    tokens, tags = example.tokens, example.tags
    name = f"`{printable(example.id)}`" if example.id else ""
    of, of_ko = (f" of {name}", f"{name}의 ") if name else ("", "")
    if len(tokens) != len(tags):
        has, has_ko = (f"{name} has ", f"{name}은(는) ") if name else ("", "")
        yield Finding(
            TAGS_LENGTH,
            Text(
                f"{has}{len(tokens)} tokens and {len(tags)} tags",
                f"{has_ko}토큰 {len(tokens)}개, 태그 {len(tags)}개",
            ),
            "more" if len(tags) > len(tokens) else "fewer",
        )
        return
    odd = {tag for tag in set(tags) if not is_bio(tag)}
    if odd:
        index = next(index for index, tag in enumerate(tags) if tag in odd)
        tag = visible(tags[index])
        yield Finding(
            TAG_FORM,
            Text(
                f"token {index + 1}{of} has the tag `{tag}`",
                f"{of_ko}{index + 1}번째 토큰의 태그가 `{tag}`입니다",
            ),
            tag,
        )
        return
    for index, (before, tag) in enumerate(pairwise([OUTSIDE, *tags])):
        if tag[0] == "I" and before[1:] != tag[1:]:
            yield Finding(
                TAG_JUMP,
                Text(
                    f"`{visible(tag)}` at token {index + 1}{of} follows `{visible(before)}`",
                    f"{of_ko}{index + 1}번째 토큰의 `{visible(tag)}`가 `{visible(before)}` 뒤에 옵니다",
                ),
                OUTSIDE if before == OUTSIDE else "another type",
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
