"""VOC002: more tokens than spare slots, where no rows may be added."""

from pathlib import Path

import pytest

from checkpoints import edit_json, local, tiny_copy
from haechi.checkpoint.tiny import SPARE_SLOTS
from judging import assert_fixes_clear, assert_only, codes, finding, verdict_of
from tasks import relation_task

CODE = "VOC002"


def tokens(count: int) -> str:
    """An override that adds so many tokens."""
    names = ",".join(f"'새말{number}'" for number in range(count))
    return f"tokenizer.add_tokens=[{names}]"


def example(tmp_path: Path) -> list[str]:
    """One token more than tiny has slots."""
    return ["tokenizer.new_tokens=reuse_unused", tokens(SPARE_SLOTS + 1)]


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path) -> None:
    overrides = example(tmp_path)
    assert_only(overrides, CODE)
    assert_fixes_clear(overrides, CODE)


def test_as_many_tokens_as_slots() -> None:
    assert CODE not in codes(["tokenizer.new_tokens=reuse_unused", tokens(SPARE_SLOTS)])


@pytest.mark.parametrize("policy", ["auto", "resize"])
def test_other_policies_need_no_slots(policy: str) -> None:
    assert CODE not in codes([f"tokenizer.new_tokens={policy}", tokens(SPARE_SLOTS + 1)])


def test_known_and_repeated_tokens_do_not_count() -> None:
    more = "tokenizer.add_special_tokens=['새말0','[MASK]','가']"
    assert CODE not in codes(["tokenizer.new_tokens=reuse_unused", tokens(SPARE_SLOTS), more])


def test_a_slot_that_is_wanted_itself_is_not_spare() -> None:
    overrides = [
        "tokenizer.new_tokens=reuse_unused",
        tokens(SPARE_SLOTS),
        "tokenizer.add_special_tokens=['[unused0]']",
    ]
    assert f"{SPARE_SLOTS - 1} spare slots" in finding(overrides, CODE).message


def test_a_vocabulary_without_slots(tmp_path: Path) -> None:
    folder = tiny_copy(tmp_path / "checkpoint")

    def rename(content: dict[str, dict[str, dict[str, int]]]) -> None:
        vocabulary = content["model"]["vocab"]
        content["model"]["vocab"] = {
            token.replace("[unused", "[piece"): index for token, index in vocabulary.items()
        }

    edit_json(folder / "tokenizer.json", rename)
    overrides = [*local(folder), "tokenizer.new_tokens=reuse_unused", tokens(1)]
    assert "0 spare slots" in assert_only(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_markers_need_slots_too(tmp_path: Path) -> None:
    marked = [*relation_task(tmp_path), "tokenizer.new_tokens=reuse_unused"]
    assert CODE not in codes([*marked, tokens(SPARE_SLOTS - 4)])
    overrides = [*marked, tokens(SPARE_SLOTS - 3)]
    assert f"{SPARE_SLOTS + 1} tokens are to be added" in finding(overrides, CODE).message
    assert_fixes_clear(overrides, CODE)


def test_slots_that_tokens_name_need_no_other() -> None:
    names = [f"[unused{number}]" for number in range(SPARE_SLOTS)]
    named = f"tokenizer.add_tokens=[{','.join(map(repr, names))}]"
    assert CODE not in codes(["tokenizer.new_tokens=reuse_unused", named])


@pytest.mark.parametrize(
    ("model", "severity"), [("kcbert", "error"), ("kobert", "warning"), ("koelectra_base", None)]
)
def test_before_files_are_here_the_catalogue_counts(model: str, severity: str | None) -> None:
    """KoBERT has none either, as far as is known."""
    overrides = [f"model={model}", "tokenizer.new_tokens=reuse_unused", "tokenizer.add_tokens=['<e1>']"]
    told = [item for item in verdict_of(overrides).diagnostics if item.code == CODE]
    assert [item.severity.value for item in told] == ([severity] if severity else [])
    for item in told:
        assert item.message == "1 token is to be added, and the vocabulary has 0 spare slots"
        assert_fixes_clear(overrides, CODE)
