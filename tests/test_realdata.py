"""Real files: KLUE-YNAT, real vocabularies, a real pretrained encoder."""

import json
import shutil
from pathlib import Path

import pytest

from families import FAMILIES, SIZES
from haechi import places
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


def with_vocabulary(source: Path, folder: Path, family: str) -> list[str]:
    """A small random checkpoint of a family with a real vocabulary."""
    import torch
    from transformers import AutoConfig, AutoModel

    shutil.copytree(source, folder)
    declared = {"do_lower_case": False, "tokenizer_class": "BertTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(declared), encoding="utf-8")
    entries = len((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **SIZES, **FAMILIES[family][0], vocab_size=entries)
    AutoModel.from_config(config).save_pretrained(folder)
    return ["model=local", f"model.checkpoint={folder}"]


def klue(folder: Path, task: str) -> list[str]:
    """A task on the real files of KLUE, and on KorQuAD's where KLUE's own are not here."""
    data = folder / "data"
    train, validation = {
        "klue_ynat": ("klue/ynat-v1.1_train.json", "klue/ynat-v1.1_dev.json"),
        "klue_sts": ("klue/klue-sts-v1.1_train.json", "klue/klue-sts-v1.1_dev.json"),
        "klue_nli": ("klue/klue-nli-v1.1_train.json", "klue/klue-nli-v1.1_dev.json"),
        "klue_re": ("klue/klue-re-v1.1_train.json", "klue/klue-re-v1.1_dev.json"),
        "klue_ner": ("klue/klue-ner-v1.1_dev.tsv", None),
        "klue_mrc": ("korquad/KorQuAD_v1.0_dev.json", None),
    }[task]
    more = [f"task.files.validation={data / validation}"] if validation else []
    return [f"task={task}", f"task.files.train={data / train}", *more]


TASKS = ("klue_ynat", "klue_sts", "klue_nli", "klue_re", "klue_ner", "klue_mrc")


def loud(overrides: list[str]) -> list[str]:
    """Errors and warnings of a run."""
    return [item.as_text() for item in verdict_of(overrides).diagnostics if item.severity.value != "note"]


@pytest.mark.parametrize(
    ("name", "family"),
    [("kcbert_base", "bert"), ("koelectra_v3_koglm", "electra"), ("bert_base_multilingual_cased", "bert")],
)
def test_a_real_vocabulary_under_a_small_checkpoint_is_fit_for_every_task(
    real_data: Path, tmp_path: Path, name: str, family: str
) -> None:
    model = with_vocabulary(real_data / "tokenizers" / name, tmp_path / name, family)
    short = ["tokenizer.max_length=128", "task.doc_stride=32"]
    for task in TASKS[:4]:
        assert loud([*model, *klue(real_data, task), *short, "preflight.ignore=[LEN002]"]) == [], task
    special = "tokenizer.add_special_tokens=['[E1]','[/E1]','[E2]','[/E2]']"
    for tokens in ([special], [special, "tokenizer.new_tokens=resize"]):
        assert loud([*model, *klue(real_data, "klue_ynat"), *tokens]) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_real_encoder_is_fit_for_every_task(real_data: Path, task: str) -> None:
    assert loud([*encoder(real_data), *klue(real_data, task)]) == []


def test_a_real_encoder_is_fit_for_every_pooling(real_data: Path) -> None:
    # The checkpoint stores no pooler.
    kinds = {path.stem for path in (places.CONF / "pooling").glob("*.yaml")} - {"pooler"}
    for kind in sorted(kinds):
        task = "klue_re" if kind == "entity_start" else "klue_ynat"
        assert loud([*encoder(real_data), *klue(real_data, task), f"pooling={kind}"]) == [], kind


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
