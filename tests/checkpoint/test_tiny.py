"""The checkpoint that `model=tiny` names: the same everywhere, light to make, and an ordinary one to load."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from haechi.checkpoint.files import open_checkpoint
from haechi.checkpoint.header import read_header
from haechi.checkpoint.locate import State, locate
from haechi.checkpoint.tiny import CONFIG, SPARE_SLOTS, SPECIAL_TOKENS, make_tiny
from haechi.tokenization.build import build_tokenizer
from hub_server import ROOT

MAKE = """
import sys
from pathlib import Path
from haechi.checkpoint.tiny import make_tiny
make_tiny(Path(sys.argv[1]))
print(*(name for name in ("torch", "transformers", "datasets") if name in sys.modules))
"""
SENTENCES = [
    "오늘 서울은 낮부터 비가 내리고 저녁에는 그칠 것으로 보인다",
    "정부, 내년 예산안 국회 제출…'역대 최대' 728조원(종합)",
    "KT·LG유플러스 5G 요금제 30% 인하",
    "뷁뛟 한국어 English 混用 café 🙂",
    "  띄어쓰기가   이상한\t문장입니다.\n",
    "[MASK] 토큰과 [unused3]",
    "",
]
PAIRS = [
    ("비가 온다", "오늘은 우산이 필요하다"),
    ("삼성전자 주가 상승", "코스피, 사상 최고치…외국인 '사자'"),
    ("", "짝만 있는 행"),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny(tmp_path_factory.mktemp("cache") / "tiny")


def start(folder: Path, **more: str) -> subprocess.Popen[str]:
    """Make the checkpoint in a process of its own."""
    environment = {"PYTHONPATH": str(ROOT / "src"), **more}
    return subprocess.Popen(
        [sys.executable, "-c", MAKE, str(folder)],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    """What a process printed; it must have ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_it_is_byte_for_byte_the_same_in_two_processes(tiny: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        finish(start(tmp_path / seed, PYTHONHASHSEED=seed, RAYON_NUM_THREADS=seed))
    assert digests(tmp_path / "1") == digests(tmp_path / "2") == digests(tiny)


def test_making_it_imports_nothing_heavy(tmp_path: Path) -> None:
    assert finish(start(tmp_path / "tiny")) == ""


def test_processes_that_start_at_once_all_succeed(tiny: Path, tmp_path: Path) -> None:
    """A sweep's jobs may be processes: none sees half of a folder, none leaves one behind."""
    folder = tmp_path / "cache" / "tiny"
    for process in [start(folder) for _ in range(3)]:
        finish(process)
    assert digests(folder) == digests(tiny)
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    folder = make_tiny(tmp_path / "tiny")
    (folder / "model.safetensors").write_bytes(b"mine")
    before = digests(folder)
    assert make_tiny(folder) == folder
    assert digests(folder) == before


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_tiny(tmp_path / "file" / "tiny")


def test_a_disk_without_room_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with pytest.raises(OSError, match="No space left"):
        make_tiny(tmp_path / "cache" / "tiny")
    assert list((tmp_path / "cache").iterdir()) == []


def test_locate_makes_it(outputs: Path) -> None:
    folder = outputs / "cache" / "tiny"
    location = locate(str(folder))
    assert (location.state, location.folder) == (State.folder, folder)
    assert (folder / "config.json").is_file()


def test_its_files_say_what_it_is(tiny: Path) -> None:
    checkpoint = open_checkpoint(tiny)
    assert checkpoint.broken == ()
    assert checkpoint.model_type == "bert"
    assert (checkpoint.usable_positions, checkpoint.type_vocab_size) == (CONFIG["max_position_embeddings"], 2)
    assert (checkpoint.num_layers, checkpoint.has_pooler) == (CONFIG["num_hidden_layers"], False)
    assert checkpoint.embedding_rows == checkpoint.config["vocab_size"] == build_tokenizer(tiny).length
    assert {tensor.dtype for tensor in read_header(tiny / "model.safetensors").values()} == {"F32"}


def test_special_tokens_come_first_and_spare_slots_after_them(tiny: Path) -> None:
    vocabulary = build_tokenizer(tiny).vocabulary
    assert [vocabulary[token] for token in SPECIAL_TOKENS] == [0, 1, 2, 3, 4]
    assert [vocabulary[f"[unused{slot}]"] for slot in range(SPARE_SLOTS)] == list(range(5, 5 + SPARE_SLOTS))
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))


def test_it_reads_everyday_korean(tiny: Path) -> None:
    tokenizer = build_tokenizer(tiny)
    for encoding in tokenizer.encode_whole(SENTENCES[:3]):
        assert tokenizer.id("unk") not in encoding.ids


def test_transformers_loads_it_whole_but_for_the_pooler(tiny: Path) -> None:
    from transformers import AutoModel

    model, report = AutoModel.from_pretrained(tiny, output_loading_info=True)
    assert type(model).__name__ == "BertModel"
    assert sorted(report["missing_keys"]) == ["pooler.dense.bias", "pooler.dense.weight"]
    assert not report["unexpected_keys"]
    assert not report["mismatched_keys"]


def test_plain_auto_tokenizer_gives_the_same_ids_for_sentences(tiny: Path) -> None:
    from transformers import AutoTokenizer

    plain, ours = AutoTokenizer.from_pretrained(tiny), build_tokenizer(tiny)
    theirs = plain(SENTENCES)
    encodings = ours.encode_whole(SENTENCES)
    assert [encoding.ids for encoding in encodings] == theirs["input_ids"]
    assert [encoding.type_ids for encoding in encodings] == theirs["token_type_ids"]
    assert ours.stock_differences == ()
    for role in ("pad", "unk", "cls", "sep", "mask"):
        assert ours.id(role) == getattr(plain, f"{role}_token_id")


@pytest.mark.parametrize("max_length", [128, 8])
def test_plain_auto_tokenizer_gives_the_same_ids_for_pairs(tiny: Path, max_length: int) -> None:
    from transformers import AutoTokenizer

    first, second = [list(side) for side in zip(*PAIRS, strict=True)]
    theirs = AutoTokenizer.from_pretrained(tiny)(first, second, truncation=True, max_length=max_length)
    encodings = build_tokenizer(tiny).encode(first, second, max_length)
    assert [encoding.ids for encoding in encodings] == theirs["input_ids"]
    assert [encoding.type_ids for encoding in encodings] == theirs["token_type_ids"]
