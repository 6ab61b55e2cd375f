"""Metrics of answers: by hand, and against a search for the longest common run."""

import random
import string
from difflib import SequenceMatcher

import pytest

from haechi.rows.answer_scores import char_f1, rouge_w, rouge_w_exact
from haechi.rows.examples import Answer, QuestionExample
from haechi.training.metrics.spans import span_metrics


def question(*answers: str, is_impossible: bool = False) -> QuestionExample:
    found = tuple(Answer(0, text) for text in answers)
    return QuestionExample(1, "누가?", "글", None, id="1", answers=found, is_impossible=is_impossible)


def test_rouge_w_is_f1_of_the_longest_common_run() -> None:
    # 광화문 is the run: 3 of 5 characters and 3 of 4.
    assert rouge_w("광화문해치", "광화문앞") == pytest.approx(2 * 3 / 9)
    # Two runs of 2 count once.
    assert rouge_w("해치와광화", "해치 광화") == pytest.approx(2 * 2 / 10)
    assert rouge_w("해치", "불") == 0.0
    assert rouge_w("", "해치") == 0.0
    assert rouge_w("", "") == 1.0
    assert rouge_w("해치", "") == 0.0


def test_rouge_w_against_a_search_of_every_run() -> None:
    chance = random.Random(1)
    for _ in range(200):
        left, right = ("".join(chance.choices("가나다", k=chance.randint(1, 12))) for _ in range(2))
        runs = {right[start:end] for start in range(len(right)) for end in range(start + 1, len(right) + 1)}
        longest = max((len(run) for run in runs if run in left), default=0)
        assert rouge_w(left, right) == pytest.approx(2 * longest / (len(left) + len(right)))


def test_plain_f1_counts_characters_in_any_order() -> None:
    assert char_f1("해치와 광화", "해치 광화") == pytest.approx(2 * 4 / 9)
    assert char_f1("치해", "해치") == 1.0
    assert char_f1("", "") == 1.0
    assert char_f1("", "해") == 0.0


def test_the_best_of_several_answers_counts() -> None:
    found = span_metrics([question("광화문 앞", "광화문")], ["광화문."])
    assert found == dict.fromkeys(("exact_match", "rouge_w", "rouge_w_exact", "char_f1"), 1.0)


def test_a_question_without_an_answer_wants_the_empty_one() -> None:
    asked = [question(is_impossible=True), question("해치", is_impossible=True), question(), question("해치")]
    assert span_metrics(asked, ["", "", "", ""])["exact_match"] == pytest.approx(3 / 4)
    assert span_metrics(asked, ["해치"] * 4)["rouge_w"] == pytest.approx(1 / 4)


def test_scores_are_averaged_over_the_questions() -> None:
    found = span_metrics([question("해치"), question("광화문앞")], ["해치", "광화문해치"])
    assert found["exact_match"] == pytest.approx(1 / 2)
    assert found["rouge_w"] == pytest.approx((1 + 2 / 3) / 2)
    # 광, 화, 문 of 5 and 4.
    assert found["char_f1"] == pytest.approx((1 + 2 / 3) / 2)


def test_difflib_passes_over_frequent_characters_of_long_answers_and_the_exact_one_does_not() -> None:
    gold = "해치는 불을 먹는다. " * 20
    assert len(gold) >= 200
    answer = gold[5:65]
    assert rouge_w_exact(answer, gold) == pytest.approx(2 * 60 / (60 + len(gold)))
    assert rouge_w(answer, gold) < rouge_w_exact(answer, gold)


def test_short_answers_have_one_rouge_w() -> None:
    chance = random.Random(2)
    for _ in range(200):
        left, right = ("".join(chance.choices("가나다라 ", k=chance.randint(1, 150))) for _ in range(2))
        assert rouge_w(left, right) == rouge_w_exact(left, right)


def normal(text: str) -> str:
    kept = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(kept.split())


def by_definition(answer: str, gold: str) -> float:
    """F1 of the share of the longest common run in either text; difflib names the run, as in KLUE's code."""
    if not gold or not answer:
        return float(answer == gold)
    run = SequenceMatcher(None, answer, gold).find_longest_match(0, len(answer), 0, len(gold)).size
    precision, recall = run / len(answer), run / len(gold)
    return 2 * precision * recall / (precision + recall) if run else 0.0


def test_random_answers_against_the_definitions() -> None:
    """Also none, several, equal ones, none that is possible, punctuation alone, and very long ones."""
    chance = random.Random(6)
    letters = ["가", "나", "다", "A", "b", "ß", " ", "  ", ".", "(", "》", "\u200b", "１"]

    def text(longest: int) -> str:
        return "".join(chance.choices(letters, k=chance.randrange(longest)))

    for _ in range(300):
        longest = chance.choice([2, 6, 20, 400])
        asked = [
            question(
                *(text(longest) for _ in range(chance.randrange(4))), is_impossible=chance.random() < 0.3
            )
            for _ in range(chance.randint(1, 4))
        ]
        if chance.random() < 0.1:
            asked = [question("가", is_impossible=True) for _ in asked]
        predicted = [
            chance.choice(["", text(longest), *(answer.text for answer in item.answers)]) for item in asked
        ]
        exact, rouge = [], []
        for item, answer in zip(asked, predicted, strict=True):
            golds = [""] if item.is_impossible or not item.answers else [gold.text for gold in item.answers]
            exact.append(max(float(normal(answer) == normal(gold)) for gold in golds))
            rouge.append(max(by_definition(normal(answer), normal(gold)) for gold in golds))
        found = span_metrics(asked, predicted)
        assert found["exact_match"] == pytest.approx(sum(exact) / len(exact))
        assert found["rouge_w"] == pytest.approx(sum(rouge) / len(rouge))
        assert found["rouge_w_exact"] >= found["rouge_w"] - 1e-9
