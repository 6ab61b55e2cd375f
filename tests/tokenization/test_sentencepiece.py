"""Bare sentencepiece models against the sentencepiece package and the classes of their families."""

import json
from pathlib import Path
from typing import Any

import pytest
from sentencepiece import sentencepiece_model_pb2

from families import headlines
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer
from sentencepieces import (
    ALBERT_FLAGS,
    AMOUNTS,
    CASES,
    DEBERTA_FLAGS,
    PLAIN,
    UNUSUAL,
    Case,
    class_pieces,
    ids,
    kobert_model,
    learn,
    listed,
    of_class,
    own,
    processor,
    stock,
    tokens,
    write_kobert_tokenizer,
    write_model,
)


def framed(tokenizer: RuntimeTokenizer, text: str, pair: str | None = None) -> list[tuple[str, int]]:
    """Tokens of a text or a pair with their segment ids."""
    encoding = tokenizer.encode_whole([text], None if pair is None else [pair])[0]
    names = [tokenizer.backend.id_to_token(index) for index in encoding.ids]
    return list(zip(names, encoding.type_ids, strict=True))


# The pieces of a text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pieces_are_those_of_the_sentencepiece_package(tmp_path: Path, case: Case) -> None:
    tokenizer = build_tokenizer(case.write(tmp_path / "folder"))
    model = learn(**case.flags)
    for text in [*headlines(), *UNUSUAL]:
        assert ids(tokenizer, text) == case.expected(model, text), text


@pytest.mark.parametrize("declared", ["KoBERTTokenizer", "XLNetTokenizer"])
def test_koberts_pieces_are_those_of_its_class(tmp_path: Path, declared: str) -> None:
    tokenizer = build_tokenizer(write_kobert_tokenizer(tmp_path / "kobert", declared=declared))
    expected = of_class()
    for text in [*headlines(), *UNUSUAL]:
        assert ids(tokenizer, text) == expected(kobert_model(), text), text


def test_ids_follow_vocab_txt_where_it_lists_the_pieces(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(write_kobert_tokenizer(tmp_path / "kobert", "monologg"))
    numbers = {piece: index for index, piece in enumerate(listed())}
    for text in [*headlines(), *UNUSUAL]:
        assert ids(tokenizer, text) == [numbers.get(piece, 0) for piece in class_pieces(learn(), text)], text
    assert tokenizer.length == len(listed()) != len(processor(learn()))


def test_equally_probable_pieces_may_stand_in_another_order(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(write_kobert_tokenizer(tmp_path / "kobert"))
    text = "1,000억"
    theirs = processor(kobert_model()).encode(text, out_type=str)
    assert {"0", "00"} < set(theirs)
    assert sorted(tokens(tokenizer, text)) == sorted(theirs)


# User-defined pieces

MARKED = ("<br>", "<b", "★", "은행", "가나")
MIXED = [
    "가<br>나", "<br>가", "가★나", "가 <br> 나", " <br>  ★ ", "<br><br>", "<b>은행<br",
    "한국은행 은행가나", "<BR>★①",
]  # fmt: skip


@pytest.mark.parametrize("model_type", ["bpe", "unigram"])
@pytest.mark.parametrize(
    "flags",
    [{}, {"remove_extra_whitespaces": False}, {"add_dummy_prefix": False}, {"split_by_whitespace": False}],
    ids=["words", "all spaces", "no mark", "several words"],
)
def test_user_defined_pieces_stand_as_in_the_sentencepiece_package(
    tmp_path: Path, model_type: str, flags: dict[str, bool]
) -> None:
    model = learn(model_type=model_type, user_defined_symbols=MARKED, **flags)
    folder = write_model(tmp_path / "folder", model, "tokenizer.model", tokenizer_class=PLAIN)
    tokenizer = build_tokenizer(folder)
    for text in [*MIXED, *headlines()[:200], *UNUSUAL]:
        assert ids(tokenizer, text) == own(model, text), text
    tokenizer.backend.save(str(folder / "tokenizer.json"))
    assert ids(build_tokenizer(folder), MIXED[0]) == own(model, MIXED[0])


def test_a_piece_that_the_class_would_change_is_in_no_text(tmp_path: Path) -> None:
    flags = {**ALBERT_FLAGS, "user_defined_symbols": ("<BR>",)}
    case = Case("spiece.model", "AlbertTokenizer", flags, of_class(lower_case=True))
    tokenizer = build_tokenizer(case.write(tmp_path / "albert"))
    assert ids(tokenizer, "가<BR>나") == case.expected(learn(**flags), "가<BR>나")


@pytest.mark.parametrize("piece", ["\n", "①"])
def test_a_piece_kept_from_the_models_own_normalization_is_refused(tmp_path: Path, piece: str) -> None:
    for rules, refused in (("nmt_nfkc", True), ("identity", False)):
        model = learn(user_defined_symbols=(piece,), normalization_rule_name=rules)
        folder = write_model(tmp_path / rules, model, "tokenizer.model", tokenizer_class=PLAIN)
        if refused:
            with pytest.raises(NoTokenizer, match="own normalization"):
                build_tokenizer(folder)
        else:
            text = f"가{piece}나"
            assert ids(build_tokenizer(folder), text) == own(model, text)


def test_a_bpe_with_a_piece_that_merging_never_makes_is_refused(tmp_path: Path) -> None:
    """Beside user-defined pieces it would be taken whole wherever it is a whole word."""
    schema: Any = sentencepiece_model_pb2
    for apart, refused in (("<br>", True), ("★", False)):
        proto = schema.ModelProto()
        proto.ParseFromString(learn(model_type="bpe", user_defined_symbols=(apart,)))
        proto.pieces.add(piece="▁가☂", score=-9999.0, type=1)
        model = proto.SerializeToString()
        folder = write_model(tmp_path / str(refused), model, "tokenizer.model", tokenizer_class=PLAIN)
        if refused:
            with pytest.raises(NoTokenizer, match="merging never makes"):
                build_tokenizer(folder)
        else:
            assert ids(build_tokenizer(folder), "가★나") == own(model, "가★나")


# Numbers and commas


@pytest.fixture(scope="module")
def amounts(tmp_path_factory: pytest.TempPathFactory) -> RuntimeTokenizer:
    """KoBERT's tokenizer with a vocabulary that has pieces such as `1,`."""
    folder = tmp_path_factory.mktemp("amounts") / "kobert"
    return build_tokenizer(
        write_model(folder, kobert_model(texts=AMOUNTS), "spiece.model", tokenizer_class="KoBERTTokenizer")
    )


def test_a_comma_is_never_one_piece_with_the_digit_before_it(amounts: RuntimeTokenizer) -> None:
    joined = {token for token in amounts.vocabulary if token[-1] == "," and token[-2:-1].isdigit()}
    theirs = {
        piece
        for text in AMOUNTS
        for piece in processor(kobert_model(texts=AMOUNTS)).encode(text, out_type=str)
    }
    assert joined & theirs
    assert not joined & {token for text in AMOUNTS for token in tokens(amounts, text)}


def test_amounts_come_out_as_those_of_the_class_nearly_always(amounts: RuntimeTokenizer) -> None:
    expected = [of_class()(kobert_model(texts=AMOUNTS), text) for text in AMOUNTS]
    alike = [ids(amounts, text) == row for text, row in zip(AMOUNTS, expected, strict=True)]
    assert sum(alike) / len(alike) > 0.95


def test_other_texts_come_out_the_same(amounts: RuntimeTokenizer) -> None:
    for text in headlines():
        assert ids(amounts, text) == of_class()(kobert_model(texts=AMOUNTS), text)


# Ids and templates of the families


def test_koberts_template_is_berts(tmp_path: Path) -> None:
    for layout, declared in (("skt", "KoBERTTokenizer"), ("skt", "XLNetTokenizer"), ("monologg", "")):
        folder = write_kobert_tokenizer(tmp_path / f"{layout}{declared}", layout, declared)
        tokenizer = build_tokenizer(folder)
        assert [tokenizer.id(role) for role in ("unk", "pad", "cls", "sep", "mask")] == [0, 1, 2, 3, 4]
        assert tokenizer.absent == {}
        assert tokenizer.max_id == tokenizer.length - 1
        assert framed(tokenizer, "가", "나") == [
            ("[CLS]", 0), ("▁가", 0), ("[SEP]", 0), ("▁나", 1), ("[SEP]", 1),
        ]  # fmt: skip


def test_kobert_has_no_more_ids_than_pieces(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", declared="XLNetTokenizer")
    (folder / "special_tokens_map.json").unlink()
    assert build_tokenizer(folder).length == len(processor(kobert_model()))
    assert len(stock(folder)) > len(processor(kobert_model()))


def test_an_xlnet_ends_with_its_classification_token(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(CASES["xlnet"].write(tmp_path / "xlnet"))
    assert framed(tokenizer, "가", "나") == [
        ("▁", 0), ("가", 0), ("<sep>", 0), ("▁", 1), ("나", 1), ("<sep>", 1), ("<cls>", 2),
    ]  # fmt: skip


def test_fairseqs_tokens_come_first_and_the_mask_last(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(CASES["xlm-roberta"].write(tmp_path / "xlmr"))
    assert [tokenizer.id(role) for role in ("cls", "pad", "sep", "unk")] == [0, 1, 2, 3]
    assert tokenizer.id("mask") == tokenizer.length - 1 == len(processor(learn())) + 1
    assert framed(tokenizer, "가", "나") == [
        ("<s>", 0), ("▁가", 0), ("</s>", 0), ("</s>", 0), ("▁나", 0), ("</s>", 0),
    ]  # fmt: skip


def test_debertas_mask_is_added_behind_the_pieces(tmp_path: Path) -> None:
    folder = CASES["deberta"].write(tmp_path / "deberta")
    rows = len(processor(learn(**DEBERTA_FLAGS)))
    assert build_tokenizer(folder).id("mask") == rows
    added = {"[MASK]": rows + 1, "<e>": rows}
    (folder / "added_tokens.json").write_text(json.dumps(added), encoding="utf-8")
    tokenizer = build_tokenizer(folder)
    assert {token: tokenizer.vocabulary[token] for token in added} == added


def test_special_tokens_in_a_text_stay_whole(tmp_path: Path) -> None:
    tokenizer = build_tokenizer(write_kobert_tokenizer(tmp_path / "kobert"))
    assert tokens(tokenizer, "한국[SEP]은행 [MASK]") == [
        *tokens(tokenizer, "한국"), "[SEP]", *tokens(tokenizer, "은행"), "[MASK]",
    ]  # fmt: skip


def test_lower_casing_can_be_asked_for(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert")
    kept, lowered = build_tokenizer(folder), build_tokenizer(folder, do_lower_case=True)
    assert not kept.lower_cases
    assert lowered.lower_cases
    assert not lowered.strips_accents  # Hangul is put together again
    assert ids(lowered, "KBO 연전") == ids(kept, "kbo 연전") != ids(kept, "KBO 연전")


def test_punctuation_is_split_off_where_deberta_asks_for_it(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path / "deberta", learn(**DEBERTA_FLAGS), "spm.model",
        tokenizer_class="DebertaV2Tokenizer", split_by_punct=True,
    )  # fmt: skip
    found = ids(build_tokenizer(folder), "은행.가")
    assert found == [index for part in ("은행", ".", "가") for index in own(learn(**DEBERTA_FLAGS), part)]
    assert found != own(learn(**DEBERTA_FLAGS), "은행.가")


def test_a_model_without_a_class_has_berts_template_where_it_has_the_tokens(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "bert", kobert_model(), "spiece.model")
    (folder / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    tokenizer = build_tokenizer(folder)
    assert framed(tokenizer, "가") == [("[CLS]", 0), ("▁가", 0), ("[SEP]", 0)]
    assert ids(tokenizer, "café") == own(kobert_model(), "café")


def test_word_pieces_beside_a_model_are_read_where_the_class_reads_them(tmp_path: Path) -> None:
    lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n한국\n##은행\n##가\n▁\n"
    found: dict[str, str] = {}
    for declared in ("BertTokenizer", "XLMRobertaTokenizer"):
        folder = write_model(tmp_path / declared, learn(), "spiece.model", tokenizer_class=declared)
        (folder / "vocab.txt").write_text(lines, encoding="utf-8")
        found[declared] = type(build_tokenizer(folder, do_lower_case=False).backend.model).__name__
    assert found == {"BertTokenizer": "WordPiece", "XLMRobertaTokenizer": "Unigram"}
