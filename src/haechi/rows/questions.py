"""What can be wrong with a question and its answers."""

from collections.abc import Iterator

from haechi.rows.examples import Answer, QuestionExample
from haechi.rows.finding import Finding
from haechi.rows.tally import printable
from haechi.text import Text

# Names of the faults, by which a survey counts them.
ANSWER_MISSING, ANSWER_UNWANTED, ANSWER_MISMATCH, ANSWER_EMPTY = (
    "answer_missing", "answer_unwanted", "answer_mismatch", "answer_empty",
)  # fmt: skip


def answer_faults(example: QuestionExample) -> Iterator[Finding]:
    """Faults of one row, each with what it looks like."""
    name = printable(example.id)
    if not example.answers and not example.is_impossible:
        yield Finding(
            ANSWER_MISSING,
            Text(
                f"question `{name}` has no answer and is not marked impossible",
                f"질문 `{name}`에 답이 없는데, 답할 수 없다는 표시도 없습니다",
            ),
        )
    if example.is_impossible and any(answer.text for answer in example.answers):
        # KLUE gives such questions plausible answers; they are no answers to learn.
        yield Finding(
            ANSWER_UNWANTED,
            Text(
                f"question `{name}` is marked impossible and has an answer",
                f"질문 `{name}`은(는) 답할 수 없다고 표시되었는데 답이 있습니다",
            ),
        )
        return
    context = example.text_pair or ""
    for answer in example.answers:
        if not answer.text.strip():
            yield Finding(
                ANSWER_EMPTY,
                Text(f"question `{name}` has an empty answer", f"질문 `{name}`의 답이 비어 있습니다"),
            )
            return
        if not stands_there(answer, context):
            yield _mismatch(name, answer, context)
            return


def stands_there(answer: Answer, context: str) -> bool:
    """Whether an answer is where the row says it is."""
    return answer.start >= 0 and context.startswith(answer.text, answer.start)


def _mismatch(name: str, answer: Answer, context: str) -> Finding:
    text, start = printable(answer.text, 40), answer.start
    said = Text(f"the answer to `{name}` is `{text}`, ", f"`{name}`의 답은 `{text}`인데, ")
    if not context.strip():
        empty = Text(f"{said}and the context is empty", f"{said.ko}지문이 비어 있습니다")
        return Finding(ANSWER_MISMATCH, empty, "empty")
    there = printable(context[start : start + len(answer.text)], 40) if start >= 0 else ""
    found = nearest_offset(answer, context)
    where = (
        Text("it is nowhere in the context", "지문에는 그 답이 없습니다")
        if found is None
        else Text(f"it stands at {found}", f"그 답은 {found}에 있습니다")
    )
    return Finding(
        ANSWER_MISMATCH,
        Text(
            f"{said}but {start} reads `{there}`; {where}",
            f"{said.ko}{start}의 글자는 `{there}`입니다. {where.ko}",
        ),
        "nowhere" if found is None else "elsewhere",
    )


def nearest_offset(answer: Answer, context: str) -> int | None:
    """Offset at which the context reads the answer, nearest to what the row says; None if it never does."""
    start = min(max(answer.start, 0), len(context))
    behind = context.find(answer.text, start)
    before = context.rfind(answer.text, 0, start + len(answer.text))
    found = [offset for offset in (before, behind) if offset >= 0]
    return min(found, key=lambda offset: abs(offset - answer.start), default=None)
