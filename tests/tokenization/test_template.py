"""One place puts the family's special tokens around texts."""

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from haechi.tokenization.declared import Declared
from haechi.tokenization.template import BERT, ROBERTA, XLNET, Template, frame, template_of

TOKENS = {"cls": "[C]", "sep": "[S]"}


def words() -> Tokenizer:
    backend = Tokenizer(models.WordLevel({"[C]": 0, "[S]": 1, "가": 2, "나": 3}, unk_token="가"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    return backend


@pytest.mark.parametrize(
    ("model_type", "named", "template", "ids", "segments"),
    [
        (None, "BertTokenizer", BERT, [0, 2, 1, 3, 1], [0, 0, 0, 1, 1]),
        ("roberta", "RobertaTokenizer", ROBERTA, [0, 2, 1, 1, 3, 1], [0, 0, 0, 0, 0, 0]),
        ("xlnet", "XLNetTokenizer", XLNET, [2, 1, 3, 1, 0], [0, 0, 1, 1, 2]),
        ("bert", "XLNetTokenizer", ROBERTA, [0, 2, 1, 1, 3, 1], [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_pair_is_framed_as_its_family_is(
    model_type: str | None, named: str, template: Template, ids: list[int], segments: list[int]
) -> None:
    declared = Declared({}, TOKENS, model_type, named)
    assert template_of(declared) == template
    backend = words()
    frame(backend, template_of(declared), declared.tokens)
    encoding = backend.encode("가", "나")
    assert (encoding.ids, encoding.type_ids) == (ids, segments)


def test_a_template_that_is_there_is_kept() -> None:
    backend = words()
    frame(backend, XLNET, TOKENS)
    frame(backend, BERT, TOKENS)
    assert backend.encode("가").ids == [2, 1, 0]


@pytest.mark.parametrize("tokens", [{}, {"cls": "[C]"}, {"cls": "[C]", "sep": "[X]"}])
def test_tokens_that_are_not_there_frame_nothing(tokens: dict[str, str]) -> None:
    backend = words()
    frame(backend, BERT, tokens)
    assert backend.post_processor is None
