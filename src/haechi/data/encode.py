"""Examples -> token ids and labels, as each objective needs them."""

from collections.abc import Callable, Sequence
from typing import Any

from haechi.data.input_format import InputFormat
from haechi.data.relations import relation_columns
from haechi.data.spans import span_columns
from haechi.data.split import IGNORED, EncodedSplit
from haechi.data.tags import tag_columns
from haechi.data.texts import text_columns
from haechi.fault import RunFault
from haechi.rows.examples import Example
from haechi.schema.task import Objective
from haechi.tokenization.runtime import RuntimeTokenizer

# An encoding holds much that is not kept, so only so many rows have one at a time.
CHUNK_ROWS = 500
SHOWN_CHARACTERS = 60

Columns = Callable[[Sequence[Example], RuntimeTokenizer, InputFormat], dict[str, list[Any]]]

_COLUMNS: dict[Objective, Columns] = {
    Objective.relation: relation_columns,
    Objective.token_classification: tag_columns,
    Objective.span: span_columns,
}


def encode(
    examples: Sequence[Example],
    tokenizer: RuntimeTokenizer,
    form: InputFormat,
    *,
    labelled: bool = True,
    split: str | None = None,
) -> EncodedSplit:
    """Encode the examples of a split.

    Args:
        examples: rows that were judged: every one has what the objective needs.
        tokenizer: the tokenizer that was judged.
        form: how the rows are laid out.
        labelled: whether the rows have labels; without, the split has none either.
        split: what the split is called where a row of it is spoken of.

    Raises:
        RunFault: a row cannot be encoded.
    """
    columns_of = _COLUMNS.get(form.objective, text_columns)
    columns: dict[str, list[Any]] = {"input_ids": [], "rows": []}
    for start in range(0, len(examples), CHUNK_ROWS):
        chunk = examples[start : start + CHUNK_ROWS]
        try:
            found = columns_of(chunk, tokenizer, form)
        except BaseException as error:
            if not _is_of_a_row(error):
                raise
            _name_the_row(columns_of, examples, start, tokenizer, form, split)
            raise
        _fill_empty(found, tokenizer.padding_id)
        # A row has one item, unless its items say of which row they are.
        found.setdefault("rows", list(range(len(chunk))))
        found["rows"] = [start + row for row in found["rows"]]
        for name, values in found.items():
            columns.setdefault(name, []).extend(values)
    if not labelled:
        columns.pop("labels", None)
    return EncodedSplit(**columns, examples=examples, search=form.search)


def _is_of_a_row(error: BaseException) -> bool:
    """Whether something in a row may have raised this. A tokenizer's panic is no Exception."""
    if isinstance(error, Exception):
        return not isinstance(error, MemoryError | RunFault)
    return type(error).__name__ == "PanicException"


def _name_the_row(
    columns_of: Columns,
    examples: Sequence[Example],
    start: int,
    tokenizer: RuntimeTokenizer,
    form: InputFormat,
    split: str | None,
) -> None:
    """Encode the rows of a chunk one at a time; nothing happens if each of them can be.

    Raises:
        RunFault: the first that cannot be encoded.
    """
    for index, example in enumerate(examples[start : start + CHUNK_ROWS], start):
        try:
            columns_of([example], tokenizer, form)
        except BaseException as error:
            if not _is_of_a_row(error):
                raise
            raise _unfit_row(example, index, split, error) from error


def _unfit_row(example: Example, index: int, split: str | None, error: BaseException) -> RunFault:
    place = f"row {example.row:,}" if example.row else f"item {index + 1:,}"
    of = f" of the {split} rows" if split else ""
    notes = [
        f"{name} begins: {_beginning(text)}"
        for name, text in (("its text", example.text), ("its second text", example.text_pair))
        if text
    ]
    said = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
    # In the message and not in a note, so that results.json and the deep check have it too.
    advice = "mend the row in its file, or take it out of it"
    return RunFault(f"{place}{of} cannot be encoded ({said})", [*notes, advice])


def _beginning(text: str) -> str:
    """The first characters of a text on one line; what UTF-8 cannot hold comes out as an escape."""
    shown = " ".join(text[:SHOWN_CHARACTERS].split()).encode("utf-8", "backslashreplace").decode()
    return f"`{shown}`" + (" ..." if len(text) > SHOWN_CHARACTERS else "")


def _fill_empty(columns: dict[str, list[Any]], padding_id: int) -> None:
    """Give a text without a token one of padding, special and without a tag: a model cannot read nothing.

    Only a tokenizer without a template gives no token for an empty text.
    """
    for prefix in ("", "pair_"):
        for row, ids in enumerate(columns.get(f"{prefix}input_ids", [])):
            if len(ids):
                continue
            columns[f"{prefix}input_ids"][row] = [padding_id]
            for name, value in ((f"{prefix}token_type_ids", 0), (f"{prefix}special_tokens_mask", 1)):
                if name in columns:
                    columns[name][row] = [value]
            if isinstance(columns["labels"][row], list):
                columns["labels"][row] = [IGNORED]
