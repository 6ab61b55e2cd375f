"""Examples -> token ids and labels, as each objective needs them."""

from collections.abc import Sequence
from typing import Any

from haechi.data.input_format import InputFormat
from haechi.data.relations import relation_columns
from haechi.data.spans import span_columns
from haechi.data.split import IGNORED, EncodedSplit
from haechi.data.tags import tag_columns
from haechi.data.texts import text_columns
from haechi.rows.examples import Example
from haechi.schema.task import Objective
from haechi.tokenization.runtime import RuntimeTokenizer

# An encoding holds much that is not kept, so only so many rows have one at a time.
CHUNK_ROWS = 500

_COLUMNS = {
    Objective.relation: relation_columns,
    Objective.token_classification: tag_columns,
    Objective.span: span_columns,
}


def encode(
    examples: Sequence[Example], tokenizer: RuntimeTokenizer, form: InputFormat, *, labelled: bool = True
) -> EncodedSplit:
    """Encode the examples of a split.

    Args:
        examples: rows that were judged: every one has what the objective needs.
        tokenizer: the tokenizer that was judged.
        form: how the rows are laid out.
        labelled: whether the rows have labels; without, the split has none either.
    """
    columns_of = _COLUMNS.get(form.objective, text_columns)
    columns: dict[str, list[Any]] = {"input_ids": [], "rows": []}
    for start in range(0, len(examples), CHUNK_ROWS):
        chunk = examples[start : start + CHUNK_ROWS]
        found = columns_of(chunk, tokenizer, form)
        _fill_empty(found, tokenizer.padding_id)
        # A row has one item, unless its items say of which row they are.
        found.setdefault("rows", list(range(len(chunk))))
        found["rows"] = [start + row for row in found["rows"]]
        for name, values in found.items():
            columns.setdefault(name, []).extend(values)
    if not labelled:
        columns.pop("labels", None)
    return EncodedSplit(**columns, examples=examples, search=form.search)


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
