"""Rows -> examples: what each objective makes of a row."""

import ast
import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any, cast

from haechi.rows.columns import LEARNED, columns_by_role, dig
from haechi.rows.examples import (
    Answer,
    Entity,
    Example,
    QuestionExample,
    RelationExample,
    TaggedExample,
)
from haechi.rows.fault import BrokenRow, CellFault, Kind
from haechi.rows.read import Numbered, Row
from haechi.schema.task import Columns, Objective
from haechi.text import Text

# Rows from which the names of the columns are taken.
LOOK_AHEAD = 100
KINDS: dict[type, tuple[str, str]] = {
    list: ("a list", "목록"), tuple: ("a list", "목록"),
    dict: ("an object", "객체"), bytes: ("bytes", "바이트열"),
}  # fmt: skip


def to_examples(
    rows: Iterable[Numbered], columns: Columns, objective: Objective, path: Path
) -> Iterator[Example]:
    """Pick the task's columns out of numbered rows, one at a time.

    Raises:
        FileFault: a column is not there, or a value is of a kind that the task cannot use.
    """
    for item in to_examples_or_faults(rows, columns, objective, path):
        if isinstance(item, CellFault):
            raise item
        yield item


def to_examples_or_faults(
    rows: Iterable[Numbered],
    columns: Columns,
    objective: Objective,
    path: Path,
    *,
    labelled: bool = True,
    between: str | None = None,
    look_ahead: int = LOOK_AHEAD,
) -> Iterator[Example | CellFault]:
    """The same, with what is wrong with a row in the place of its example, so that the rest can be looked at.

    Args:
        rows: with their numbers.
        columns: names of the columns.
        objective: what the rows are for.
        path: their file.
        labelled: whether every row must have its label; else one that has none, or an odd one, is read
            without.
        between: what stands between tokens; None tells by the first rows.
        look_ahead: how many rows those are, which must be there before the first example comes.

    Raises:
        FileFault: a column is not there.
    """
    stream = iter(rows)
    head = list(islice(stream, look_ahead))
    readable = [item for item in head if not isinstance(item[1], BrokenRow)]
    found = columns_by_role([row for _, row in readable], columns, objective, path, labelled=labelled)
    kind = _READERS.get(objective, _Texts)
    readers = [kind(found, path, readable, between)]
    if not labelled:
        bare = {role: column for role, column in found.items() if role not in LEARNED}
        readers.append(kind(bare, path, readable, between))
    for number, row in chain(head, stream):
        yield _example_or_fault(readers, number, row)


def broken(number: int, row: BrokenRow) -> CellFault:
    """What is wrong with a row that could not be read; its message tells the line."""
    return CellFault(row.fault.kind, row.fault.path, 0, row.fault.message, None).at(number)


def _example_or_fault(readers: "Sequence[_Reader]", number: int, row: Row) -> Example | CellFault:
    """What the first reader that can read the row makes of it."""
    if isinstance(row, BrokenRow):
        return broken(number, row)
    fault: CellFault | None = None
    for reader in readers:
        try:
            return reader.read(number, row)
        except CellFault as error:
            fault = error
    assert fault is not None
    return fault


class _Reader(ABC):
    """Makes an example of a row, by the names of its columns."""

    def __init__(
        self, columns: Mapping[str, str], path: Path, head: Sequence[Numbered], between: str | None = None
    ) -> None:
        self._columns, self._path = columns, path

    @abstractmethod
    def read(self, number: int, row: Row) -> Example:
        """The example of one row.

        Raises:
            CellFault: a value is of a kind that the task cannot use.
        """

    def _value(self, number: int, row: Row, role: str) -> Any:
        """What the row holds, or None."""
        column = self._columns.get(role)
        if column is None:
            return None
        value = row[column] if column in row else dig(row, column)
        if isinstance(value, str):
            self._check_characters(number, role, value)
        return value

    def _single(self, number: int, row: Row, role: str) -> Any:
        """One text or one number."""
        value = self._value(number, row, role)
        if isinstance(value, list | tuple | dict | bytes):
            en, ko = KINDS[type(cast(object, value))]
            raise self._fault(
                number, role, f"holds {en}, where one text or number is needed",
                f"에 {ko}이(가) 있는데, 글이나 수 하나가 필요합니다",
            )  # fmt: skip
        return value

    def _text(self, number: int, row: Row, role: str) -> str | None:
        """A text; numbers as they are spelt."""
        value = self._single(number, row, role)
        return value if value is None or isinstance(value, str) else str(value)

    def _check_characters(self, number: int, role: str, *texts: str) -> None:
        for text in texts:
            if not text.isascii():
                try:
                    text.encode()
                except UnicodeEncodeError:
                    raise self._fault(
                        number, role, "holds half of a character (a lone surrogate)",
                        "에 글자의 반쪽이 있습니다 (짝 없는 서로게이트)", Kind.malformed,
                    ) from None  # fmt: skip

    def _fault(self, number: int, role: str, en: str, ko: str, kind: Kind = Kind.columns) -> CellFault:
        """What to say of a cell that the task cannot use."""
        name = self._columns.get(role, role)
        key = f"task.columns.{role}" if kind is Kind.columns else None
        return CellFault(kind, str(self._path), number, Text(f"`{name}` {en}", f"`{name}`{ko}"), key)


class _Texts(_Reader):
    """A text or two, with a label."""

    def read(self, number: int, row: Row) -> Example:
        pair = (self._text(number, row, "text_pair") or "") if "text_pair" in self._columns else None
        return Example(number, self._text(number, row, "text"), pair, self._single(number, row, "label"))


class _Relations(_Reader):
    """A sentence with two mentions as KLUE writes them: word, start_idx, end_idx (the last character), type.

    CSV files of competitions hold the same as the text of a Python dict or of a JSON object.
    """

    def read(self, number: int, row: Row) -> Example:
        return RelationExample(
            number, self._text(number, row, "sentence"), None, self._single(number, row, "label"),
            subject=self._entity(number, row, "subject_entity"),
            object=self._entity(number, row, "object_entity"),
        )  # fmt: skip

    def _entity(self, number: int, row: Row, role: str) -> Entity | Text:
        value = self._value(number, row, role)
        if isinstance(value, str):
            value = _object_in(value)
        if not isinstance(value, dict):
            return Text(
                "holds no object with a word and its place", "에 낱말과 그 위치를 가진 객체가 없습니다"
            )
        item = cast(dict[str, Any], value)
        start, end = whole_number(item.get("start_idx")), whole_number(item.get("end_idx"))
        if start is None or end is None:
            return Text(
                "lacks whole numbers `start_idx` and `end_idx`", "에 정수 `start_idx`와 `end_idx`가 없습니다"
            )
        kind, word = (None if item.get(name) is None else str(item[name]) for name in ("type", "word"))
        self._check_characters(number, role, kind or "", word or "")
        return Entity(start, end + 1, kind, word)


class _Tagged(_Reader):
    """Tokens with tags. Characters join as they are; words have a space between them, which is nobody's."""

    def __init__(
        self, columns: Mapping[str, str], path: Path, head: Sequence[Numbered], between: str | None = None
    ) -> None:
        super().__init__(columns, path, head, between)
        self._between = between
        if between is None:
            self._between = "" if all(map(self._has_characters, head)) else " "

    def _has_characters(self, numbered: Numbered) -> bool:
        try:
            return all(len(token) < 2 for token in self._list(*numbered, "text"))
        except CellFault:  # told when the row is read
            return True

    def read(self, number: int, row: Row) -> Example:
        tokens = self._list(number, row, "text")
        tags = self._list(number, row, "label") if "label" in self._columns else []
        name = row.get("guid")
        return TaggedExample(
            number, str(self._between).join(tokens), None, None, tokens=tokens, tags=tags,
            id=name if isinstance(name, str) else "",
        )  # fmt: skip

    def _list(self, number: int, row: Row, role: str) -> list[str]:
        """A list of texts; one text is taken apart at its spaces."""
        value = self._value(number, row, role)
        if isinstance(value, str):
            parsed = _object_in(value) if value.lstrip().startswith("[") else None
            value = parsed if isinstance(parsed, list) else value.split()
        if not isinstance(value, list):
            raise self._fault(
                number, role, "holds no list of tokens or tags", "에 토큰이나 태그의 목록이 없습니다"
            )
        texts = cast(list[Any], value)
        kinds = set(map(type, texts))
        if kinds - {str, int, float, bool}:
            raise self._fault(
                number, role, "holds a list of something else than texts", "에 글이 아닌 것의 목록이 있습니다"
            )
        if kinds != {str}:
            texts = [str(item) for item in texts]
        self._check_characters(number, role, "".join(texts))
        return texts


class _Questions(_Reader):
    """A question, its context and its answers: a list of objects as in SQuAD's files, or, as on the hub, an
    object of lists."""

    def read(self, number: int, row: Row) -> Example:
        impossible = _truth(row.get("is_impossible"))
        answers = tuple(self._answers(number, row))
        name = self._single(number, row, "id")
        context = self._text(number, row, "context") or ""
        return QuestionExample(
            number, self._text(number, row, "question"), context, None,
            id=str(number if name is None else name), answers=answers,
            document=str(row.get("title") or context),
            # SQuAD 2.0 on the hub has no such column, and no answer where none is possible.
            is_impossible=not answers if impossible is None else impossible,
        )  # fmt: skip

    def _answers(self, number: int, row: Row) -> Iterator[Answer]:
        value = self._value(number, row, "answers")
        if isinstance(value, str):
            value = _object_in(value) if value.strip() else None
            value = 0 if value is None and str(row.get(self._columns["answers"])).strip() else value
        for item in () if value is None else _entries(value):
            start = whole_number(item.get("answer_start")) if isinstance(item, dict) else None
            text = item.get("text") if isinstance(item, dict) else None
            if start is None or not isinstance(text, str):
                raise self._fault(
                    number, "answers", "holds an answer without `answer_start` and `text`",
                    "에 `answer_start`와 `text`가 없는 답이 있습니다",
                )  # fmt: skip
            self._check_characters(number, "answers", text)
            yield Answer(start, text)


def _entries(value: Any) -> list[Any]:
    """Answers one by one; what is none of the two forms becomes an entry that is no answer."""
    if isinstance(value, list):
        return cast(list[Any], value)
    if not isinstance(value, dict):
        return [None]
    item = cast(dict[str, Any], value)
    starts, texts = item.get("answer_start"), item.get("text")
    if not isinstance(starts, list) or not isinstance(texts, list):
        return [item]
    pairs = zip_longest(cast(list[Any], starts), cast(list[Any], texts))
    return [{"answer_start": start, "text": text} for start, text in pairs]


def whole_number(value: Any) -> int | None:
    """A whole number, also where a program wrote it as 7.0; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value and abs(value) < 2**53 and value == int(value) else None


def _truth(value: Any) -> bool | None:
    """A yes or no as programs spell it; None where there is none."""
    if value is None or value != value or value == "":
        return None
    return value.strip().lower() in {"true", "1", "1.0", "yes"} if isinstance(value, str) else bool(value)


def _object_in(text: str) -> Any:
    """What a text holds in JSON's spelling or in Python's; None where it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a backslash before a letter
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return None


_READERS: dict[Objective, type[_Reader]] = {
    Objective.relation: _Relations,
    Objective.token_classification: _Tagged,
    Objective.span: _Questions,
}
