"""sweep.json: cut, of another version, of no sweep; and which jobs belong to it."""

import json
from pathlib import Path

import pytest

from haechi.sweep_record import NAME, UnreadableRecord, read_record, swept_keys, typed_values
from sweeps import planned


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": 1}', '{"version": 1, "jobs": [3]}'])
def test_a_record_that_cannot_be_read_is_said_so(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    with pytest.raises(UnreadableRecord, match="cannot be read"):
        read_record(tmp_path)


def test_a_record_of_another_version_is_named(tmp_path: Path) -> None:
    planned(tmp_path, "seed=1,2")
    content = json.loads((tmp_path / NAME).read_text()) | {"version": 9}
    (tmp_path / NAME).write_text(json.dumps(content))
    with pytest.raises(UnreadableRecord, match="of version 9"):
        read_record(tmp_path)


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord, match=r"has no sweep\.json"):
        read_record(tmp_path)
    with pytest.raises(UnreadableRecord, match="is no folder"):
        read_record(tmp_path / "nowhere")


def test_what_is_typed_for_hydra_or_the_messages_is_no_part_of_a_job() -> None:
    typed = [
        "pooling=cls", "+model.config.hidden_dropout_prob=0.2", "hydra/launcher=joblib", "hydra.sweep.dir=x",
        "notify=none", "tracking.uri=y", "trainer.logging_steps=1", "~experiment", "tags=[a]",
    ]  # fmt: skip
    assert typed_values(typed) == {
        "pooling": "cls",
        "model.config.hidden_dropout_prob": "0.2",
        "~experiment": "",
    }


def test_swept_keys_are_those_whose_values_differ() -> None:
    jobs = [
        ["pooling=cls", "seed=1", "trainer.max_steps=5"],
        ["pooling=cls", "seed=2", "trainer.max_steps=5"],
    ]
    assert swept_keys(jobs) == ["seed"]
    assert swept_keys([["pooling=cls"]]) == []
