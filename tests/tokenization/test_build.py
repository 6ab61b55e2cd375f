"""The runtime tokenizer against AutoTokenizer: equal where transformers is right, apart where it is not."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from checkpoints import ENGLISH, as_roberta, edit_json, english_bpe, tiny_copy, vocab_txt_only
from families import write_tokenizer
from haechi.tokenization.build import build_tokenizer
from haechi.tokenization.runtime import NoTokenizer, RuntimeTokenizer

TEXTS = [
    "전세사기 피해자 지원, 다음 달부터 확대",
    "KBO 3연전 매진…역대 최다 관중",
    "  두 칸  띄어\t쓰기 café 漢字 ",
    "1.5% ↑ (종합)",
    "뷁",
]


def stock(folder: Path):
    """What plain transformers makes of a folder."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def ids(tokenizer: RuntimeTokenizer, text: str, pair: str | None = None) -> tuple[list[int], list[int]]:
    """Token ids and segment ids."""
    encoding = tokenizer.encode_whole([text], None if pair is None else [pair])[0]
    return encoding.ids, encoding.type_ids


def assert_equal(folder: Path, texts: list[str]) -> None:
    """Texts and pairs have the ids that AutoTokenizer gives them."""
    mine, theirs = build_tokenizer(folder), stock(folder)
    for text, pair in zip(texts, [*texts[1:], None], strict=True):
        assert ids(mine, text)[0] == theirs(text)["input_ids"]
        if pair is not None:
            expected = theirs(text, pair, return_token_type_ids=True)
            assert ids(mine, text, pair) == (expected["input_ids"], expected["token_type_ids"])


def test_word_pieces_that_keep_case(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    assert_equal(folder, TEXTS)
    assert build_tokenizer(folder).stock_differences == ()


@pytest.mark.parametrize("lower", [True, False])
def test_vocab_txt_with_declared_case(tmp_path: Path, lower: bool) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lower}), encoding="utf-8")
    assert_equal(folder, TEXTS)


def test_vocab_txt_alone_lower_cases_as_transformers_does(tmp_path: Path) -> None:
    folder = vocab_txt_only(tiny_copy(tmp_path / "checkpoint"))
    assert_equal(folder, TEXTS)
    tokenizer = build_tokenizer(folder)
    assert tokenizer.lower_cases
    assert tokenizer.strips_accents
    assert not tokenizer.declares_lower_case
    assert not build_tokenizer(folder, do_lower_case=False).lower_cases


def test_byte_level_bpe(tmp_path: Path) -> None:
    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    assert_equal(folder, [*ENGLISH, *TEXTS])


def test_byte_level_bpe_in_tokenizer_json(tmp_path: Path) -> None:
    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    before = [ids(build_tokenizer(folder), text) for text in TEXTS]
    stock(folder).save_pretrained(folder)
    assert (folder / "tokenizer.json").is_file()
    assert [ids(build_tokenizer(folder), text) for text in TEXTS] == before
    assert_equal(folder, TEXTS)


def test_special_tokens_map_wins(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / "special_tokens_map.json").write_text(
        '{"pad_token": {"content": "[unused7]"}}', encoding="utf-8"
    )
    tokenizer = build_tokenizer(folder)
    assert tokenizer.tokens["pad"] == "[unused7]"
    assert tokenizer.id("pad") == stock(folder).pad_token_id != 0


def test_legacy_added_tokens(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    rows = build_tokenizer(folder).length
    (folder / "added_tokens.json").write_text(json.dumps({"[E2]": rows + 1, "[E1]": rows}), encoding="utf-8")
    tokenizer = build_tokenizer(folder)
    assert tokenizer.length == len(stock(folder)) == rows + 2
    assert tokenizer.max_id == rows + 1
    assert_equal(folder, ["[E1] 삼성전자 [E2]", *TEXTS])


def test_a_missing_do_lower_case_leaves_tokenizer_json_as_it_is(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    before = [ids(build_tokenizer(folder), text) for text in TEXTS]

    def forget(content: dict[str, object]) -> None:
        del content["do_lower_case"], content["strip_accents"]

    edit_json(folder / "tokenizer_config.json", forget)
    tokenizer = build_tokenizer(folder)
    assert [ids(tokenizer, text) for text in TEXTS] == before
    assert stock(folder)(TEXTS[0])["input_ids"] != before[0][0]
    assert "take Hangul syllables apart" in tokenizer.stock_differences[0]


def test_latin_case_counts_as_a_difference_too(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "tokenizer_config.json", lambda content: content.pop("do_lower_case"))
    assert ids(build_tokenizer(folder), "KBO")[0] != stock(folder)("KBO")["input_ids"]
    assert "lower-case" in build_tokenizer(folder).stock_differences[0]


def test_a_declared_case_wins_over_tokenizer_json(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(do_lower_case=True))
    assert_equal(folder, TEXTS)
    assert ids(build_tokenizer(folder), "KBO") == ids(build_tokenizer(folder), "kbo")
    assert ids(build_tokenizer(folder, do_lower_case=False), "KBO") != ids(build_tokenizer(folder), "kbo")


def test_segment_ids_follow_the_template_of_the_file(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    assert set(ids(build_tokenizer(folder), "가", "나")[1]) == {0}
    assert max(stock(folder)("가", "나")["token_type_ids"]) == 1


def test_vocab_txt_under_a_roberta_is_read_as_word_pieces(tmp_path: Path) -> None:
    folder = as_roberta(tiny_copy(tmp_path / "roberta"))
    before = ids(build_tokenizer(folder), TEXTS[0])
    vocab_txt_only(folder)
    edit_json(folder / "config.json", lambda content: content.pop("tokenizer_class"))
    assert ids(build_tokenizer(folder, do_lower_case=False), TEXTS[0]) == before
    assert build_tokenizer(folder).id("pad") == 1


@pytest.mark.parametrize("model_type", ["roberta", "xlm-roberta"])
def test_special_tokens_by_family_where_no_file_names_them(tmp_path: Path, model_type: str) -> None:
    folder = english_bpe(tiny_copy(tmp_path / "checkpoint"))
    build_tokenizer(folder).backend.save(str(folder / "tokenizer.json"))
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()
    edit_json(folder / "config.json", lambda content: content.update(model_type=model_type))
    tokenizer = build_tokenizer(folder)
    assert [tokenizer.id(role) for role in ("cls", "pad", "sep", "unk", "mask")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "name", ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
)
def test_a_broken_file_is_no_traceback(tmp_path: Path, name: str) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    (folder / name).write_text("{", encoding="utf-8")
    with pytest.raises(NoTokenizer):
        build_tokenizer(folder)


def test_a_vocabulary_without_its_unknown_token(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    edit_json(folder / "tokenizer.json", lambda content: content["model"].update(unk_token="<none>"))
    with pytest.raises(NoTokenizer, match="unknown token"):
        build_tokenizer(folder)


def bare_gpt2(folder: Path, **settings: object) -> Path:
    """GPT-2's files: a vocabulary of bytes, merges, nothing around a text."""
    english_bpe(folder)
    content = (folder / "vocab.json").read_text(encoding="utf-8").replace('"</s>"', '"<|endoftext|>"')
    (folder / "vocab.json").write_text(content, encoding="utf-8")
    (folder / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def test_a_gpt2_has_nothing_around_a_text_and_its_end_of_text_behind_each_of_two(tmp_path: Path) -> None:
    folder = bare_gpt2(tiny_copy(tmp_path / "gpt2"))
    assert_equal(folder, ENGLISH[:1])
    tokenizer = build_tokenizer(folder)
    assert tokenizer.separator == "<|endoftext|>"
    alone = [ids(tokenizer, text)[0] for text in ENGLISH[:2]]
    end = tokenizer.id("eos")
    assert ids(tokenizer, *ENGLISH[:2])[0] == [*alone[0], end, *alone[1], end]
    encoding = tokenizer.encode_whole_with_offsets(ENGLISH[:1])[0]
    assert not any(encoding.special_tokens_mask)
    assert (tokenizer.special_tokens_of_one, tokenizer.special_tokens_of_pair) == (0, 2)


def test_a_template_of_the_files_own_is_kept(tmp_path: Path) -> None:
    folder = bare_gpt2(tiny_copy(tmp_path / "gpt2"))
    backend = build_tokenizer(folder).backend
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 0)]
    )
    backend.save(str(folder / "tokenizer.json"))
    again = build_tokenizer(folder)
    assert again.separator is None
    assert ids(again, *ENGLISH[:2])[0].count(0) == 2


def test_offsets_leave_the_space_out_in_pairs_too(tmp_path: Path) -> None:
    folder = bare_gpt2(tiny_copy(tmp_path / "gpt2"))
    backend = build_tokenizer(folder).backend
    backend.post_processor = processors.ByteLevel(trim_offsets=True)
    backend.save(str(folder / "tokenizer.json"))
    (encoding,) = build_tokenizer(folder).backend.encode_batch([("went up", "a river")])
    cut = [
        text[start:end]
        for (start, end), sequence in zip(encoding.offsets, encoding.sequence_ids, strict=True)
        if sequence is not None and (text := ("went up", "a river")[sequence])
    ]
    assert "".join(cut) == "wentupariver"


def test_the_end_of_text_is_no_unknown_token(tmp_path: Path) -> None:
    """GPT-2's own files call it so."""
    end = "<|endoftext|>"
    folder = bare_gpt2(tiny_copy(tmp_path / "gpt2"), unk_token=end, bos_token=end, eos_token=end)
    tokenizer = build_tokenizer(folder)
    assert tokenizer.tokens == {"bos": end, "eos": end}
    apart = build_tokenizer(bare_gpt2(tiny_copy(tmp_path / "other"), unk_token="<unk>"))
    assert apart.tokens["unk"] == "<unk>"


def test_a_korean_gpt2_whose_files_name_no_special_token(tmp_path: Path) -> None:
    """tokenizer.json and config.json are all there is; the class would take its English names."""
    folder = tiny_copy(tmp_path / "gpt2")
    special = ["<s>", "</s>", "<unk>", "<pad>"]
    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.train_from_iterator(TEXTS, trainers.BpeTrainer(special_tokens=special, show_progress=False))
    backend.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").unlink()
    named = {"model_type": "gpt2", "tokenizer_class": None, "bos_token_id": 0, "eos_token_id": 1}
    edit_json(folder / "config.json", lambda content: content.update(named, pad_token_id=None))
    tokenizer = build_tokenizer(folder)
    assert tokenizer.tokens == {"bos": "<s>", "eos": "</s>", "unk": "<unk>"}
    assert (tokenizer.absent, tokenizer.separator, tokenizer.padding_id) == ({}, "</s>", 1)
    assert tokenizer.encode_whole(["⁂"])[0].ids[-1] == tokenizer.id("unk")
    edit_json(folder / "config.json", lambda content: content.update(pad_token_id=3))
    assert build_tokenizer(folder).padding_id == 3
    (folder / "special_tokens_map.json").write_text('{"eos_token": "<end>"}', encoding="utf-8")
    assert build_tokenizer(folder).absent == {"eos": "<end>"}, "what a file names is no default"


@pytest.mark.parametrize(("settings", "token"), [({}, "<|endoftext|>"), ({"pad_token": "<pad>"}, "<pad>")])
def test_rows_are_filled_with_what_there_is(tmp_path: Path, settings: dict[str, str], token: str) -> None:
    tokenizer = build_tokenizer(bare_gpt2(tiny_copy(tmp_path / "gpt2"), **settings))
    assert tokenizer.padding_id == tokenizer.vocabulary[token]


def test_an_xlnet_ends_with_its_classification_token(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "xlnet")
    edit_json(folder / "tokenizer.json", lambda content: content.update(post_processor=None))
    edit_json(folder / "config.json", lambda content: content.update(model_type="xlnet"))
    tokenizer = build_tokenizer(folder)
    cls, sep = tokenizer.id("cls"), tokenizer.id("sep")
    (word, *_), _ = ids(tokenizer, "가")
    assert ids(tokenizer, "가") == ([word, sep, cls], [0, 0, 2])
    assert ids(tokenizer, "가", "가") == ([word, sep, word, sep, cls], [0, 0, 1, 1, 2])


def test_a_kobert_of_xlnets_class_begins_with_its_own(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "kobert")
    edit_json(folder / "tokenizer.json", lambda content: content.update(post_processor=None))
    edit_json(
        folder / "tokenizer_config.json", lambda content: content.update(tokenizer_class="XLNetTokenizer")
    )
    tokenizer = build_tokenizer(folder)
    assert ids(tokenizer, "가")[0][0] == tokenizer.id("cls")


@pytest.mark.parametrize(
    ("kind", "declared", "behind"),
    [
        ("bare bytes", "GPT2Tokenizer", 0),
        ("cls last", "XLNetTokenizer", 2),
        ("wordpiece", "BertTokenizer", 1),
    ],
)
def test_special_tokens_behind_a_text(tmp_path: Path, kind: str, declared: str, behind: int) -> None:
    tokenizer = build_tokenizer(write_tokenizer(kind, tmp_path / "tokenizer", declared))
    assert tokenizer.special_tokens_behind == behind


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")
    before = build_tokenizer(folder)
    edit_json(folder / "tokenizer_config.json", lambda content: content.update(do_lower_case=True))
    assert build_tokenizer(folder).lower_cases
    assert not before.lower_cases
