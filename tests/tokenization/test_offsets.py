"""Offsets count characters of the text as it was given, composed or not."""

import time
from pathlib import Path
from unicodedata import normalize

import pytest

from families import headlines
from haechi.tokenization.alignment import align
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.offsets import whole_characters
from haechi.tokenization.runtime import RuntimeTokenizer
from haechi.tokenization.windows import answer_tokens, encode_windows
from sentencepieces import CASES, NFD, cleaned, write_kobert_tokenizer


@pytest.fixture(scope="module", params=["skt", "monologg"])
def kobert(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """A tokenizer that takes accents off, composes Hangul and makes signs compatible."""
    return build_tokenizer(write_kobert_tokenizer(tmp_path_factory.mktemp("kobert"), request.param))


def test_a_token_is_what_its_characters_are_read_as(kobert: RuntimeTokenizer) -> None:
    """Or a part of that, where one character is read as several."""
    texts = [*headlines()[:200], NFD, " 한국  은행 ", "café 1,000원", "ＡＢＣ １２３", "뷁 쀍", "❤️ 좋아요"]
    for text in texts:
        (encoding,) = kobert.encode_whole_with_offsets([text], special_tokens=False)
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            read, shown = cleaned(text[start:end]), cleaned(token.removeprefix("▁"))
            assert shown == read or (end - start == 1 and shown in read), (text, token)


def test_every_character_but_spaces_is_in_a_token(kobert: RuntimeTokenizer) -> None:
    for text in [*headlines()[:200], NFD, "café １２３ ㈜한국 1,000원"]:
        (encoding,) = kobert.encode_whole_with_offsets([text], special_tokens=False)
        covered = {place for start, end in encoding.offsets for place in range(start, end)}
        assert covered == {place for place, character in enumerate(text) if not character.isspace()}


def test_one_sign_read_as_several_has_one_place(kobert: RuntimeTokenizer) -> None:
    (encoding,) = kobert.encode_whole_with_offsets(["해치 ㈜은행"], special_tokens=False)
    found = dict(zip(encoding.tokens, encoding.offsets, strict=True))
    assert found["("] == found["주"] == found[")"] == (3, 4)
    assert found["은행"] == (4, 6)


def test_cutting_changes_no_offset(kobert: RuntimeTokenizer) -> None:
    (whole,) = kobert.encode_whole_with_offsets([NFD])
    (cut,) = kobert.encode_with_offsets([NFD], 6)
    assert cut.ids[:-1] == whole.ids[:5]
    # The last token that is left does not take what was cut off.
    assert cut.offsets[:-1] == whole.offsets[:5]


def test_ids_and_masks_stay_as_they_were(kobert: RuntimeTokenizer) -> None:
    (decomposed,) = kobert.encode_whole_with_offsets([NFD])
    (composed,) = kobert.encode_whole_with_offsets([normalize("NFC", NFD)])
    for name in ("ids", "tokens", "type_ids", "special_tokens_mask", "sequence_ids", "attention_mask"):
        assert getattr(decomposed, name) == getattr(composed, name)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_answer_is_found_in_every_window(kobert: RuntimeTokenizer, form: str) -> None:
    context = normalize(
        form, "해치는 불을 먹는 짐승이다. " * 12 + "한국은행은 서울에 있다. " + "가나다. " * 40
    )
    answer = normalize(form, "한국은행")
    start = context.index(answer)
    question = normalize(form, "어느 은행이 서울에 있나?")
    (windows,) = encode_windows(kobert, [question], [context], 128, 32)
    spans = [(window, answer_tokens(window, start, start + len(answer))) for window in windows]
    found = [(window, span) for window, span in spans if span]
    assert len(windows) > 1
    assert found
    for window, (first, last) in found:
        assert context[window.offsets[first][0] : window.offsets[last][1]] == answer


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_tagged_word_reaches_the_model(kobert: RuntimeTokenizer, form: str) -> None:
    words = [normalize(form, word) for word in ("한국은행", "총재가", "café에서", "１２３명을")]
    tags = ["B-OG", "O", "O", "B-QT"]
    text = " ".join(words)
    (encoding,) = kobert.encode_whole_with_offsets([text])
    aligned = align(encoding, words, tags, text)
    assert (aligned.lost, aligned.blurred) == ([], [])
    assert {source for source in aligned.sources if source is not None} == {0, 1, 2, 3}


def test_letters_with_tokens_of_their_own_keep_them(tmp_path: Path) -> None:
    """A model without normalization reads decomposed text letter by letter."""
    tokenizer = build_tokenizer(CASES["no normalization"].write(tmp_path / "folder"))
    (encoding,) = tokenizer.encode_whole_with_offsets(["\u1112\u1161\u11ab한"], special_tokens=False)
    starts = [start for start, _ in encoding.offsets]
    assert starts == sorted(starts)
    assert encoding.offsets[-1][1] == 4


def test_long_texts_take_no_longer_by_token(kobert: RuntimeTokenizer) -> None:
    spent: list[float] = []
    for count in (2_000, 16_000):
        text = normalize("NFD", "가 " * count)
        encoding = kobert.backend.encode(text)
        assert count <= len(encoding.ids) <= 1.1 * count
        times: list[float] = []
        for _ in range(5):
            start = time.process_time()
            whole_characters(encoding, [text])
            times.append(time.process_time() - start)
        spent.append(min(times))
    assert spent[1] < 24 * spent[0]  # quadratic would be 64 times
