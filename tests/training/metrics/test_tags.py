"""Metrics of tags: by hand, and against counts that use no library."""

import math
import random
import warnings

import pytest
from seqeval.metrics import classification_report
from seqeval.metrics import f1_score as entity_f1_score
from seqeval.scheme import IOB2
from sklearn.metrics import f1_score

from haechi.rows.examples import TaggedExample
from haechi.training.metrics.tags import tag_metrics

LABELS = ["O", "B-PS", "I-PS", "B-OG", "I-OG"]


def tagged(tokens: str, tags: list[str]) -> TaggedExample:
    return TaggedExample(1, tokens, None, None, tokens=list(tokens), tags=tags)


HAECHI = tagged("김해치 연구소장", ["B-PS", "I-PS", "I-PS", "O", "B-OG", "I-OG", "I-OG", "O"])


def test_an_entity_is_right_only_as_a_whole() -> None:
    predicted = ["B-PS", "I-PS", "I-PS", "O", "B-OG", "I-OG", "O", "O"]
    found = tag_metrics([HAECHI], [predicted], LABELS)
    assert found["f1/PS"] == 1.0
    assert found["f1/OG"] == 0.0
    assert found["entity_macro_f1"] == pytest.approx(1 / 2)


def test_characters_count_by_their_tag_and_o_is_one_of_them() -> None:
    predicted = ["B-PS", "I-PS", "I-PS", "O", "B-OG", "I-OG", "O", "O"]
    found = tag_metrics([HAECHI], [predicted], LABELS)
    # O: the last character and the two around the sentence, and one character of the institute too many.
    o, i_og = 2 * 3 / (2 * 3 + 1), 2 * 1 / (2 * 1 + 1)
    assert found["char_macro_f1"] == pytest.approx((o + 1 + 1 + 1 + i_og) / 5)
    assert found["char_macro_f1_without_o"] == pytest.approx((1 + 1 + 1 + i_og) / 4)


def test_a_tag_that_neither_occurs_nor_is_predicted_counts_1_as_in_klue() -> None:
    row = tagged("해치", ["B-PS", "I-PS"])
    found = tag_metrics([row], [["O", "O"]], LABELS)
    # O is found twice too often; B-OG and I-OG are nowhere.
    assert found["char_macro_f1"] == pytest.approx((2 * 2 / (2 * 2 + 2) + 0 + 0 + 1 + 1) / 5)
    assert found["char_macro_f1_without_o"] == 0.0


def test_spaces_are_no_tokens() -> None:
    row = tagged("해치 씨", ["B-PS", "I-PS", "I-PS", "I-PS"])
    assert tag_metrics([row], [["B-PS", "I-PS", "O", "I-PS"]], LABELS)["entity_macro_f1"] == 1.0


def test_an_entity_does_not_go_on_into_the_next_sentence() -> None:
    rows = [tagged("해치", ["O", "B-PS"]), tagged("김씨", ["B-PS", "I-PS"])]
    found = tag_metrics(rows, [["O", "B-PS"], ["I-PS", "I-PS"]], LABELS)
    # Strict: an I- that follows an O begins nothing.
    assert found["f1/PS"] == pytest.approx(2 * 1 / (1 + 2))


def test_without_any_entity_the_score_is_0() -> None:
    found = tag_metrics([tagged("가나", ["O", "O"])], [["O", "O"]], LABELS)
    assert found["entity_macro_f1"] == 0.0
    assert found["char_macro_f1"] == 1.0


def entities(tags: list[str]) -> set[tuple[int, int, str]]:
    """IOB2, strict: from a B- over the I- of its type."""
    found, index = set(), 0
    while index < len(tags):
        if tags[index].startswith("B-"):
            end = index + 1
            while end < len(tags) and tags[end] == f"I-{tags[index][2:]}":
                end += 1
            found.add((index, end, tags[index][2:]))
        index += 1
    return found


def f1(hits: int, ours: int, theirs: int) -> float:
    return 2 * hits / (ours + theirs) if ours + theirs else 0.0


def test_random_tags_against_counts_without_a_library() -> None:
    chance = random.Random(3)
    rows = [tagged("가" * length, chance.choices(LABELS, k=length)) for length in (3, 30, 300)]
    predicted = [[chance.choice([tag, tag, chance.choice(LABELS)]) for tag in row.tags] for row in rows]
    found = tag_metrics(rows, predicted, LABELS)
    true = [tag for row in rows for tag in ("O", *row.tags, "O")]
    ours = [tag for row in predicted for tag in ("O", *row, "O")]
    by_type = []
    for kind in ("PS", "OG"):
        left, right = ({item for item in entities(tags) if item[2] == kind} for tags in (ours, true))
        by_type.append(f1(len(left & right), len(left), len(right)))
    assert found["entity_macro_f1"] == pytest.approx(sum(by_type) / 2)
    whole, right = entities(ours), entities(true)
    assert found["entity_micro_f1"] == pytest.approx(f1(len(whole & right), len(whole), len(right)))
    # Sentence by sentence it is the same: no entity reaches over the O between two of them.
    apart = classification_report(
        [row.tags for row in rows], predicted, output_dict=True, mode="strict", scheme=IOB2
    )
    assert found["entity_macro_f1"] == pytest.approx(apart["macro avg"]["f1-score"])
    by_tag = [
        f1(sum(a == b == tag for a, b in zip(ours, true, strict=True)), ours.count(tag), true.count(tag))
        for tag in LABELS
    ]
    assert found["char_macro_f1"] == pytest.approx(sum(by_tag) / 5)
    assert found["char_macro_f1_without_o"] == pytest.approx(sum(by_tag[1:]) / 4)


def made_up(chance: random.Random) -> tuple[list[TaggedExample], list[list[str]]]:
    """Sentences of few or many entities, of one type or two, valid or not, and predictions near or far."""
    labels = chance.choice([LABELS, LABELS[:3], LABELS[:1], ["O"] * 20 + LABELS])
    rows = []
    for _ in range(chance.randint(1, 4)):
        tokens = "".join(chance.choices("가나다 ", k=chance.randint(1, 20)))
        rows.append(tagged(tokens, chance.choices(labels, k=len(tokens))))
    others = chance.choice([LABELS, LABELS[:3], LABELS[:1]])
    near = chance.choice([0.0, 0.5, 0.9, 1.0])
    predicted = [
        [tag if chance.random() < near else chance.choice(others) for tag in row.tags] for row in rows
    ]
    return rows, predicted


def test_random_tags_against_seqeval_and_scikit_learn_as_klue_calls_them() -> None:
    chance, without = random.Random(4), 0
    for _ in range(400):
        rows, predicted = made_up(chance)
        ours, true = [], []
        for row, tags in zip(rows, predicted, strict=True):
            kept = [index for index, token in enumerate(row.tokens) if token != " "]
            true += ["O", *(row.tags[index] for index in kept), "O"]
            ours += ["O", *(tags[index] for index in kept), "O"]
        found = tag_metrics(rows, predicted, LABELS)
        for average in ("macro", "micro"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                wanted = float(entity_f1_score([true], [ours], average=average, mode="strict", scheme=IOB2))
            without += math.isnan(wanted)
            assert found[f"entity_{average}_f1"] == pytest.approx(0.0 if math.isnan(wanted) else wanted)
        assert found["char_macro_f1"] == pytest.approx(
            f1_score(true, ours, labels=LABELS, average="macro", zero_division=1)
        )
        seen = sorted({*true, *ours} - {"O"})
        without_o = f1_score(true, ours, labels=seen, average="macro", zero_division=0) if seen else 0.0
        assert found["char_macro_f1_without_o"] == pytest.approx(without_o)
    # Neither the rows nor the predictions have an entity.
    assert without > 10
