"""New tokens: into spare slots with their ids, or behind the last entry."""

import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer

from checkpoints import edit_json, tiny_copy, vocab_txt_only
from haechi.checkpoint.tiny import SPARE_SLOTS, make_tiny
from haechi.schema.tokenizer import NewTokens
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.new_tokens import TooFewSlots, add_tokens, plan_tokens, spare_slots
from haechi.tokenization.runtime import RuntimeTokenizer
from sentencepieces import ALBERT_FLAGS, kobert_model, learn, write_kobert_tokenizer, write_model
from slots import KINDS, SLOTS, scores, with_slots

MARKERS = ["[E1]", "[/E1]"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """The tokenizer of `model=tiny`."""
    return build_tokenizer(make_tiny(tmp_path_factory.mktemp("tiny") / "checkpoint"))


def ids(tokenizer: RuntimeTokenizer, text: str) -> list[int]:
    """Token ids without [CLS] and [SEP]."""
    return tokenizer.encode_whole([text])[0].ids[1:-1]


@pytest.fixture(scope="module", params=KINDS)
def slotted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """A tokenizer with slots of each kind."""
    folder = tmp_path_factory.mktemp("slotted") / "tokenizer"
    return build_tokenizer(with_slots(folder, KINDS[request.param]))


def inside(tokenizer: RuntimeTokenizer, text: str) -> list[int]:
    """Token ids without what the template adds."""
    return tokenizer.encode_whole_with_offsets([text], special_tokens=False)[0].ids


def registered(tokenizer: RuntimeTokenizer) -> dict[int, AddedToken]:
    """Added tokens by their ids."""
    return tokenizer.backend.get_added_tokens_decoder()


def read(tokenizer: RuntimeTokenizer, text: str) -> str:
    """A text encoded and decoded again without special tokens."""
    return tokenizer.backend.decode(inside(tokenizer, text), skip_special_tokens=True)


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


def test_slots_of_every_kind_are_found_in_the_order_of_their_ids(slotted: RuntimeTokenizer) -> None:
    assert [slotted.vocabulary[slot] for slot in spare_slots(slotted)] == list(
        range(slotted.length - SLOTS, slotted.length)
    )


def test_slots_of_every_kind_become_what_takes_them(slotted: RuntimeTokenizer) -> None:
    """Whatever a slot was: an ordinary token is kept when a text is decoded, a special one is left out."""
    extended, added = add_tokens(slotted, ["새말", "헌말"], MARKERS, NewTokens.auto)
    ids = [slotted.vocabulary[slot] for slot in spare_slots(slotted)]
    assert [token.text for token in added] == [*MARKERS, "새말", "헌말"]
    assert [token.index for token in added] == ids[:4]
    assert extended.length == slotted.length
    assert extended.max_id == slotted.max_id
    found = registered(extended)
    assert [found[index].special for index in ids[:4]] == [True, True, False, False]
    assert [found[index].normalized for index in ids[:4]] == [False] * 4
    assert inside(extended, "[E1]새말[/E1]헌말") == [ids[0], ids[2], ids[1], ids[3]]
    assert "".join(read(extended, "[E1]새말[/E1]헌말").split()) == "새말헌말"
    assert not {token.slot for token in added} & extended.vocabulary.keys()
    assert spare_slots(extended) == spare_slots(slotted)[4:]


def test_other_text_is_read_as_before(slotted: RuntimeTokenizer) -> None:
    text = "전세사기 피해자 지원, 다음 달부터 확대"
    for policy in NewTokens:
        assert inside(add_tokens(slotted, ["새말"], MARKERS, policy)[0], text) == inside(slotted, text)


@pytest.mark.parametrize("policy", list(NewTokens))
def test_what_is_written_and_read_again_is_the_same(slotted: RuntimeTokenizer, policy: NewTokens) -> None:
    extended, _ = add_tokens(slotted, ["새말"], MARKERS, policy)
    again = Tokenizer.from_str(extended.backend.to_str())
    assert again.get_vocab() == extended.vocabulary
    assert again.get_added_tokens_decoder().keys() == registered(extended).keys()
    text = "[E1]새말[/E1]은 전세사기"
    assert again.encode(text).ids == extended.encode_whole([text])[0].ids


def test_a_slot_may_be_named(slotted: RuntimeTokenizer) -> None:
    """It keeps its id, becomes what it is named as, and no other token takes it."""
    first, second, third = spare_slots(slotted)[:3]
    extended, added = add_tokens(slotted, ["새말", second], [first], NewTokens.auto)
    assert [(token.text, token.slot) for token in added] == [("새말", third)]
    assert inside(extended, f"{first}{second}") == [slotted.vocabulary[slot] for slot in (first, second)]
    assert registered(extended)[slotted.vocabulary[first]].special
    assert not registered(extended)[slotted.vocabulary[second]].special
    assert read(extended, f"{first}{second}") == second


def test_the_order_is_that_of_the_lists(slotted: RuntimeTokenizer) -> None:
    words = ["새말", "헌말", "온말"]
    for order in itertools.permutations(words):
        for policy in (NewTokens.reuse_unused, NewTokens.resize):
            _, added = add_tokens(slotted, order, MARKERS, policy)
            assert [token.text for token in added] == [*MARKERS, *order]
            assert [token.index for token in added] == sorted(token.index for token in added)


@pytest.mark.parametrize("kind", ["in a unigram", "special in a unigram"])
def test_a_unigram_keeps_its_scores(tmp_path: Path, kind: str) -> None:
    folder = with_slots(tmp_path / "tokenizer", KINDS[kind])
    before = scores(folder)
    extended, added = add_tokens(build_tokenizer(folder), ["새말"], ["[E1]"], NewTokens.auto)
    extended.backend.save(str(folder / "tokenizer.json"))
    names = {token.slot: token.text for token in added}
    expected = {names.get(piece, piece): score for piece, score in before.items()}
    assert scores(folder) == pytest.approx(expected)


def test_kobert_has_no_slots_and_gets_rows(tmp_path: Path) -> None:
    for layout in ("skt", "monologg"):
        tokenizer = build_tokenizer(write_kobert_tokenizer(tmp_path / layout, layout))
        extended, added = add_tokens(tokenizer, ["새말"], MARKERS, NewTokens.auto)
        assert [token.index for token in added] == [tokenizer.length + place for place in range(3)]
        assert inside(extended, "[E1]새말[/E1]") == [token.index for token in (added[0], added[2], added[1])]
        with pytest.raises(TooFewSlots):
            add_tokens(tokenizer, [], MARKERS, NewTokens.reuse_unused)


SPARE = tuple(f"<unused{number}>" for number in range(SLOTS))
CONTROL = (*ALBERT_FLAGS["control_symbols"], *SPARE)


@pytest.mark.parametrize(
    ("declared", "learnt", "flags"),
    [
        ("KoBERTTokenizer", kobert_model, {"user_defined_symbols": SPARE}),
        ("AlbertTokenizer", learn, {**ALBERT_FLAGS, "user_defined_symbols": SPARE}),
        ("AlbertTokenizer", learn, {**ALBERT_FLAGS, "control_symbols": CONTROL}),
    ],
    ids=["KoBERT", "user defined", "control"],
)
def test_slots_of_a_bare_sentencepiece_model(
    tmp_path: Path, declared: str, learnt: Callable[..., bytes], flags: dict[str, Any]
) -> None:
    model = learnt(**flags)
    folder = write_model(tmp_path / "model", model, "spiece.model", tokenizer_class=declared)
    tokenizer = build_tokenizer(folder)
    assert spare_slots(tokenizer) == list(SPARE)
    extended, added = add_tokens(tokenizer, ["새말"], MARKERS, NewTokens.auto)
    assert [token.slot for token in added] == list(SPARE[:3])
    assert [token.index for token in added] == [tokenizer.vocabulary[slot] for slot in SPARE[:3]]
    assert inside(extended, "[E1]새말[/E1]")[:3] == [token.index for token in (added[0], added[2], added[1])]
    assert "".join(read(extended, "[E1]새말[/E1]").split()) == "새말"
    text = "전세사기 피해자 지원, 다음 달부터 확대"
    assert inside(extended, text) == inside(tokenizer, text)


@pytest.mark.parametrize("role", ["pad_token", "mask_token"])
def test_a_slot_that_serves_as_a_special_token_is_taken_already(tmp_path: Path, role: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    settings = folder / "tokenizer_config.json"
    edit_json(settings, lambda content: content.update({role: "[unused0]"}))
    tokenizer = build_tokenizer(folder)
    assert len(spare_slots(tokenizer)) == SPARE_SLOTS - 1
    extended, added = add_tokens(tokenizer, [], ["[E1]"], NewTokens.auto)
    assert added[0].slot == "[unused1]"
    assert extended.id(role.removesuffix("_token")) == tokenizer.vocabulary["[unused0]"]


def test_a_slot_of_the_template_is_taken_already(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def change(content: dict) -> None:
        index = content["model"]["vocab"]["[unused0]"]
        template = content["post_processor"]
        template["special_tokens"]["[unused0]"] = {"id": "[unused0]", "ids": [index], "tokens": ["[unused0]"]}
        template["single"].insert(0, {"SpecialToken": {"id": "[unused0]", "type_id": 0}})

    edit_json(folder / "tokenizer.json", change)
    tokenizer = build_tokenizer(folder)
    assert tokenizer.encode_whole(["가"])[0].tokens[0] == "[unused0]"
    assert "[unused0]" not in spare_slots(tokenizer)


@pytest.mark.parametrize("policy", [NewTokens.auto, NewTokens.resize])
@pytest.mark.parametrize("words", [1, SPARE_SLOTS + 1])
def test_no_id_is_given_twice_where_ids_have_gaps(tmp_path: Path, policy: NewTokens, words: int) -> None:
    """A line that a vocab.txt has twice leaves a gap, and its last entry an id beyond their count."""
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    lines[50:50] = lines[60:63]
    (folder / "vocab.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    tokenizer = build_tokenizer(folder, do_lower_case=False)
    assert tokenizer.length == tokenizer.max_id + 1 - 3
    new = [f"새말{number}" for number in range(words)]
    extended, added = add_tokens(tokenizer, new, [], policy)
    ids = [token.index for token in added]
    assert len(set(extended.vocabulary.values())) == len(extended.vocabulary)
    assert [extended.vocabulary[word] for word in new] == ids
    if policy is NewTokens.resize or words > SPARE_SLOTS:
        assert ids == list(range(tokenizer.max_id + 1, tokenizer.max_id + 1 + words))
    assert extended.backend.id_to_token(tokenizer.max_id) == lines[-1]
    assert Tokenizer.from_str(extended.backend.to_str()).get_vocab() == extended.vocabulary


@pytest.mark.parametrize("policy", list(NewTokens))
def test_the_longer_of_two_tokens_wins(tiny: RuntimeTokenizer, policy: NewTokens) -> None:
    for words in (["새말", "새말사전"], ["새말사전", "새말"]):
        extended, _ = add_tokens(tiny, words, ["<새>", "새말사전집"], policy)
        ids = extended.vocabulary
        assert inside(extended, "새말 새말사전 <새>새말사전집") == [
            ids[word] for word in ("새말", "새말사전", "<새>", "새말사전집")
        ]


def test_a_special_token_keeps_its_settings(tiny: RuntimeTokenizer) -> None:
    content = Tokenizer.from_str(tiny.backend.to_str())
    content.add_special_tokens([AddedToken("[MASK]", lstrip=True, normalized=False, special=True)])
    tokenizer = RuntimeTokenizer(content, tiny.folder, tiny.tokens)
    extended, added = add_tokens(tokenizer, [], ["[MASK]", "[E1]"], NewTokens.auto)
    assert [token.text for token in added] == ["[E1]"]
    assert registered(extended)[tiny.vocabulary["[MASK]"]].lstrip


@pytest.mark.parametrize("policy", list(NewTokens))
def test_halves_of_characters_are_no_tokens(tiny: RuntimeTokenizer, policy: NewTokens) -> None:
    """What a terminal in another encoding makes of a word cannot be looked for."""
    broken = "가".encode("cp949").decode("utf-8", "surrogateescape")
    assert add_tokens(tiny, [broken], [broken], policy) == (tiny, [])


def test_a_plan_says_where_tokens_will_go(slotted: RuntimeTokenizer) -> None:
    for policy in NewTokens:
        plan = plan_tokens(slotted, ["새말"], MARKERS, policy)
        _, added = add_tokens(slotted, ["새말"], MARKERS, policy)
        assert plan.new == [token.text for token in added]
        assert [plan.slots.get(token.text) for token in added] == [token.slot for token in added]


@pytest.mark.parametrize("special", [False, True])
def test_many_tokens_are_added_in_no_time(tiny: RuntimeTokenizer, special: bool) -> None:
    draw = random.Random(0)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    many = list(dict.fromkeys("".join(draw.choices(syllables, k=4)) for _ in range(20_000)))
    started = time.perf_counter()
    extended, added = add_tokens(tiny, [] if special else many, many if special else [], NewTokens.auto)
    assert time.perf_counter() - started < 5
    assert [token.text for token in added] == many
    assert extended.length == tiny.length + len(many)


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
