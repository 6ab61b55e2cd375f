"""What a verdict says of answers, against what the training makes of the same rows."""

import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from families import write_tokenizer
from haechi.data.answers import decode_answers
from haechi.data.encode import encode
from haechi.data.input_format import AnswerSearch, InputFormat
from haechi.data.split import EncodedSplit
from haechi.preflight.token_counts import BLURRED_ANSWER, LONG_ANSWER, LOST_ANSWER, TokenCounts
from haechi.preflight.tokens import count_tokens
from haechi.rows.examples import Answer, QuestionExample
from haechi.rows.normal_form import normalize
from haechi.rows.read import RowStream
from haechi.rows.readers import to_examples
from haechi.schema.task import Columns, Objective, TaskConfig
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import RuntimeTokenizer

KINDS = ["wordpiece", "lower-casing wordpiece", "bytes", "unigram", "cls last"]
LENGTH, STRIDE = 100, 12
WORDS = [
    "한국은행은", "기준금리를", "동결했다", "국회", "예산안이", "서울에서", "1,234원", "2021년", "KBS",
    unicodedata.normalize("NFD", "광화문"), unicodedata.normalize("NFD", "각하"), "don't", "e\u0301te",
    "ㅋㅋㅋ", "ﬁn", "😀", "👨\u200d👩\u200d👧", "❤\ufe0f", "🇰🇷", "《해치》", "“인용”은", "(주)", "“", "…",
    "\u200b", "\ufeff", "\u00ad", "\ufffd", "가\u200b", "\u200d나", "다\u3000", "金大中", "１２３", "㎏", "½",
]  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    folder = tmp_path_factory.mktemp("reader") / "tokenizer"
    kind = request.param.removeprefix("lower-casing ")
    declared = "XLNetTokenizer" if kind == "cls last" else "PreTrainedTokenizerFast"
    write_tokenizer(kind, folder, "BertTokenizer" if kind == "wordpiece" else declared)
    lower_case = kind != request.param or None
    return build_tokenizer(folder, do_lower_case=lower_case)


def row(chance: random.Random, longest: int) -> QuestionExample:
    """A made-up context, and a piece of it as the answer: whole words or not, with what stands around it."""
    separator = chance.choice([" ", " ", "  ", "\n ", ""])
    words = [chance.choice(WORDS) for _ in range(chance.randrange(1, longest))]
    context = chance.choice(["", " "]) + separator.join(words)
    start = chance.randrange(len(context))
    if separator and chance.random() < 0.5:
        start = context.index(chance.choice(words))
    text = context[start : start + chance.choice([1, 2, 3, 5, 8, 20, 60])]
    question = " ".join(chance.choices(WORDS, k=chance.choice([1, 5, 12, 40])))
    return QuestionExample(
        1, question, context, None, id="1", answers=(Answer(start, text),), is_impossible=False
    )


def encoded(reader: RuntimeTokenizer, asked: QuestionExample) -> EncodedSplit:
    return encode([asked], reader, InputFormat(Objective.span, LENGTH, doc_stride=STRIDE))


def counted(reader: RuntimeTokenizer, asked: QuestionExample, **more: int) -> TokenCounts:
    task = TaskConfig(name="files", objective=Objective.span, doc_stride=STRIDE, **more)
    return count_tokens([asked], reader, task, LENGTH)


def labels_of(split: EncodedSplit) -> list[tuple[int, int]]:
    """Labels of the windows that have an answer."""
    pairs = zip(split.labels or [], split.contexts or [], strict=True)
    return [label for label, context in pairs if tuple(label) != (context.null, context.null)]


def perfect(split: EncodedSplit) -> np.ndarray:
    """Scores of a model that has learned every label by heart."""
    outputs = np.zeros((len(split), max(split.lengths), 2), np.float32)
    for scores, (first, last) in zip(outputs, split.labels or [], strict=True):
        scores[first, 0] += 20
        scores[last, 1] += 20
    return outputs


def test_a_verdict_and_the_training_agree_on_which_answers_are_out_of_reach(
    reader: RuntimeTokenizer,
) -> None:
    chance, lost, learned = random.Random(21), 0, 0
    for _ in range(400):
        asked = row(chance, 120)
        found, split = counted(reader, asked), encoded(reader, asked)
        assert found.windows == len(split)
        if not found.answered:
            assert not asked.answers[0].text.strip()
            continue
        assert found.tallies[LOST_ANSWER].count == (not labels_of(split)), asked
        lost, learned = lost + (not labels_of(split)), learned + bool(labels_of(split))
    assert learned > 100
    assert lost > 10


def test_what_is_learned_is_what_tokens_cover_of_the_answer(reader: RuntimeTokenizer) -> None:
    """Counted without `char_to_token`, from the offsets of all windows."""
    chance, seen = random.Random(22), 0
    for _ in range(300):
        asked = row(chance, 100)
        split = encoded(reader, asked)
        tokens = [
            {offset for pair in zip(context.starts, context.ends, strict=True) for offset in range(*pair)}
            for context in split.contexts or []
        ]
        (answer,) = asked.answers
        place = range(answer.start, answer.start + len(answer.text))
        wanted = [
            at for at in place if not asked.text_pair[at].isspace() and any(at in some for some in tokens)
        ]  # type: ignore[index]
        for some, label, context in zip(tokens, split.labels or [], split.contexts or [], strict=True):
            whole = bool(wanted) and wanted[0] in some and wanted[-1] in some
            assert whole == (tuple(label) != (context.null, context.null)), asked
            if whole:
                first, last = (position - context.first for position in label)
                assert context.starts[first] <= wanted[0] < context.ends[first]
                assert context.starts[last] <= wanted[-1] < context.ends[last]
                seen += 1
    assert seen > 100


def test_an_answer_is_blurred_where_no_span_of_tokens_at_its_place_matches_exactly(
    reader: RuntimeTokenizer,
) -> None:
    """Against every span that holds some of it."""
    chance, blurred, exact = random.Random(23), 0, 0
    for _ in range(400):
        asked = row(chance, 7)
        found, split = counted(reader, asked), encoded(reader, asked)
        if not found.answered or found.tallies[LOST_ANSWER].count:
            continue
        (answer,), text = asked.answers, asked.text_pair or ""
        best = False
        for context in split.contexts or []:
            for first, start in enumerate(context.starts):
                for end in context.ends[first:]:
                    near = start < answer.start + len(answer.text) and answer.start < end
                    best |= near and normalize(text[start:end].strip()) == normalize(answer.text)
        assert found.tallies[BLURRED_ANSWER].count == (not best), asked
        blurred, exact = blurred + (not best), exact + best
    assert blurred > 20
    assert exact > 20


def test_an_answer_is_too_long_where_perfect_scores_do_not_give_it(reader: RuntimeTokenizer) -> None:
    chance, long, given = random.Random(24), 0, 0
    for _ in range(200):
        asked, limit = row(chance, 40), chance.randrange(1, 6)
        found, split = counted(reader, asked, max_answer_tokens=limit), encoded(reader, asked)
        if not found.answered or found.tallies[LOST_ANSWER].count:
            continue
        split.search = AnswerSearch(max_answer_tokens=100)
        outputs = perfect(split)
        (whole,) = decode_answers(split, outputs)
        split.search = AnswerSearch(max_answer_tokens=limit)
        (short,) = decode_answers(split, outputs)
        assert found.tallies[LONG_ANSWER].count == (short.text != whole.text), asked
        long, given = long + (short.text != whole.text), given + (short.text == whole.text)
    assert long > 20
    assert given > 20


def test_one_answer_within_reach_is_enough(tmp_path: Path) -> None:
    """A question is learned with whichever of its answers a window holds."""
    reader = build_tokenizer(write_tokenizer("wordpiece", tmp_path / "tokenizer", "BertTokenizer"))
    context = f"서울에 {'그리고 ' * 120}동결"
    far, near = Answer(0, context[:-2].strip()), Answer(len(context) - 2, "동결")
    for answers, lost in (((far,), 1), ((far, near), 0), ((near, far), 0)):
        asked = QuestionExample(1, "무엇", context, None, id="1", answers=answers, is_impossible=False)
        found = counted(reader, asked)
        assert [found.tallies[name].count for name in (LOST_ANSWER, LONG_ANSWER)] == [lost, lost]
        assert bool(labels_of(encoded(reader, asked))) == (not lost)
    half = Answer(0, "서")
    for answers, blurred in (((half,), 1), ((half, near), 0)):
        asked = QuestionExample(1, "무엇", context, None, id="1", answers=answers, is_impossible=False)
        assert counted(reader, asked).tallies[BLURRED_ANSWER].count == blurred


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("source", "share"),
    [
        ("tokenizers/koelectra_v3_koglm", 0.016), ("models/me5_small_ko", 0.112),
        ("tokenizers/bert_base_multilingual_cased", 0.157), ("tokenizers/kcbert_base", 0.219),
    ],
)  # fmt: skip
def test_the_shares_that_the_page_of_label018_names(real_data: Path, source: str, share: float) -> None:
    reader = build_tokenizer(real_data / source, do_lower_case=False if "tokenizers" in source else None)
    path = real_data / "data" / "korquad" / "KorQuAD_v1.0_dev.json"
    columns = Columns(question="question", context="context", answers="answers", id="id")
    rows = to_examples(RowStream(path, "utf-8", True), columns, Objective.span, path)
    found = count_tokens(rows, reader, TaskConfig(name="files", objective=Objective.span), 300)
    assert found.answered == 5774
    assert found.tallies[LOST_ANSWER].count == 0
    assert round(found.tallies[BLURRED_ANSWER].count / found.answered, 3) == share


def test_a_question_that_cannot_be_answered_has_no_answer_to_lose(tmp_path: Path) -> None:
    reader = build_tokenizer(write_tokenizer("wordpiece", tmp_path / "tokenizer", "BertTokenizer"))
    answer = Answer(0, "서")
    asked = QuestionExample(1, "무엇", "서울에", None, id="1", answers=(answer,), is_impossible=True)
    found = counted(reader, asked, max_answer_tokens=1)
    assert (found.answered, dict(found.tallies)) == (0, {})
