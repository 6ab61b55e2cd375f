"""Runs with one mistake: each is told by the right code, and a fix that is offered clears it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from checkpoints import edit_json, edit_weights, vocab_txt_only
from families import headlines, write_tokenizer
from judging import codes, finding
from workshop import (
    Build,
    Workshop,
    default,
    family_run,
    file_run,
    pairs,
    questions,
    relations,
    tagged,
    topics,
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One for all runs of this file."""
    return Workshop(tmp_path_factory.mktemp("workshop"))


def config_of(family: str, **changes: Any) -> Build:
    """A checkpoint whose config.json was changed by hand."""

    def build(workshop: Workshop) -> list[str]:
        def change(folder: Path) -> None:
            edit_json(folder / "config.json", lambda content: content.update(changes))

        return workshop.bare(workshop.family(family), change)

    return build


def file_of(name: str, change: Callable[[Path], object], *more: str, family: str = "bert") -> Build:
    """A checkpoint one file of which was changed by hand."""

    def build(workshop: Workshop) -> list[str]:
        return [*workshop.bare(workshop.family(family), lambda folder: change(folder / name)), *more]

    return build


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def foreign(weights: str, config: str) -> Build:
    """The weights of one family beside the config.json of another."""

    def build(workshop: Workshop) -> list[str]:
        source = Path(workshop.family(config)[1].partition("=")[2])
        return workshop.bare(
            workshop.family(weights),
            lambda folder: shutil.copy(source / "config.json", folder / "config.json"),
        )

    return build


def crossed(
    model: str, kind: str, declared: str, change: Callable[[dict[str, Any]], None] | None = None
) -> Build:
    """A model with another tokenizer."""

    def build(workshop: Workshop) -> list[str]:
        other = write_tokenizer(kind, workshop.place("other"), declared)
        if change is not None:
            edit_json(other / "tokenizer.json", change)
        return [*workshop.family(model), "tokenizer=local", f"tokenizer.source={other}"]

    return build


def swap(content: dict[str, Any]) -> None:
    vocabulary = content["model"]["vocab"]
    vocabulary["가"], vocabulary["나"] = vocabulary["나"], vocabulary["가"]


def rows(name: str, made: list[dict[str, Any]], *more: str) -> Build:
    """A task on rows."""
    return lambda workshop: ["task=files", f"task.files.train={workshop.rows(name, made)}", *more]


def changed(
    task: Callable[[Workshop], list[str]], name: str, change: Callable[[dict[str, Any]], None], *more: str
) -> Build:
    """A task whose third row was changed."""

    def build(workshop: Workshop) -> list[str]:
        overrides = task(workshop)
        place = next(index for index, item in enumerate(overrides) if item.startswith("task.files.train="))
        lines = Path(overrides[place].partition("=")[2]).read_text(encoding="utf-8").splitlines()
        made = [json.loads(line) for line in lines]
        change(made[2])
        overrides[place] = f"task.files.train={workshop.rows(name, made)}"
        return [*overrides, *more]

    return build


def config() -> Iterator[tuple[str, str, Build]]:
    """Mistakes in what is typed."""
    for typed, code in (
        ("model=klue_brt", "CFG001"), ("pooling=average", "CFG001"), ("task=ynat", "CFG001"),
        ("trainer=lightning", "CFG001"), ("notify=sms", "CFG001"), ("tokenizer=bert", "CFG001"),
        ("+trainer.lr=1e-4", "CFG002"), ("+model.confg.hidden_size=3", "CFG002"),
        ("trainer.batch_size=8", "CFG002"),
        ("+seeed=1", "CFG002"), ("tokenizer.max_len=64", "CFG002"),
        ("seed=abc", "CFG003"), ("trainer.learning_rate=fast", "CFG003"), ("tags=night", "CFG003"),
        ("trainer.num_train_epochs=[1]", "CFG003"), ("tokenizer.allow_cross=perhaps", "CFG003"),
        ("tags=[a", "CFG004"), ("task.name=한국어", "CFG004"),
        ("pooling=cls,mean", "CFG005"), ("seed=range(1,4)", "CFG005"),
        ("model=local", "CFG006"), ("task=files", "DATA008"),
        ("task.metric=${no.such.key}", "CFG007"),
        ("task.metric=None", "CFG009"), ("model.revision=null", "CFG003"),
        ("+model.config.hidden_droput_prob=0.1", "KEY001"), ("+model.config.d_model=64", "KEY001"),
        ("+model.config.hidden_dropout_prob=1.5", "KEY002"),
        ("+model.config.hidden_dropout_prob=lots", "KEY002"),
        ("+model.config.num_attention_heads=4", "MODEL002"), ("+model.config.hidden_act=relu", "MODEL002"),
        ("+model.config.num_hidden_layers=1", "MODEL002"), ("+model.config.layer_norm_eps=0.1", "MODEL002"),
        ("model.checkpoint=/no/such/folder", "MODEL001"), ("model.facts.hidden_size=3", "MODEL007"),
        ("model.trust_remote_code=true", "SEC002"),
        ("pooling.layer=7", "POOL002"), ("pooling=pooler", "POOL001"), ("pooling=entity_start", "POOL004"),
        ("+pooling.combine=concat", "CFG007"), ("pooling.combine=concat", "POOL003"),
        ("tokenizer.max_length=512", "POS001"), ("tokenizer.max_length=5", "LEN001"),
        ("tokenizer.source=/no/such/folder", "TOK009"),
        ("trainer.learning_rate=-1", "TRAIN001"), ("trainer.learning_rate=nan", "TRAIN001"),
        ("trainer.num_train_epochs=0", "TRAIN001"), ("trainer.per_device_train_batch_size=0", "TRAIN001"),
        ("trainer.weight_decay=7", "TRAIN001"), ("seed=-1", "TRAIN001"),
        ("task.validation_share=1.5", "TRAIN001"),
        ("task.metric=f1", "TRAIN002"), ("task.metric=pearsonr", "TRAIN002"),
        ("trainer.warmup_steps=100000", "TRAIN003"), ("trainer.learning_rate=0.5", "TRAIN004"),
        ("trainer.resume=/no/such/run", "TRAIN005"),
        ("tracking.uri=file:///tmp/mlruns", "TRACK001"), ("tracking.uri=mlruns", "TRACK001"),
        ("tracking.uri=ftp://server", "TRACK001"),
        ("notify.required=true", "NOTIFY001"), ("notify.webhook_env='not a name'", "NOTIFY003"),
        ("tracking.run_name=https://hooks.slack.com/services/T000/B000/abcdefghijklmnop", "SEC001"),
        ("+tracking.tags.key=hf_abcdefghijklmnopqrstuvwxyz012345", "SEC001"),
        ("task.files.train=/no/such/file.csv", "DATA001"), ("task.columns.text=headline", "DATA002"),
        ("task.files.train=null", "DATA008"), ("task.encoding=cp949", "DATA003"),
        ("task.labels=[정치]", "CFG004"), ('task.labels=["정치","경제"]', "LABEL001"),
        ("task.objective=regression", "LABEL004"),
        ("tokenizer.add_tokens=['']", "TOK013"), ("tokenizer.add_tokens=['가']", "TOK013"),
        ("tokenizer.add_special_tokens=['[SEP]']", "TOK013"), ("tokenizer.add_tokens=[' 새말']", "TOK013"),
        ("tokenizer.add_tokens=['새말','새말']", "TOK013"), ("tokenizer.add_tokens=['##말말']", "TOK013"),
        ("tokenizer.add_special_tokens=['새\x07말']", "TOK013"), ("tokenizer.add_tokens=[null]", "CFG003"),
        ("run_dir=/proc/nothing", "ENV001"),
    ):  # fmt: skip
        yield typed, code, default(typed)
    yield (
        "a token special and ordinary", "TOK013",
        default("tokenizer.add_tokens=['새말']", "tokenizer.add_special_tokens=['새말']"),
    )  # fmt: skip
    yield "a token of ten thousand characters", "TOK013", default(f"tokenizer.add_tokens=['{'말' * 10_000}']")
    broken = "말".encode("cp949").decode("utf-8", "surrogateescape")
    yield "a token of another encoding", "TOK013", default(f"tokenizer.add_tokens=['{broken}']")
    names = ",".join(f"'말{number}'" for number in range(40))
    yield (
        "more tokens than slots", "VOC002",
        default(f"tokenizer.add_tokens=[{names}]", "tokenizer.new_tokens=reuse_unused"),
    )  # fmt: skip
    yield "another directory", "CFG011", default("hydra.job.chdir=true", "tracking.uri=sqlite:///runs.db")


def checkpoints() -> Iterator[tuple[str, str, Build]]:
    """Mistakes in a checkpoint's folder, and between model and tokenizer."""
    yield "weights cut", "MODEL003", file_of("model.safetensors", cut)
    yield "weights empty", "MODEL003", file_of("model.safetensors", lambda path: path.write_bytes(b""))
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    yield (
        "weights a Git LFS pointer",
        "MODEL003",
        file_of("model.safetensors", lambda path: path.write_bytes(pointer)),
    )
    yield "config.json cut", "MODEL003", file_of("config.json", cut)
    index = json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}})

    def shard(path: Path) -> None:
        path.unlink()
        path.with_name("model.safetensors.index.json").write_text(index, encoding="utf-8")

    yield "a shard missing", "MODEL003", file_of("model.safetensors", shard)
    yield "no weights", "MODEL004", file_of("model.safetensors", lambda path: path.unlink())
    yield (
        "pickle only",
        "MODEL009",
        file_of("model.safetensors", lambda path: path.rename(path.with_name("pytorch_model.bin"))),
    )
    yield "no tokenizer", "TOK001", file_of("tokenizer.json", lambda path: path.unlink())
    yield "tokenizer cut", "TOK001", file_of("tokenizer.json", cut)
    for weights, config_ in (
        ("roberta", "bert"),
        ("distilbert", "bert"),
        ("bert", "distilbert"),
        ("albert", "bert"),
    ):
        yield f"{weights} weights, {config_} config", "MODEL006", foreign(weights, config_)
    for key, value in (("num_hidden_layers", 6), ("vocab_size", 5), ("max_position_embeddings", 64)):
        yield f"config.json says {key} {value}", "MODEL006", config_of("bert", **{key: value})
    yield "a decoder", "MODEL005", config_of("bert", model_type="t5")
    yield (
        "an architecture with its own code",
        "SEC003",
        config_of("bert", model_type="kobigbird", auto_map={"AutoModel": "modeling.KoBigBird"}),
    )
    yield (
        "NaN in the weights",
        "MODEL013",
        file_of(
            "",
            lambda folder: edit_weights(
                folder, lambda tensors: tensors["embeddings.LayerNorm.weight"].fill(float("nan"))
            ),
        ),
    )
    yield (
        "lower-casing by default",
        "TOK002",
        lambda w: w.bare(w.family("bert"), vocab_txt_only),
    )
    yield (
        "a padding token that is not there",
        "TOK007",
        file_of(
            "tokenizer_config.json",
            lambda path: edit_json(path, lambda content: content.update(pad_token="<pad>")),
        ),
    )
    yield "another vocabulary of the same size", "TOK004", crossed("bert", "wordpiece", "BertTokenizer", swap)
    yield "another family's vocabulary", "TOK005", crossed("bert", "unigram", "XLMRobertaTokenizer")
    yield "bytes for a WordPiece model", "TOK005", crossed("electra", "bytes", "RobertaTokenizer")
    yield (
        "klue/bert's tokenizer for klue/roberta",
        "TOK004",
        default("model=klue_roberta_base", "tokenizer=klue_bert"),
    )
    yield "KcBERT's tokenizer for KoELECTRA", "TOK005", default("model=koelectra_base", "tokenizer=kcbert")
    yield "an English vocabulary", "TOK003", default("model=bert_base_cased", "task=klue_ynat")
    yield "fewer rows than tokens", "VOC001", lambda w: [*w.family("bert", vocab_size=100), *topics(w)]
    yield "segment ids into one row", "TOK008", lambda w: [
        *w.family("bert", type_vocab_size=1), *pairs(w), "tokenizer.token_type_ids=true",
    ]  # fmt: skip
    yield "ELECTRA has no pooler", "POOL001", family_run("electra", topics, "pooling=pooler")
    yield "RoBERTa's 514 rows are 512 positions", "POS001", lambda w: [
        *w.family("roberta", max_position_embeddings=514), *topics(w), "tokenizer.max_length=514",
    ]  # fmt: skip
    yield "KcBERT reads 300 tokens", "POS001", default("model=kcbert", "tokenizer.max_length=512")
    yield (
        "too few spare slots",
        "VOC002",
        family_run(
            "roberta", topics, "tokenizer.add_special_tokens=['[E1]']", "tokenizer.new_tokens=reuse_unused"
        ),
    )
    yield (
        "scratch sizes that do not fit",
        "MODEL010",
        default("model.init=scratch", "+model.config.num_attention_heads=7"),
    )
    yield (
        "klue/roberta typed over klue/bert",
        "MODEL011",
        default("model=klue_bert", "model.checkpoint=klue/roberta-base"),
    )


def data() -> Iterator[tuple[str, str, Build]]:
    """Mistakes in data files."""
    titles = [title.replace('"', "'") for title in headlines()]
    csv = "text,label\n" + "".join(f'"{titles[index]}",{"ab"[index % 2]}\n' for index in range(30))
    yield "CP949 read as UTF-8", "DATA003", file_run("cp949.csv", csv, encoding="cp949")
    yield "UTF-16 read as UTF-8", "DATA003", file_run("wide.csv", csv, encoding="utf-16")
    yield "another number of fields", "DATA004", file_run("fields.csv", csv + "하나,둘,셋\n")
    merged = "text\tlabel\n" + "".join(f'"{titles[index]}\ta\n' for index in range(4))
    yield "quotes that merge rows", "DATA004", file_run("merged.tsv", merged)
    yield "JSON cut", "DATA004", file_run("cut.json", json.dumps([{"text": "가", "label": "a"}])[:-4])
    yield "an empty file", "DATA005", file_run("empty.csv", "")
    yield "a header alone", "DATA005", file_run("header.csv", "text,label\n")
    yield "another format", "DATA006", file_run("a.xlsx", csv)
    plain = [{"text": titles[index], "label": "ab"[index % 2]} for index in range(40)]

    def edited(**change: Any) -> list[dict[str, Any]]:
        return [plain[0] | change, *plain[1:]]

    yield "an empty text", "DATA007", rows("empty-text", edited(text=" "))
    yield "a missing label", "LABEL002", rows("missing-label", edited(label=None))
    yield "one class", "LABEL003", rows("one-class", [row | {"label": "a"} for row in plain])
    yield (
        "scores as classes",
        "LABEL004",
        rows("scores", [row | {"label": i / 7} for i, row in enumerate(plain)]),
    )
    yield (
        "an ignored label",
        "LABEL005",
        rows("ignored", [row | {"label": (0, 1, -100)[i % 3]} for i, row in enumerate(plain)]),
    )
    yield "a class without rows", "LABEL006", rows("without-rows", plain, "task.labels=[a,b,c]")
    yield (
        "extreme imbalance",
        "LABEL007",
        rows(
            "imbalance",
            [{"text": f"{titles[i % 200]} {i}", "label": "b" if i == 7 else "a"} for i in range(600)],
        ),
    )
    yield (
        "all scores equal",
        "LABEL009",
        rows("equal", [row | {"label": 3} for row in plain], "task.objective=regression"),
    )
    yield "a label with a space", "LABEL010", rows("spaced", edited(label="a "))
    yield (
        "a label for each row",
        "LABEL011",
        rows("each", [row | {"label": f"제목 {i}"} for i, row in enumerate(plain)]),
    )
    yield "every row twice", "DATA011", rows("twice", plain * 2)
    yield (
        "two labels for one text",
        "DATA012",
        rows("two-labels", [*plain, *(r | {"label": "c"} for r in plain[:20])]),
    )
    yield "destroyed characters", "DATA014", rows("destroyed", edited(text="금리 \ufffd\ufffd 동결"))
    yield "null as a text", "DATA015", rows("null", edited(text="nan"))
    yield "all texts equal", "DATA016", rows("constant", [row | {"text": titles[0]} for row in plain])
    yield "rows of train in validation", "DATA010", lambda w: [
        *rows("t", plain)(w),
        f"task.files.validation={w.rows('v', [plain[3], {'text': '새 제목', 'label': 'a'}])}",
    ]  # fmt: skip
    yield "the same file twice", "DATA010", lambda w: [
        *rows("same", plain)(w), f"task.files.validation={w.rows('same', plain)}",
    ]  # fmt: skip
    yield "a column that is a list", "DATA002", rows("list", edited(text=["가", "나"]))
    yield (
        "a mention that reads otherwise",
        "DATA020",
        changed(relations, "reads", lambda row: row["subject_entity"].update(word="홍길동")),
    )
    yield (
        "a mention beyond the sentence",
        "DATA020",
        changed(relations, "beyond", lambda row: row["object_entity"].update(start_idx=900, end_idx=901)),
    )
    yield "no mention", "DATA020", changed(relations, "none", lambda row: row.update(subject_entity=None))
    yield "a mention that is cut", "LEN002", lambda w: [*relations(w), "tokenizer.max_length=12"]
    yield (
        "an answer that stands elsewhere",
        "DATA021",
        changed(questions, "elsewhere", lambda row: row["answers"][0].update(answer_start=3)),
    )
    yield (
        "an answer that is not there",
        "DATA021",
        changed(questions, "absent", lambda row: row["answers"][0].update(text="없는 답")),
    )
    yield "no answer", "DATA021", changed(questions, "no-answer", lambda row: row.update(answers=[]))
    yield "windows without room", "LEN005", lambda w: [*questions(w), "task.doc_stride=100"]
    yield "fewer tags than tokens", "LABEL012", changed(tagged, "fewer", lambda row: row["ner_tags"].pop())
    yield (
        "tags that are none",
        "LABEL013",
        changed(tagged, "form", lambda row: row.update(ner_tags=["PER"] * len(row["tokens"]))),
    )
    yield (
        "inside without a beginning",
        "LABEL013",
        changed(tagged, "jump", lambda row: row.update(ner_tags=["O", "I-PS", *row["ner_tags"][2:]])),
    )
    yield "both sides equal", "DATA017", rows(
        "sides", [row | {"text_pair": row["text"]} for row in plain],
        "task.objective=pair_classification", "task.columns.text_pair=text_pair",
    )  # fmt: skip


RUNS = {
    f"{name} ({code})": (code, build) for part in (config, checkpoints, data) for name, code, build in part()
}


def test_there_are_many_of_them() -> None:
    assert len(RUNS) >= 120


@pytest.mark.parametrize("name", RUNS)
def test_a_faulty_run_is_told_by_the_right_code(name: str, workshop: Workshop) -> None:
    code, build = RUNS[name]
    overrides = build(workshop)
    found = finding(overrides, code)
    for fix in found.fixes:
        assert code not in codes([*overrides, *fix]), fix
