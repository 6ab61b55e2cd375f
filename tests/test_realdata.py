"""Real files: KLUE-YNAT, real vocabularies, a real pretrained encoder."""

import json
from pathlib import Path

import pytest

from haechi.tokenization.build import build_tokenizer
from judging import codes, finding, verdict_of
from running import only_folder, results, run

pytestmark = pytest.mark.realdata


def ynat(folder: Path) -> list[str]:
    files = folder / "data" / "klue"
    return [
        "task=klue_ynat",
        f"task.files.train={files / 'ynat-v1.1_train.json'}",
        f"task.files.validation={files / 'ynat-v1.1_dev.json'}",
    ]


def encoder(folder: Path) -> list[str]:
    return ["model=local", f"model.checkpoint={folder / 'models' / 'me5_small_ko'}"]


def titles(folder: Path, rows: int) -> list[str]:
    path = folder / "data" / "klue" / "ynat-v1.1_dev.json"
    return [row["title"] for row in json.loads(path.read_text(encoding="utf-8"))[:rows]]


def test_real_headlines_and_a_real_encoder_are_fit(real_data: Path) -> None:
    verdict = verdict_of([*ynat(real_data), *encoder(real_data)])
    assert [item.as_text() for item in verdict.diagnostics if item.severity.value == "error"] == []


def test_the_runtime_tokenizer_gives_the_ids_of_auto_tokenizer(real_data: Path) -> None:
    from transformers import AutoTokenizer

    folder, texts = real_data / "models" / "me5_small_ko", titles(real_data, 2000)
    stock = AutoTokenizer.from_pretrained(folder)
    assert [item.ids for item in build_tokenizer(folder).encode_whole(texts)] == stock(texts)["input_ids"]


@pytest.mark.parametrize("name", ["kcbert_base", "koelectra_v3_koglm", "bert_base_multilingual_cased"])
def test_a_bare_vocabulary_reads_headlines_once_lower_casing_is_off(real_data: Path, name: str) -> None:
    from haechi.tokenization.reading import unknown_share

    folder, texts = real_data / "tokenizers" / name, titles(real_data, 500)
    assert unknown_share(build_tokenizer(folder, do_lower_case=False), texts) < 0.05
    assert unknown_share(build_tokenizer(folder), texts) > 0.5


def test_an_english_byte_level_vocabulary_is_refused(real_data: Path) -> None:
    source = real_data / "tokenizers" / "roberta_base"
    overrides = [
        *ynat(real_data),
        *encoder(real_data),
        f"tokenizer.source={source}",
        "tokenizer.allow_cross=true",
    ]
    assert "tokens" in finding(overrides, "TOK003").message


def test_another_checkpoints_vocabulary_is_refused(real_data: Path) -> None:
    source = real_data / "tokenizers" / "koelectra_v3_koglm"
    assert "TOK005" in codes([*ynat(real_data), *encoder(real_data), f"tokenizer.source={source}"])


@pytest.mark.slow
def test_a_real_encoder_learns_from_a_thousand_headlines(real_data: Path, tmp_path: Path) -> None:
    few = tmp_path / "dev.json"
    path = real_data / "data" / "klue" / "ynat-v1.1_dev.json"
    few.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))[:600]), encoding="utf-8")
    process = run(
        tmp_path, *ynat(real_data), *encoder(real_data), f"task.files.validation={few}",
        "task.max_train_rows=1500", "trainer.num_train_epochs=1", "trainer.learning_rate=1e-4",
        "tracking=none",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-2000:]
    assert results(only_folder(tmp_path, "klue_ynat"))["metrics"]["validation/macro_f1"] > 0.4
