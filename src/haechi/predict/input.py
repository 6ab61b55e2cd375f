"""Rows to predict on: from a file as the training would read it, or a text a line from a stream."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from io import BufferedIOBase
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from haechi.predict.lines import Lines
from haechi.rows.columns import LEARNED, columns_by_role
from haechi.rows.entities import ENTITIES_CROSS, entity_faults
from haechi.rows.examples import Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.rows.fault import BrokenRow, CellFault, FileFault, Kind, malformed
from haechi.rows.json_rows import parse_line
from haechi.rows.labels import is_missing, number_of
from haechi.rows.read import Numbered, Row, RowStream
from haechi.rows.readers import LOOK_AHEAD, broken, to_examples_or_faults
from haechi.schema.task import Columns, Markers, Objective
from haechi.text import Text
from haechi.tokenization.markers import marker_tokens

if TYPE_CHECKING:
    from haechi.modeling.description import Description
    from haechi.tokenization.runtime import RuntimeTokenizer

Parse = Callable[[int, str], Row]
"""A line with its number -> a row."""

STDIN = Path("standard input")
# What each line of a stream is split into, at its tabs.
FIELDS = {
    Objective.pair_classification: ("text", "text_pair"),
    Objective.span: ("question", "context"),
}


class Input:
    """Examples in the order of the file, and what is wrong with a row in the place of its example.

    Nothing is kept, so a file of any length costs the memory of a few rows.
    """

    def __init__(
        self,
        rows: Iterable[Numbered],
        columns: Columns,
        model: "Description",
        tokenizer: "RuntimeTokenizer",
        path: Path,
        *,
        lines: Lines | None = None,
    ) -> None:
        """Read the first rows, unless they are those of `lines`, which may be long in coming.

        Raises:
            FileFault: there are none, or a column is missing.
        """
        self._model, self._tokenizer, self._path, self._columns = model, tokenizer, path, columns
        self._form, self._lines = model.input_format(), lines
        self._stream = iter(rows)
        # The columns of lines are known, so one row tells all that more of them would.
        self._look_ahead = LOOK_AHEAD if lines is None else 1
        self._head = list(islice(self._stream, LOOK_AHEAD)) if lines is None else []
        readable = [row for _, row in self._head if not isinstance(row, BrokenRow)]
        objective = self._form.objective
        found = columns_by_role(readable, columns, objective, path, labelled=False) if readable else {}
        self.labelled = bool(LEARNED & found.keys())
        """Whether the rows have a column that says what is right."""

    def __iter__(self) -> Iterator[Example | CellFault]:
        """Every row.

        Raises:
            FileFault: the file cannot be read to its end.
        """
        head = self._head or list(islice(self._stream, self._look_ahead))
        while head and all(isinstance(row, BrokenRow) for _, row in head):
            # Nothing tells the columns yet.
            yield from (broken(number, row) for number, row in head if isinstance(row, BrokenRow))
            head = list(islice(self._stream, self._look_ahead))
        if not head:
            return
        rows = to_examples_or_faults(
            chain(head, self._stream), self._columns, self._form.objective, self._path,
            labelled=False, between=self._model.between, look_ahead=self._look_ahead,
        )  # fmt: skip
        for item in rows:
            fault = None if isinstance(item, CellFault) else self._unfit(item)
            yield fault or item

    def chunks(self, size: int) -> Iterator[list[Example | CellFault]]:
        """The rows, `size` at a time, or fewer where the next line is not there yet."""
        rows = iter(self)
        while True:
            found: list[Example | CellFault] = []
            for item in islice(rows, size):
                found.append(item)
                if self._lines is not None and self._lines.pause():
                    break
            if not found:
                return
            yield found

    def is_labelled(self, example: Example) -> bool:
        """Whether a row says what is right, in a way that can be compared with what is predicted."""
        if not self.labelled:
            return False
        labels = self._form.labels or ()
        match example:
            case QuestionExample():
                return True
            case TaggedExample():
                return len(example.tags) == len(example.tokens) and set(example.tags) <= set(labels)
            case _ if self._form.objective is Objective.regression:
                return number_of(example.label) is not None
            case _:
                return not is_missing(example.label) and str(example.label) in labels

    def _unfit(self, example: Example) -> CellFault | None:
        """What is wrong with a row that the training would not have taken as it is."""
        for role, text in _texts(example, self._form.text_pair):
            if not text or not text.strip():
                return self._fault(example, Text(f"`{role}` is empty", f"`{role}`이(가) 비어 있습니다"))
        if isinstance(example, RelationExample):
            for finding in entity_faults(example):
                if finding.fault != ENTITIES_CROSS:
                    return self._fault(example, finding.shown)
            return self._unknown_type(example)
        return None

    def _unknown_type(self, example: RelationExample) -> CellFault | None:
        """Typed markers of a type that no train row had would fall apart into pieces."""
        form, backend = self._form, self._tokenizer.backend
        if form.markers is not Markers.typed:
            return None
        types = [item.type or "" for item in (example.subject, example.object) if isinstance(item, Entity)]
        for token in marker_tokens(form.markers, ([types[0]], [types[1]])):
            if backend.token_to_id(token) is None:
                kind = token.partition(":")[2].rstrip(">")
                return self._fault(
                    example,
                    Text(
                        f"no train row had a mention of the type `{kind}` there",
                        f"학습 행에는 그 자리에 `{kind}` 유형의 멘션이 없었습니다",
                    ),
                )
        return None

    def _fault(self, example: Example, what: Text) -> CellFault:
        return CellFault(Kind.malformed, str(self._path), example.row, what, None)


def _texts(example: Example, pairs: bool) -> list[tuple[str, str | None]]:
    """What must not be empty, by its role."""
    match example:
        case RelationExample():
            return [("sentence", example.text)]
        case QuestionExample():
            return [("question", example.text), ("context", example.text_pair)]
        case _:
            return [("text", example.text), *([("text_pair", example.text_pair)] if pairs else [])]


def from_file(
    path: Path,
    encoding: str,
    quoting: bool,
    columns: Columns,
    model: "Description",
    tokenizer: "RuntimeTokenizer",
) -> Input:
    """The rows of a file.

    Raises:
        FileFault: it cannot be read as it should.
    """
    return Input(RowStream(path, encoding, quoting, tolerant=True), columns, model, tokenizer, path)


def from_stream(
    stream: BufferedIOBase, encoding: str, model: "Description", tokenizer: "RuntimeTokenizer"
) -> Input:
    """The lines of a stream: a text each, two with a tab between, or for relations a JSON object."""
    form = model.input_format()
    fields = FIELDS.get(form.objective, ("text", "text_pair") if form.text_pair else ("text",))
    parse: Parse = partial(_split, fields)
    if form.objective is Objective.relation:
        fields = ("sentence", "subject_entity", "object_entity")
        parse = partial(_object, fields)
    elif form.objective is Objective.token_classification:
        parse = _characters
        if model.between != "":
            # Older models do not say; the first line alone, of words of one letter, would tell wrongly.
            parse, model = _words, replace(model, between=" ")
    columns, lines = Columns(**{name: name for name in fields}), Lines(stream)
    return Input(_rows(lines, encoding, parse), columns, model, tokenizer, STDIN, lines=lines)


def _characters(number: int, line: str) -> Row:
    return {"text": list(line)}


def _words(number: int, line: str) -> Row:
    return {"text": line.split()}


def _object(fields: tuple[str, ...], number: int, line: str) -> Row:
    row = parse_line(STDIN, number, line)
    if missing := [name for name in fields if name not in row]:
        names = ", ".join(f"`{name}`" for name in missing)
        raise malformed(
            STDIN, f"line {number}: the object lacks {names}",
            f"{number}번째 줄: 객체에 {names}이(가) 없습니다",
        )  # fmt: skip
    return row


def _split(fields: tuple[str, ...], number: int, line: str) -> Row:
    if len(fields) == 1:
        return {fields[0]: line}
    parts = line.split("\t")
    if len(parts) != len(fields):
        wanted = " and ".join(f"`{name}`" for name in fields)
        raise malformed(
            STDIN, f"line {number}: {wanted} are needed with a tab between, and there are {len(parts)} parts",
            f"{number}번째 줄: 탭을 사이에 둔 {wanted}이(가) 있어야 하는데, 나누면 {len(parts)}개입니다",
        )  # fmt: skip
    return dict(zip(fields, parts, strict=True))


def _rows(lines: Lines, encoding: str, parse: Parse) -> Iterator[Numbered]:
    for number, raw in enumerate(lines, start=1):
        try:
            line = raw.decode(encoding).rstrip("\r\n").removeprefix("\ufeff" if number == 1 else "")
            row = parse(number, line)
        except UnicodeDecodeError:
            wrong = f"line {number} is not {encoding}", f"{number}번째 줄이 {encoding}이(가) 아닙니다"
            row = BrokenRow(malformed(STDIN, *wrong))
        except FileFault as fault:
            row = BrokenRow(fault)
        yield number, row
