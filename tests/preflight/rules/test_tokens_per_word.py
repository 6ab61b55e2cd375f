"""LEN007: a vocabulary of letters."""

import json
from pathlib import Path

from checkpoints import edit_json, local, tiny_copy
from haechi import places
from haechi.tokenization.build import build_tokenizer
from judging import assert_fixes_clear, assert_only, codes, finding

CODE = "LEN007"


def of_letters(folder: Path) -> Path:
    """A copy of tiny whose pieces are single characters."""
    tiny_copy(folder)

    def shorten(content: dict) -> None:
        special = {token["content"] for token in content["added_tokens"]}
        for token in list(content["model"]["vocab"]):
            if len(token.removeprefix("##")) > 1 and token not in special:
                content["model"]["vocab"][f"[{token}]"] = content["model"]["vocab"].pop(token)

    edit_json(folder / "tokenizer.json", shorten)
    return folder


def example(tmp_path: Path) -> list[str]:
    """A vocabulary without words."""
    return local(of_letters(tmp_path / "letters"))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_the_default_is_fine() -> None:
    assert codes([]) == []


def test_counts(tmp_path: Path) -> None:
    found = finding(example(tmp_path), CODE)
    tokenizer = build_tokenizer(tmp_path / "letters")
    lines = (places.ROOT / "src/haechi/samples/topic/train.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [json.loads(line)["title"] for line in lines]
    words = sum(len(title.split()) for title in titles)
    tokens = sum(len(tokenizer.backend.encode(title).ids) - 2 for title in titles)
    assert found.severity.value == "note"
    assert found.message == (
        f"a word takes {tokens / words:.2f} tokens, over {words:,} words of {len(titles):,} train rows"
    )
