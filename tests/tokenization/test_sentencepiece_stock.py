"""Bare sentencepiece models in plain transformers: equal where it is right, told where it is not."""

import json
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from families import headlines
from haechi.tokenization.build import build_tokenizer
from sentencepieces import (
    ALBERT_FLAGS,
    AMOUNTS,
    APART,
    CASES,
    NFD,
    Case,
    ids,
    kobert_model,
    learn,
    shifted,
    stock,
    tokens,
    write_kobert_tokenizer,
    write_model,
)


def assert_stock_equal(folder: Path, texts: list[str]) -> None:
    """Texts and pairs have the ids that AutoTokenizer gives them."""
    mine, theirs = build_tokenizer(folder), stock(folder)
    assert mine.length == len(theirs)
    for text, pair in pairwise(texts):
        assert mine.encode_whole([text])[0].ids == theirs(text)["input_ids"], text
        both, expected = mine.encode_whole([text], [pair])[0], theirs(text, pair, return_token_type_ids=True)
        assert (both.ids, both.type_ids) == (expected["input_ids"], expected["token_type_ids"])


@pytest.mark.parametrize("name", ["xlm-roberta", "albert with accents"])
def test_transformers_gives_the_same_ids(tmp_path: Path, name: str) -> None:
    folder = CASES[name].write(tmp_path / "folder")
    model_type = name.partition(" ")[0]
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}), encoding="utf-8")
    assert_stock_equal(folder, [*headlines(), "  두 칸  띄어\t쓰기 ", "뷁 ＡＢＣ", "ㅋㅋㅋㅋ"])


def test_deberta_is_the_same_where_nothing_is_normalized(tmp_path: Path) -> None:
    folder = CASES["deberta"].write(tmp_path / "deberta")
    rules = [text for text in headlines() if unicodedata.is_normalized("NFKC", text)]
    assert_stock_equal(folder, rules)


def takes_hangul_apart(folder: Path) -> bool:
    return stock(folder)("한국")["input_ids"] != build_tokenizer(folder).encode_whole(["한국"])[0].ids


DIFFERENCES: dict[str, tuple[str, str]] = {
    "xlnet": ("take Hangul syllables apart", "한국"),
    "albert": ("take Hangul syllables apart", "한국"),
    "deberta": ("pass over the model's normalization", "Ａ"),
    "xlm-roberta": ("decomposed text (NFD)", NFD),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_transformers_does_otherwise_is_told(tmp_path: Path, name: str) -> None:
    said, text = DIFFERENCES[name]
    folder = CASES[name].write(tmp_path / "folder")
    tokenizer = build_tokenizer(folder)
    assert any(said in difference for difference in tokenizer.stock_differences)
    assert stock(folder)(text)["input_ids"] != tokenizer.encode_whole([text])[0].ids


MORE_DIFFERENCES: dict[str, tuple[dict[str, Any], str, str]] = {
    "user-defined": ({"user_defined_symbols": APART}, "behind each user-defined piece (`(` `)` `.`)", "1.5%"),
    "bytes": ({"byte_fallback": True, "character_coverage": 0.98}, "where the model has bytes", "뷁"),
    "bpe": ({"model_type": "bpe"}, "read this BPE model as a unigram model", "한국은행 기준금리 1,000억"),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE_DIFFERENCES)
def test_pieces_that_transformers_takes_otherwise_are_told(tmp_path: Path, name: str) -> None:
    flags, said, text = MORE_DIFFERENCES[name]
    case = Case("sentencepiece.bpe.model", "XLMRobertaTokenizer", flags, shifted)
    folder = case.write(tmp_path / "folder")
    tokenizer = build_tokenizer(folder)
    assert any(said in difference for difference in tokenizer.stock_differences)
    assert stock(folder)(text)["input_ids"] != tokenizer.encode_whole([text])[0].ids


def test_an_unknown_sign_of_another_id_is_told(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path / "albert", kobert_model(), "spiece.model", tokenizer_class="AlbertTokenizer"
    )
    tokenizer = build_tokenizer(folder)
    assert any("id 1, and the model has 0" in difference for difference in tokenizer.stock_differences)
    assert 1 in stock(folder)("뷁")["input_ids"]
    assert 0 in ids(tokenizer, "뷁")


def test_numbers_with_commas_are_told(tmp_path: Path) -> None:
    model = learn(texts=AMOUNTS, **ALBERT_FLAGS)
    folder = write_model(
        tmp_path / "albert", model, "spiece.model", tokenizer_class="AlbertTokenizer", keep_accents=True
    )
    assert any("comma with the digit" in item for item in build_tokenizer(folder).stock_differences)
    theirs = stock(folder)
    pieces = {token for text in AMOUNTS for token in theirs.tokenize(text)}
    assert any(piece[-1] == "," and piece[-2:-1].isdigit() for piece in pieces)


def test_transformers_fails_on_koberts_own_classes(tmp_path: Path) -> None:
    for layout, named in (("skt", "KoBERTTokenizer"), ("monologg", "KoBertTokenizer")):
        folder = write_kobert_tokenizer(tmp_path / layout, layout)
        (folder / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
        assert build_tokenizer(folder).stock_differences == (f"it knows no `{named}`, and fails",)
        with pytest.raises(ValueError, match="backend tokenizer"):
            stock(folder)


def test_transformers_takes_kobert_for_xlnet(tmp_path: Path) -> None:
    folder = write_kobert_tokenizer(tmp_path / "kobert", declared="XLNetTokenizer")
    first, second = build_tokenizer(folder).stock_differences
    assert "take Hangul syllables apart" in first
    assert "behind the text" in second
    theirs = stock(folder)
    assert takes_hangul_apart(folder)
    assert theirs.convert_ids_to_tokens(theirs("가")["input_ids"])[-2:] == ["[SEP]", "[CLS]"]
    assert theirs.padding_side == "left"


def test_transformers_makes_up_a_vocabulary_for_a_bert(tmp_path: Path) -> None:
    bare = write_model(tmp_path / "bare", kobert_model(), "spiece.model", tokenizer_class="BertTokenizer")
    assert build_tokenizer(bare).stock_differences == ("it would make up a vocabulary of five tokens",)
    assert len(stock(bare)) == 5
    lists = write_kobert_tokenizer(tmp_path / "listed", "monologg")
    (lists / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    (lists / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    assert build_tokenizer(lists).stock_differences == ("it would read vocab.txt as word pieces",)
    assert stock(lists).tokenize("한국은행") == ["[UNK]"]
    assert "[UNK]" not in tokens(build_tokenizer(lists), "한국은행")
