"""Lines as examples: each stands for itself, whatever the first one lacks."""

import io
import json
from collections.abc import Iterator

import pytest

from checkpoints import tiny_copy
from haechi.modeling.description import Description
from haechi.predict.input import from_stream
from haechi.rows.examples import Example, RelationExample, TaggedExample
from haechi.rows.fault import CellFault
from haechi.schema.task import Objective
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

MENTION = {"start_idx": 0, "end_idx": 2, "type": "PER", "word": "김해치"}
PLACE = {"start_idx": 5, "end_idx": 7, "type": "ORG", "word": "연구소"}
RELATION = {"sentence": "김해치는 연구소에서 일한다", "subject_entity": MENTION, "object_entity": PLACE}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    return build_tokenizer(tiny_copy(tmp_path_factory.mktemp("tokenizer") / "checkpoint"))


def examples(
    lines: list[str], objective: Objective, tokenizer: RuntimeTokenizer
) -> Iterator[Example | CellFault]:
    stream = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    model = Description(objective.value, {"kind": "mean"}, ["가", "나"], 64, True, False)
    return iter(from_stream(stream, "utf-8", model, tokenizer))


def test_an_object_that_lacks_a_mention_is_one_bad_line_even_as_the_first(
    tokenizer: RuntimeTokenizer,
) -> None:
    lines = [json.dumps({"sentence": "김해치는 일한다", "subject_entity": MENTION}), json.dumps(RELATION)]
    bad, good = examples(lines, Objective.relation, tokenizer)
    assert isinstance(bad, CellFault)
    assert str(bad.what) == "line 1: the object lacks `object_entity`"
    assert isinstance(good, RelationExample)


def test_words_of_a_line_are_joined_as_they_were_parted(tokenizer: RuntimeTokenizer) -> None:
    first, second = examples(["나 는", "집에 간다"], Objective.token_classification, tokenizer)
    assert isinstance(first, TaggedExample)
    assert isinstance(second, TaggedExample)
    assert (first.text, second.text) == ("나 는", "집에 간다")
