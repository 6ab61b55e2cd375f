"""New tokens: into spare slots with their ids, or behind the last entry."""

from pathlib import Path

import pytest

from checkpoints import edit_json, english_bpe, tiny_copy
from haechi.checkpoint.tiny import SPARE_SLOTS, make_tiny
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import TooFewSlots, add_tokens, spare_slots
from haechi.tokenization.runtime import RuntimeTokenizer

MARKERS = ["[E1]", "[/E1]"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """The tokenizer of `model=tiny`."""
    return build_tokenizer(make_tiny(tmp_path_factory.mktemp("tiny") / "checkpoint"))


def ids(tokenizer: RuntimeTokenizer, text: str) -> list[int]:
    """Token ids without [CLS] and [SEP]."""
    return tokenizer.encode_whole([text])[0].ids[1:-1]


def renamed(folder: Path, pattern: str) -> RuntimeTokenizer:
    """tiny with its slots named otherwise."""

    def change(content: dict) -> None:
        names = {f"[unused{slot}]": pattern.format(slot=slot, after=slot + 1) for slot in range(SPARE_SLOTS)}
        vocabulary = content["model"]["vocab"]
        content["model"]["vocab"] = {names.get(token, token): index for token, index in vocabulary.items()}

    edit_json(tiny_copy(folder) / "tokenizer.json", change)
    return build_tokenizer(folder)


def test_slots_are_taken_with_their_ids(tiny: RuntimeTokenizer) -> None:
    slots = spare_slots(tiny)[:2]
    extended, added = add_tokens(tiny, [], MARKERS, NewTokens.reuse_unused)
    assert extended.length == tiny.length
    assert [token.slot for token in added] == slots
    assert [token.index for token in added] == [tiny.vocabulary[slot] for slot in slots]
    assert ids(extended, "[E1]가[/E1]") == [added[0].index, tiny.vocabulary["가"], added[1].index]
    assert len(spare_slots(extended)) == SPARE_SLOTS - 2


def test_resize_appends(tiny: RuntimeTokenizer) -> None:
    extended, added = add_tokens(tiny, ["새말"], MARKERS, NewTokens.resize)
    assert [token.index for token in added] == [tiny.length, tiny.length + 1, tiny.length + 2]
    assert [token.slot for token in added] == [None, None, None]
    assert extended.length == tiny.length + 3
    assert spare_slots(extended) == spare_slots(tiny)
    assert ids(extended, "새말") == [tiny.length + 2]


def test_auto_takes_slots_while_they_suffice(tiny: RuntimeTokenizer) -> None:
    enough = [f"[M{number}]" for number in range(SPARE_SLOTS)]
    assert add_tokens(tiny, [], enough, NewTokens.auto)[0].length == tiny.length
    assert add_tokens(tiny, [], [*enough, "[M]"], NewTokens.auto)[0].length == tiny.length + SPARE_SLOTS + 1


def test_too_few_slots(tiny: RuntimeTokenizer) -> None:
    with pytest.raises(TooFewSlots) as caught:
        add_tokens(tiny, [f"말{number}" for number in range(SPARE_SLOTS + 1)], [], NewTokens.reuse_unused)
    assert (caught.value.wanted, caught.value.spare) == (SPARE_SLOTS + 1, SPARE_SLOTS)


@pytest.mark.parametrize("pattern", ["[unused{after}]", "<unused{slot}>"])
def test_other_names_of_slots(tmp_path: Path, pattern: str) -> None:
    tokenizer = renamed(tmp_path / "checkpoint", pattern)
    assert len(spare_slots(tokenizer)) == SPARE_SLOTS
    extended, added = add_tokens(tokenizer, [], MARKERS, NewTokens.reuse_unused)
    assert added[0].slot == pattern.format(slot=0, after=1)
    assert extended.length == tokenizer.length
    assert ids(extended, "[E1]") == [added[0].index]


def test_slots_that_are_added_tokens(tmp_path: Path) -> None:
    """ModernBERT keeps its slots outside the model's vocabulary."""
    from tokenizers import AddedToken

    tokenizer = build_tokenizer(english_bpe(tiny_copy(tmp_path / "checkpoint")))
    tokenizer.backend.add_tokens([AddedToken(f"[unused{slot}]", normalized=False) for slot in range(3)])
    before = tokenizer.length
    extended, added = add_tokens(tokenizer, ["word"], ["[E1]"], NewTokens.reuse_unused)
    assert extended.length == before
    assert [token.slot for token in added] == ["[unused0]", "[unused1]"]
    assert ids(extended, "[E1]") == [added[0].index] == [before - 3]


def test_the_given_tokenizer_stays_as_it_is(tiny: RuntimeTokenizer) -> None:
    before = tiny.backend.to_str(), tiny.fingerprint
    for policy in NewTokens:
        add_tokens(tiny, ["새말"], MARKERS, policy)
    assert (tiny.backend.to_str(), tiny.fingerprint) == before
    assert "[E1]" not in tiny.backend.get_vocab()


@pytest.mark.parametrize("policy", list(NewTokens))
def test_pieces_are_what_the_text_was_before(tiny: RuntimeTokenizer, policy: NewTokens) -> None:
    _, (marker, word) = add_tokens(tiny, ["삼성전자"], ["[E1]"], policy)
    assert list(word.pieces) == ids(tiny, "삼성전자")
    assert list(marker.pieces) == ids(tiny, "[E1]")
    assert tiny.id("unk") not in word.pieces


def test_text_that_was_unknown_has_no_pieces(tiny: RuntimeTokenizer) -> None:
    assert add_tokens(tiny, ["ሰላም"], [], NewTokens.auto)[1][0].pieces == ()


def test_known_tokens_are_not_added(tiny: RuntimeTokenizer) -> None:
    extended, added = add_tokens(tiny, ["가"], [], NewTokens.auto)
    assert added == []
    assert extended is tiny
    mixed, added = add_tokens(tiny, ["가", "새말"], [], NewTokens.resize)
    assert [token.text for token in added] == ["새말"]
    assert ids(mixed, "나가") == ids(tiny, "나가"), "a word that was known is split as before"


def test_a_known_token_may_become_special(tiny: RuntimeTokenizer) -> None:
    extended, added = add_tokens(tiny, ["새말"], ["[unused0]"], NewTokens.reuse_unused)
    assert ids(extended, "[unused0]") == [tiny.vocabulary["[unused0]"]]
    assert [token.slot for token in added] == ["[unused1]"]


def test_text_without_new_tokens_is_read_as_before(tiny: RuntimeTokenizer) -> None:
    text = "전세사기 피해자 지원, 다음 달부터 확대"
    for policy in NewTokens:
        assert ids(add_tokens(tiny, ["새말"], MARKERS, policy)[0], text) == ids(tiny, text)


def test_special_tokens_are_not_lower_cased(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(tiny_copy(tmp_path / "checkpoint"), do_lower_case=True)
    extended, added = add_tokens(tokenizer, [], ["[E1]"], NewTokens.auto)
    assert ids(extended, "[E1]") == [added[0].index]
    assert ids(extended, "[e1]") == ids(tokenizer, "[e1]")


@pytest.mark.parametrize("policy", list(NewTokens))
@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_nothing_and_spaces_are_no_tokens(tiny: RuntimeTokenizer, policy: NewTokens, blank: str) -> None:
    """An empty token would get the id 0, which is the padding's, and a space would stand in every text."""
    assert add_tokens(tiny, [blank], [], policy) == (tiny, [])
    extended, added = add_tokens(tiny, [blank], [blank, "[E1]"], policy)
    assert [token.text for token in added] == ["[E1]"]
    assert ids(extended, "가 나") == ids(tiny, "가 나")
