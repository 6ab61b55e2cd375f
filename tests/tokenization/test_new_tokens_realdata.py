"""Entity markers in real vocabularies: spare slots where there are enough of them, rows where not."""

import time
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from haechi.schema.task import Markers
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.markers import marker_tokens
from haechi.tokenization.new_tokens import TooFewSlots, add_tokens, spare_slots
from haechi.tokenization.runtime import RuntimeTokenizer

pytestmark = pytest.mark.realdata

TYPED = marker_tokens(Markers.typed, (["ORG", "PER"], ["DAT", "LOC", "NOH", "ORG", "PER", "POH"]))
UNTYPED = marker_tokens(Markers.untyped, ((), ()))
SENTENCE = "<subj>이순신</subj>은 <obj>한산도</obj>에서 이겼다"


def opened(folder: Path, name: str) -> RuntimeTokenizer:
    return build_tokenizer(folder / "tokenizers" / name, do_lower_case=False)


def assert_read(tokenizer: RuntimeTokenizer, extended: RuntimeTokenizer) -> None:
    """Each marker is one token where it stands, the other ids mean what they meant, as a file too."""
    tokens = extended.encode_whole_with_offsets([SENTENCE])[0].tokens
    assert [token for token in tokens if token in UNTYPED] == UNTYPED
    plain = "이순신은 한산도에서 이겼다"
    assert extended.encode_whole([plain])[0].ids == tokenizer.encode_whole([plain])[0].ids
    again = Tokenizer.from_str(extended.backend.to_str())
    assert again.encode(SENTENCE).ids == extended.encode_whole([SENTENCE])[0].ids


@pytest.mark.parametrize(
    ("name", "length", "slots", "first"),
    [("koelectra_v3_koglm", 35_000, 1_000, "[unused0]"),
     ("bert_base_multilingual_cased", 119_547, 99, "[unused1]")],
)  # fmt: skip
def test_markers_take_slots(real_data: Path, name: str, length: int, slots: int, first: str) -> None:
    tokenizer = opened(real_data, name)
    assert (tokenizer.length, len(spare_slots(tokenizer))) == (length, slots)
    for markers in (UNTYPED, TYPED):
        for policy in (NewTokens.auto, NewTokens.reuse_unused):
            extended, added = add_tokens(tokenizer, [], markers, policy)
            assert (extended.length, extended.max_id) == (length, length - 1)
            assert len(spare_slots(extended)) == slots - len(markers)
            assert added[0].slot == first
            assert len({token.index for token in added}) == len(markers)
    assert_read(tokenizer, add_tokens(tokenizer, [], UNTYPED, NewTokens.auto)[0])
    with pytest.raises(TooFewSlots):
        add_tokens(tokenizer, [f"말{number}" for number in range(slots + 1)], [], NewTokens.reuse_unused)


@pytest.mark.parametrize(
    ("name", "length", "slots"), [("kcbert_base", 30_000, 0), ("roberta_base", 50_265, 3)]
)
def test_markers_get_rows(real_data: Path, name: str, length: int, slots: int) -> None:
    tokenizer = opened(real_data, name)
    assert (tokenizer.length, len(spare_slots(tokenizer))) == (length, slots)
    extended, added = add_tokens(tokenizer, [], UNTYPED, NewTokens.auto)
    assert [token.index for token in added] == list(range(length, length + 4))
    assert (extended.length, extended.max_id) == (length + 4, length + 3)
    assert_read(tokenizer, extended)


def test_fairseqs_filling_is_spare(real_data: Path) -> None:
    tokenizer = opened(real_data, "roberta_base")
    extended, added = add_tokens(tokenizer, [], UNTYPED[:2], NewTokens.auto)
    assert [token.slot for token in added] == ["madeupword0000", "madeupword0001"]
    assert extended.length == tokenizer.length


def test_five_thousand_words_are_added_in_no_time(real_data: Path) -> None:
    tokenizer = opened(real_data, "koelectra_v3_koglm")
    words = [f"새말{number}" for number in range(5_000)]
    started = time.perf_counter()
    extended, added = add_tokens(tokenizer, words, UNTYPED, NewTokens.auto)
    assert time.perf_counter() - started < 3
    assert extended.length == tokenizer.length + len(added) == 40_004
