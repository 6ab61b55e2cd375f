"""Real KLUE and KorQuAD files: every count of the rows and of the tokens, made another way."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from haechi.preflight.check import Verdict
from haechi.preflight.token_counts import BLURRED_TAGS, LOST_ENTITY
from haechi.preflight.tokens import count_tokens
from haechi.rows.splits import SplitStream
from haechi.rows.survey import Survey, survey
from haechi.schema.task import Columns, Objective, TaskConfig
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import add_tokens
from judging import finding, verdict_of

pytestmark = pytest.mark.realdata

RELATION = Columns(
    sentence="sentence", subject_entity="subject_entity", object_entity="object_entity", label="label"
)
TAGGED = Columns(text="tokens", label="ner_tags")
SPAN = Columns(question="question", context="context", answers="answers", id="id")


def loaded(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def seen(path: Path, objective: Objective, columns: Columns, sample_rows: int = 0) -> Survey:
    stream = SplitStream(TaskConfig(name="files", objective=objective, columns=columns), "train", path)
    return survey("train", str(path), stream, complete=True, sample_rows=sample_rows)


def klue(folder: Path, name: str, train: str, dev: str, *more: str) -> list[str]:
    files = folder / "data" / "klue"
    encoder = ["model=local", f"model.checkpoint={folder / 'models' / 'me5_small_ko'}"]
    return [
        f"task={name}",
        f"task.files.train={files / train}",
        f"task.files.validation={files / dev}",
        *encoder,
        *more,
    ]


def told(verdict: Verdict) -> list[str]:
    """Errors and warnings of the rules on data, labels and lengths."""
    found = [item for item in verdict.diagnostics if item.code.startswith(("DATA", "LABEL", "LEN"))]
    return [item.code for item in found if item.severity.value != "note"]


@pytest.mark.parametrize(
    ("name", "train", "dev"),
    [
        ("klue_ynat", "ynat-v1.1_train.json", "ynat-v1.1_dev.json"),
        ("klue_sts", "klue-sts-v1.1_train.json", "klue-sts-v1.1_dev.json"),
        ("klue_nli", "klue-nli-v1.1_train.json", "klue-nli-v1.1_dev.json"),
    ],
)
def test_real_files_are_fit(real_data: Path, name: str, train: str, dev: str) -> None:
    assert told(verdict_of(klue(real_data, name, train, dev))) == []


def test_counts_of_headlines(real_data: Path) -> None:
    path = real_data / "data" / "klue" / "ynat-v1.1_train.json"
    rows = loaded(path)
    found = seen(path, Objective.classification, Columns(text="title", label="label"))
    assert found.rows == len(rows)
    assert found.labels == Counter(row["label"] for row in rows)
    assert found.count("replaced") == sum("\ufffd" in row["title"] for row in rows) == 1
    # Hanja of the compatibility block are no letters in parts.
    assert not any(re.search("[\u1100-\u11ff\u0300-\u036f]", row["title"]) for row in rows)
    assert found.count("decomposed") == 0


def test_repeated_pairs(real_data: Path) -> None:
    path = real_data / "data" / "klue" / "klue-sts-v1.1_train.json"
    rows = loaded(path)
    columns = Columns(text="sentence1", text_pair="sentence2", label="labels.real-label")
    found = seen(path, Objective.regression, columns)
    pairs = [(" ".join(row["sentence1"].split()), " ".join(row["sentence2"].split())) for row in rows]
    first: dict[tuple[str, str], float] = {}
    repeated, conflicting = [], []
    for index, (pair, row) in enumerate(zip(pairs, rows, strict=True)):
        score = row["labels"]["real-label"]
        if pair in first:
            repeated.append(index)
            if first[pair] != score:
                conflicting.append(index)
        first.setdefault(pair, score)
    assert found.texts.repeated() == repeated
    assert found.texts.conflicting(found.labelled) == conflicting
    assert (len(repeated), len(conflicting)) == (7, 4)
    scores = [row["labels"]["real-label"] for row in rows]
    assert (found.lowest, found.highest) == (min(scores), max(scores))


@pytest.mark.parametrize("name", ["klue-re-v1.1_train.json", "klue-re-v1.1_dev.json"])
def test_mentions(real_data: Path, name: str) -> None:
    path = real_data / "data" / "klue" / name
    rows = loaded(path)
    found = seen(path, Objective.relation, RELATION)
    for role, types in zip(("subject_entity", "object_entity"), found.entity_types, strict=True):
        assert types == {row[role]["type"] for row in rows}
        for row in rows:
            entity = row[role]
            assert row["sentence"][entity["start_idx"] : entity["end_idx"] + 1] == entity["word"]
    assert not [fault for fault in found.tallies if fault.startswith("entit")]


def test_lost_mentions(real_data: Path) -> None:
    path = real_data / "data" / "klue" / "klue-re-v1.1_train.json"
    tokens = ["<subj>", "</subj>", "<obj>", "</obj>"]
    built = build_tokenizer(real_data / "models" / "me5_small_ko")
    tokenizer = add_tokens(built, [], tokens, NewTokens.auto)[0]
    examples = seen(path, Objective.relation, RELATION, sample_rows=100_000).sample
    found = count_tokens(examples, tokenizer, TaskConfig(name="re", objective=Objective.relation), 128)
    lost = 0
    for row in loaded(path):
        text = row["sentence"]
        spans = [(row[role], sign) for role, sign in (("subject_entity", "subj"), ("object_entity", "obj"))]
        for entity, sign in sorted(spans, key=lambda item: -item[0]["start_idx"]):
            start, end = entity["start_idx"], entity["end_idx"] + 1
            text = f"{text[:start]}<{sign}>{text[start:end]}</{sign}>{text[end:]}"
        (encoding,) = tokenizer.encode([text], None, 128)
        lost += any(tokenizer.vocabulary[token] not in encoding.ids for token in tokens)
    assert found.tallies[LOST_ENTITY].count == lost > 0


def sentences(path: Path) -> list[list[list[str]]]:
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return [
        [line.split("\t") for line in block.split("\n") if line and line[:3] != "## "] for block in blocks
    ]


def test_tags(real_data: Path) -> None:
    path = real_data / "data" / "klue" / "klue-ner-v1.1_dev.tsv"
    real = [rows for rows in sentences(path) if rows]
    found = seen(path, Objective.token_classification, TAGGED, sample_rows=100_000)
    assert found.rows == len(real) == 5000
    assert found.labels == Counter(tag for rows in real for _, tag in rows)
    assert [example.text for example in found.sample] == [
        "".join(token for token, _ in rows) for rows in real
    ]
    jumps = sum(
        tag[:2] == "I-" and before[2:] != tag[2:]
        for rows in real
        for (_, before), (_, tag) in zip([["", "O"], *rows], rows, strict=False)
    )
    assert jumps == found.count("tag_jump") == 0


@pytest.mark.parametrize("name", ["kcbert_base", "koelectra_v3_koglm", "bert_base_multilingual_cased"])
def test_blurred_tags(real_data: Path, name: str) -> None:
    path = real_data / "data" / "klue" / "klue-ner-v1.1_dev.tsv"
    tokenizer = build_tokenizer(real_data / "tokenizers" / name, do_lower_case=False)
    sample = seen(path, Objective.token_classification, TAGGED, sample_rows=100_000).sample
    found = count_tokens(
        sample, tokenizer, TaskConfig(name="ner", objective=Objective.token_classification), 510
    )
    blurred = sentences_with = 0
    for rows in filter(None, sentences(path)):
        text, tags = "".join(token for token, _ in rows), [tag for _, tag in rows]
        mixed = [
            at
            for start, end in tokenizer.encode_whole_with_offsets([text])[0].offsets
            for at in range(start + 1, end)
            if not text[at].isspace() and tags[at] != ("O" if tags[start] == "O" else f"I-{tags[start][2:]}")
        ]
        blurred += len(mixed)
        sentences_with += bool(mixed)
    assert found.blurred_tokens == blurred > 0
    assert found.tallies[BLURRED_TAGS].count == sentences_with
    assert found.lost_tokens == 0


def test_answers(real_data: Path) -> None:
    path = real_data / "data" / "korquad" / "KorQuAD_v1.0_dev.json"
    found = seen(path, Objective.span, SPAN, sample_rows=100_000)
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    asked = [
        (paragraph["context"], item)
        for article in articles
        for paragraph in article["paragraphs"]
        for item in paragraph["qas"]
    ]
    assert found.rows == len(asked) == found.answered == 5774
    assert all(
        context[answer["answer_start"] :].startswith(answer["text"])
        for context, item in asked
        for answer in item["answers"]
    )
    assert not [fault for fault in found.tallies if fault.startswith("answer")]
    assert [(item.text, item.text_pair) for item in found.sample] == [
        (item["question"], context) for context, item in asked
    ]


@pytest.mark.parametrize(
    "name", ["models/me5_small_ko", "tokenizers/kcbert_base", "tokenizers/koelectra_v3_koglm"]
)
def test_korean_vocabularies_take_few_tokens_a_word(real_data: Path, name: str) -> None:
    path = real_data / "data" / "klue" / "ynat-v1.1_dev.json"
    tokenizer = build_tokenizer(real_data / name, do_lower_case=False if "tokenizers" in name else None)
    sample = seen(
        path, Objective.classification, Columns(text="title", label="label"), sample_rows=2000
    ).sample
    counts = count_tokens(sample, tokenizer, TaskConfig(name="tc", objective=Objective.classification), 128)
    assert 2.0 < counts.tokens_per_word < 2.8
    assert counts.tokens_per_character < 0.85


def test_a_part_of_a_benchmark_is_said_to_be_one(real_data: Path) -> None:
    overrides = klue(real_data, "klue_ynat", "ynat-v1.1_train.json", "ynat-v1.1_dev.json")
    assert finding(overrides, "DATA018").message == (
        "the train file has 44,931 rows, and klue_ynat as published has 45,678"
    )
