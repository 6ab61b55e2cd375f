"""A saved folder answers as the model that was saved, for every objective."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from checkpoints import tiny_copy
from haechi.data.collate import Collator
from haechi.data.encode import encode
from haechi.modeling.assemble import TextModel, assemble
from haechi.modeling.description import Description
from haechi.modeling.embeddings import make_room
from haechi.modeling.encoder import load_backbone
from haechi.modeling.save import save_model
from haechi.predict import load_predictor
from haechi.predictions import inputs_of, predictions_of
from haechi.rows.examples import Entity, Example, QuestionExample, RelationExample, TaggedExample
from haechi.schema.model import Init
from haechi.schema.pooling import PoolingConfig
from haechi.schema.task import Markers, Objective
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import add_tokens
from haechi.tokenization.runtime import RuntimeTokenizer

TAGS = ["O", "B-PS", "I-PS", "B-OG", "I-OG"]
CLASSES = ["no_relation", "org:members", "per:title"]
CONTEXT = "해치는 광화문 앞에 앉아 있다. " * 20 + "1394년에 처음 놓였다."


def relation(sentence: str, subject: tuple[int, int], object_: tuple[int, int]) -> RelationExample:
    return RelationExample(
        1, sentence, None, CLASSES[0], subject=Entity(*subject, "PER"), object=Entity(*object_, "ORG")
    )


def tagged(text: str) -> TaggedExample:
    return TaggedExample(1, text, None, None, tokens=list(text), tags=["O"] * len(text))


def question(text: str, context: str) -> QuestionExample:
    return QuestionExample(1, text, context, None, id="1", answers=(), is_impossible=True)


EXAMPLES: dict[Objective, list[Example]] = {
    Objective.classification: [Example(1, "여야, 예산안 두고 정면충돌", None, CLASSES[0])],
    Objective.pair_classification: [Example(1, "비가 온다", "날이 맑다", CLASSES[0])],
    Objective.regression: [Example(1, "비가 온다", "비가 내린다", 1.0)],
    Objective.relation: [
        relation("김해치는 연구소에서 일한다", (0, 3), (5, 8)),
        relation("연구소의 소장은 오래전부터 김해치이다", (14, 17), (0, 3)),
    ],
    Objective.token_classification: [tagged("김해치 씨는 광화문에 산다"), tagged("연구소")],
    Objective.span: [question("어디에 있나?", CONTEXT), question("언제 놓였나?", "1394년에 놓였다.")],
}
NAMES: dict[Objective, list[str]] = {Objective.token_classification: TAGS} | {
    objective: CLASSES
    for objective in (Objective.classification, Objective.pair_classification, Objective.relation)
}


def saved(
    tmp_path: Path, objective: Objective, markers: Markers = Markers.typed
) -> tuple[Path, TextModel, RuntimeTokenizer, Description]:
    folder = tiny_copy(tmp_path / "checkpoint")
    tokens = marker_tokens(markers, (["PER"], ["ORG"])) if objective is Objective.relation else []
    tokenizer, added = add_tokens(build_tokenizer(folder), [], tokens, NewTokens.resize)
    torch.manual_seed(0)
    backbone = load_backbone(folder, {}, Init.pretrained, with_pooler=False)
    make_room(backbone, added, tokenizer.max_id + 1)
    pooling = PoolingConfig(kind="entity_start" if objective is Objective.relation else "mean")
    description = Description(
        objective.value, asdict(pooling), NAMES.get(objective), 96, True,
        objective in {Objective.pair_classification, Objective.regression}, markers.value, 16,
    )  # fmt: skip
    model = assemble(backbone, pooling, description.outputs, objective).eval()
    for parameter in model.head.parameters():
        nn.init.normal_(parameter)
    save_model(model, tokenizer, description, tmp_path / "model")
    return tmp_path / "model", model, tokenizer, description


def expected(model: TextModel, tokenizer: RuntimeTokenizer, description: Description) -> list[dict[str, Any]]:
    """What the model that was saved predicts, its items one by one."""
    form = description.input_format()
    split = encode(EXAMPLES[form.objective], tokenizer, form)
    with torch.inference_mode():
        parts = [model(**Collator(0)([split[index]]))["logits"][0].numpy() for index in range(len(split))]
    if form.objective is Objective.token_classification:
        parts = [part.argmax(axis=-1) for part in parts]
    longest = max(len(part) for part in parts)
    padded = [np.pad(part, [(0, longest - len(part))] + [(0, 0)] * (part.ndim - 1)) for part in parts]
    return predictions_of(split, np.stack(padded), form)


def assert_same(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert found[name] == (pytest.approx(value, abs=1e-5) if isinstance(value, float) else value), name


@pytest.mark.parametrize("objective", list(Objective), ids=lambda objective: objective.value)
def test_a_saved_folder_predicts_as_the_model_that_was_saved(tmp_path: Path, objective: Objective) -> None:
    folder, model, tokenizer, description = saved(tmp_path, objective)
    rows = [inputs_of(example) for example in EXAMPLES[objective]]
    for batch_size in (1, 64):
        found = load_predictor(folder, batch_size)(rows)
        for left, right in zip(found, expected(model, tokenizer, description), strict=True):
            assert_same(left, right)


@pytest.mark.parametrize("objective", list(Objective), ids=lambda objective: objective.value)
def test_auto_classes_open_the_folder(tmp_path: Path, objective: Objective) -> None:
    folder, model, tokenizer, _ = saved(tmp_path, objective)
    stock = AutoTokenizer.from_pretrained(folder)
    text = "<subj:PER>김해치</subj:PER>는 광화문에 산다"
    assert stock(text)["input_ids"] == tokenizer.encode_whole([text])[0].ids
    batch = stock([text], return_tensors="pt")
    with torch.inference_mode():
        ours = model.encoder(batch["input_ids"], batch["attention_mask"]).layers_BTD[-1]
        theirs = AutoModel.from_pretrained(folder).eval()(batch["input_ids"], batch["attention_mask"])
    assert torch.equal(theirs.last_hidden_state, ours)


@pytest.mark.parametrize("markers", list(Markers))
def test_markers_are_those_of_the_training(tmp_path: Path, markers: Markers) -> None:
    folder, model, tokenizer, description = saved(tmp_path, Objective.relation, markers)
    found = load_predictor(folder)([inputs_of(example) for example in EXAMPLES[Objective.relation]])
    for left, right in zip(found, expected(model, tokenizer, description), strict=True):
        assert_same(left, right)


def test_tags_are_one_for_each_token_or_for_each_character(tmp_path: Path) -> None:
    folder, *_ = saved(tmp_path, Objective.token_classification)
    predict = load_predictor(folder)
    rows = [{"tokens": ["김해치", "소장"]}, {"tokens": np.array(["광화문"])}, {"text": "김해치 소장"}]
    tags = [row["tags"] for row in predict(rows)]
    assert [len(row) for row in tags] == [2, 1, 6]  # type: ignore[arg-type]
    assert {tag for row in tags for tag in row} <= set(TAGS)  # type: ignore[attr-defined]


def test_answers_are_pieces_of_a_context_of_many_windows(tmp_path: Path) -> None:
    folder, *_ = saved(tmp_path, Objective.span)
    (found,) = load_predictor(folder)([{"question": "어디에 있나?", "context": CONTEXT}])
    assert str(found["answer"]) in CONTEXT
    assert 0 <= float(str(found["score"])) <= 1


def test_no_rows_give_no_predictions(tmp_path: Path) -> None:
    assert load_predictor(saved(tmp_path, Objective.span)[0])([]) == []
