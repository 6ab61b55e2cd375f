"""Token ids of a split, and what else is kept of them."""

from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checkpoints import tiny_copy
from families import write_tokenizer
from haechi.data import encode as module
from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.data.input_format import InputFormat
from haechi.data.split import IGNORED, EncodedSplit
from haechi.data.tags import decode_tags
from haechi.fault import RunFault
from haechi.rows.examples import Example, QuestionExample, RelationExample, TaggedExample
from haechi.schema.task import Objective
from haechi.text import quote
from haechi.tokenization import windows
from haechi.tokenization.build import build_tokenizer

EXAMPLES = [
    Example(row=1, text="프로야구 개막전 매진", text_pair=None, label="스포츠"),
    Example(row=2, text="여야, 예산안 두고 정면충돌하며 밤늦게까지", text_pair=None, label="정치"),
]


def split_of(tmp_path: Path, *, special_tokens: bool = False, labelled: bool = True) -> EncodedSplit:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    form = InputFormat(Objective.classification, 8, labels=["정치", "스포츠"], special_tokens=special_tokens)
    return encode(EXAMPLES, tokenizer, form, labelled=labelled)


def test_classes_are_found_by_name(tmp_path: Path) -> None:
    split = split_of(tmp_path)
    assert split.labels == [1, 0]
    assert split.rows == [0, 1]
    assert split.examples is EXAMPLES


def test_special_tokens_are_those_of_the_template_also_where_text_is_cut(tmp_path: Path) -> None:
    split = split_of(tmp_path, special_tokens=True)
    for index in range(len(split)):
        item = split[index]
        inside = len(item["input_ids"]) - 2
        assert item["special_tokens_mask"] == [1, *[0] * inside, 1]
    assert len(split[1]["input_ids"]) == 8


def test_only_what_is_wanted_is_kept(tmp_path: Path) -> None:
    assert set(split_of(tmp_path)[0]) == {"input_ids", "labels"}
    assert set(split_of(tmp_path / "bare", labelled=False)[0]) == {"input_ids"}


def test_rows_are_encoded_in_chunks_and_stay_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    context = "해치는 옳고 그름을 가린다. " * 30
    examples = [
        QuestionExample(
            row, "무엇을 가리나?", context * row, None, id=str(row), answers=(), is_impossible=True
        )
        for row in (1, 2, 3)
    ]
    form = InputFormat(Objective.span, 128, doc_stride=16)
    whole = encode(examples, tokenizer, form)
    monkeypatch.setattr(module, "CHUNK_ROWS", 2)
    parts = encode(examples, tokenizer, form)
    assert whole == parts
    assert set(whole.rows or ()) == {0, 1, 2}
    assert len(whole) > 3


@pytest.mark.parametrize("objective", list(Objective))
def test_a_text_without_a_token_gets_one_that_is_special(tmp_path: Path, objective: Objective) -> None:
    """GPT-2's tokenizer puts nothing around a text."""
    tokenizer = build_tokenizer(write_tokenizer("bare bytes", tmp_path / "bare", "GPT2Tokenizer"))
    shared: dict[str, Any] = {"row": 1, "text": "", "text_pair": None, "label": None}
    example = {
        Objective.token_classification: TaggedExample(**shared, tokens=["", " "], tags=["O", "O"]),
        Objective.span: QuestionExample(
            **{**shared, "text_pair": ""}, id="1", answers=(), is_impossible=True
        ),
        Objective.relation: RelationExample(**shared, subject=quote("none"), object=quote("none")),
    }.get(objective, Example(**shared))
    form = InputFormat(
        objective, 96, token_type_ids=True, labels=["O"] if objective is not Objective.regression else None,
        special_tokens=True, doc_stride=8,
    )  # fmt: skip
    split = encode([example], tokenizer, form)
    item = split[0]
    # A question and its context have an end of text each, which pads as well.
    length = 2 if objective is Objective.span else 1
    assert list(item["input_ids"]) == [tokenizer.padding_id] * length
    assert list(item["token_type_ids"]) == [0] * length
    assert list(item.get("special_tokens_mask", [1] * length)) == [1] * length
    if objective is Objective.token_classification:
        assert item["labels"] == [IGNORED]
        assert decode_tags(split, np.zeros((1, 1), int), ["O"]) == [["O", "O"]]
    batch = Collator(tokenizer.padding_id)([item])
    assert batch["attention_mask"].tolist() == [[1] * length]


def test_every_column_follows_the_items_when_they_are_sorted() -> None:
    split = EncodedSplit(
        [[2, 3], [2, 9, 8, 3]], [[0, 0], [0, 0, 0, 1]], [5, 6],
        special_tokens_mask=[[1, 1], [1, 0, 0, 1]], entity_starts=[(0, 1), (2, 1)],
        carriers=[array("i", [0]), array("i", [1])], rows=[0, 1], examples=EXAMPLES,
    )  # fmt: skip
    ordered, order = split.by_length()
    assert order == [1, 0]
    assert ordered[0] == split[1]
    assert ordered[1] == split[0]
    assert (ordered.rows, ordered.carriers) == ([1, 0], [array("i", [1]), array("i", [0])])
    assert ordered.examples is EXAMPLES
    assert set(split[1]) == {
        "input_ids", "token_type_ids", "labels", "special_tokens_mask", "entity_starts",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "targets"),
    [
        ([1, 0], 1),
        ([0.5, 2.0], 1),
        ([(0, 0), (3, 4)], 2),
        ([[-100, 1, 1], [-100, 0]], 1.5),
        ([], 1),
        (None, 1),
    ],
)
def test_targets_are_counted_by_the_kind_of_label(labels: list | None, targets: float) -> None:
    ids: list = [[2, 3]] * len(labels or [])
    assert EncodedSplit(ids, labels=labels).targets_per_item == targets


def topic(row: int, text: str) -> Example:
    return Example(row, text, None, None)


@pytest.mark.parametrize("split", ["train", None])
def test_a_row_that_the_tokenizer_raises_on_is_named(tmp_path: Path, split: str | None) -> None:
    """A lone surrogate is no text to tokenizers; files cannot bring one in, other sources can."""
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    examples = [
        *(topic(row, "가나다") for row in range(1, 700)),
        topic(700, "여야 \ud800 충돌" + "하며 " * 50),
    ]
    examples.append(topic(701, "\ud800"))
    with pytest.raises(RunFault) as found:
        encode(examples, tokenizer, InputFormat(Objective.classification, 8, labels=["정치"]), split=split)
    first, begins, advice = found.value.text.split("\n")
    of = " of the train rows" if split else ""
    assert first.startswith(f"error: row 700{of} cannot be encoded (TypeError: TextEncodeInput must be")
    assert begins.startswith("  = note: its text begins: `여야 \\ud800 충돌하며 하며 ")
    assert begins.endswith("하며` ...")
    assert len(begins) < 110
    assert advice == "  = note: mend the row in its file, or take it out of it"


def test_an_item_without_a_row_is_named_by_its_place(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    with pytest.raises(RunFault, match=r"^item 2 cannot be encoded"):
        encode([topic(0, "가"), topic(0, "\udfff")], tokenizer, InputFormat(Objective.regression, 8))


def test_a_row_that_makes_the_tokenizer_panic_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A panic is a BaseException. Windows that share more than fits beside a question cause one, so the guard
    against them is taken away."""
    monkeypatch.setattr(windows, "room_for_context", lambda *given: 1000)
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"))
    shared: dict[str, Any] = {"label": None, "answers": (), "is_impossible": True, "id": "1"}
    examples = [
        QuestionExample(row, question, "해치는 옳고 그름을 가린다. " * 30, **shared)
        for row, question in ((1, "무엇을?"), (2, "무엇을 가리나? " * 30))
    ]
    form = InputFormat(Objective.span, 96, doc_stride=40)
    with pytest.raises(
        RunFault, match=r"^row 2 of the validation rows cannot be encoded \(PanicExc"
    ) as found:
        encode(examples, tokenizer, form, split="validation")
    text = found.value.text
    assert "`stride` must be strictly less than" in text
    assert "its text begins: `무엇을 가리나? " in text
    assert "its second text begins: `해치는 옳고" in text


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_is_of_no_row_passes(tmp_path: Path, ending: type[BaseException]) -> None:
    class Ending:
        def __getattr__(self, name: str) -> Any:
            raise ending

    tokenizer = replace(build_tokenizer(tiny_copy(tmp_path / "checkpoint")), backend=Ending())
    with pytest.raises(ending):
        encode(EXAMPLES, tokenizer, InputFormat(Objective.classification, 8, labels=["정치", "스포츠"]))


def test_what_no_single_row_raises_is_passed_on_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def together(examples: Any, tokenizer: Any, form: Any) -> dict[str, list[Any]]:
        if len(examples) > 1:
            raise ValueError("of all rows together")
        return {"input_ids": [[2, 3]], "labels": [0]}

    monkeypatch.setitem(module._COLUMNS, Objective.classification, together)
    with pytest.raises(ValueError, match="of all rows together"):
        split_of(tmp_path)
