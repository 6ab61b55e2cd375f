"""Runs that are unusual and right: none is refused, none is warned of."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from checkpoints import edit_json, tiny_copy, tokenizer_of, vocab_txt_only, with_pooler
from families import FAMILIES, headlines, write_tokenizer
from haechi import places
from judging import verdict_of
from workshop import TASKS, TOPICS, Build, Workshop, default, family_run, file_run, relations, topics

POOLINGS = sorted(path.stem for path in (places.CONF / "pooling").glob("*.yaml"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One for all runs of this file."""
    return Workshop(tmp_path_factory.mktemp("workshop"))


def with_head(workshop: Workshop) -> list[str]:
    """A checkpoint that was fine-tuned before: its encoder under a prefix, a head, label names."""

    def change(folder: Path) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification

        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=5)
        model.config.id2label = dict(enumerate("가나다라마"))
        torch.manual_seed(1)
        model.save_pretrained(folder)

    return workshop.bare(workshop.family("bert"), change)


def masked_lm(workshop: Workshop) -> list[str]:
    """A checkpoint as pretraining leaves it, with a language-model head and without a pooler."""

    def change(folder: Path) -> None:
        from transformers import AutoModelForMaskedLM

        AutoModelForMaskedLM.from_pretrained(folder).save_pretrained(folder)

    return workshop.bare(workshop.family("bert"), change)


def in_dtype(name: str) -> Build:
    def build(workshop: Workshop) -> list[str]:
        def change(folder: Path) -> None:
            import torch
            from transformers import AutoModel

            AutoModel.from_pretrained(folder, dtype=getattr(torch, name)).save_pretrained(folder)

        return workshop.bare(workshop.family("bert"), change)

    return build


def sharded(workshop: Workshop) -> list[str]:
    def change(folder: Path) -> None:
        from transformers import AutoModel

        model = AutoModel.from_pretrained(folder)
        (folder / "model.safetensors").unlink()
        model.save_pretrained(folder, max_shard_size="100KB")
        assert (folder / "model.safetensors.index.json").is_file()

    return workshop.bare(workshop.family("bert"), change)


def sibling(workshop: Workshop) -> list[str]:
    """The tokenizer of another folder, with the very same vocabulary."""
    model = workshop.family("bert")
    copy = tokenizer_of(Path(model[1].partition("=")[2]), workshop.place("sibling"))
    return [*model, "tokenizer=local", f"tokenizer.source={copy}"]


def crossed_from_scratch(workshop: Workshop) -> list[str]:
    other = write_tokenizer("wordpiece", workshop.place("other"), "BertTokenizer")

    def rename(content: dict[str, Any]) -> None:
        vocabulary = content["model"]["vocab"]
        vocabulary["가"], vocabulary["나"] = vocabulary["나"], vocabulary["가"]

    edit_json(other / "tokenizer.json", rename)
    return [*workshop.family("bert"), "model.init=scratch", "tokenizer=local", f"tokenizer.source={other}"]


def pooler_run(workshop: Workshop) -> list[str]:
    return [
        "model=local",
        f"model.checkpoint={with_pooler(tiny_copy(workshop.place('pooler')))}",
        "pooling=pooler",
    ]


def vocabulary_only(workshop: Workshop) -> list[str]:
    folder = vocab_txt_only(tiny_copy(workshop.place("bare")))
    return ["model=local", f"model.checkpoint={folder}", "tokenizer.do_lower_case=false"]


def poolings() -> Iterator[tuple[str, Build]]:
    """Every pooling, layer and kind of marker."""
    for pooling in POOLINGS:
        if pooling == "pooler":
            yield "pooler of a checkpoint that has one", pooler_run
        elif pooling == "entity_start":
            yield "entity_start", family_run("bert", relations, "pooling=entity_start")
        else:
            yield f"{pooling}", family_run("bert", topics, f"pooling={pooling}")
            yield f"{pooling}, roberta", family_run("roberta", topics, f"pooling={pooling}")
    for layer in (0, 1, 4, -1, -5):
        yield f"layer {layer}", family_run("electra", topics, f"pooling.layer={layer}")
    for markers in ("untyped", "typed", "punctuation"):
        yield f"{markers} markers", partial(_with_markers, markers)


def models() -> Iterator[tuple[str, Build]]:
    """Checkpoints, tokenizers and overrides of both."""
    tokens = "tokenizer.add_special_tokens=['[E1]','[/E1]']"
    for policy in ("auto", "resize", "reuse_unused"):
        yield f"markers added, {policy}", default(tokens, f"tokenizer.new_tokens={policy}")
    yield "markers added without spare slots", family_run("roberta", topics, tokens)
    yield "markers added by resize", family_run("xlm-roberta", topics, tokens, "tokenizer.new_tokens=resize")
    yield "more rows than tokens", lambda w: [*w.family("bert", vocab_size=9000), *topics(w)]
    yield "many more rows than tokens", lambda w: [*w.family("xlm-roberta", vocab_size=25000), *topics(w)]
    yield "narrow embeddings", lambda w: [*w.family("electra", embedding_size=16), *topics(w)]
    yield "roberta, 512 of 514 positions", lambda w: [
        *w.family("roberta", max_position_embeddings=514), *topics(w), "tokenizer.max_length=512",
    ]  # fmt: skip
    yield "roberta, 510 of 512 positions", lambda w: [
        *w.family("roberta", max_position_embeddings=512), *topics(w), "tokenizer.max_length=510",
    ]  # fmt: skip
    yield "300 positions", lambda w: [
        *w.family("bert", max_position_embeddings=300), *topics(w), "tokenizer.max_length=300",
    ]  # fmt: skip
    yield "relative positions bound nothing", lambda w: [
        *w.family("deberta-v2"), *topics(w), "tokenizer.max_length=1024",
    ]  # fmt: skip
    yield "one layer", lambda w: [*w.family("bert", num_hidden_layers=1), *topics(w)]
    yield "one row of segments", lambda w: [*w.family("bert", type_vocab_size=1), *topics(w)]
    yield "fine-tuned before", with_head
    yield "with a language-model head", masked_lm
    yield "float16 on disk", in_dtype("float16")
    yield "bfloat16 on disk", in_dtype("bfloat16")
    yield "in shards", sharded
    yield "a sibling's tokenizer", sibling
    yield "crossed from scratch", crossed_from_scratch
    yield "vocab.txt only", vocabulary_only
    yield "dropout changed", default("+model.config.hidden_dropout_prob=0.2")
    yield "attention implementation", default("+model.config.attn_implementation=sdpa")
    yield "vocabulary widened", default("+model.config.vocab_size=8000")
    for change in ("num_hidden_layers=3", "num_attention_heads=8", "hidden_act=relu", "hidden_size=64"):
        yield f"scratch with {change}", default("model.init=scratch", f"+model.config.{change}")
    yield "scratch with several changes", default(
        "model.init=scratch", "+model.config.num_hidden_layers=6", "+model.config.intermediate_size=100",
        "+model.config.max_position_embeddings=64", "tokenizer.max_length=64",
    )  # fmt: skip


def settings() -> Iterator[tuple[str, Build]]:
    """Settings of the embedded default."""
    for changed in (
        ["trainer.max_steps=1"], ["trainer.num_train_epochs=0.5"], ["trainer.gradient_accumulation_steps=4"],
        ["trainer.precision=float32"], ["trainer.warmup_steps=0"], ["trainer.warmup_steps=20"],
        ["trainer.learning_rate=1e-4"], ["trainer.eval_strategy=steps", "trainer.eval_steps=10"],
        ["trainer.lr_scheduler_type=cosine"], ["trainer.max_grad_norm=0"], ["trainer.weight_decay=0.01"],
        ["trainer.label_smoothing_factor=0.1"], ["trainer.per_device_train_batch_size=1"],
        ["task.metric=accuracy"], ["task.metric=loss"], ["task.max_train_rows=50"], ["seed=0"],
        ["tracking=none"], ["notify=none"], ['tracking.experiment="한국어 실험"'], ['tags=["야간","시험"]'],
        ["task.files.validation=null"], ["task.files.test=null"], ["task.validation_share=0.3"],
        ["tokenizer.max_length=32"], ["tokenizer.token_type_ids=false"], ["preflight.sample_rows=0"],
        ["preflight.sample_rows=10"], ["preflight.strict=true"], ["trainer.resume=auto"],
    ):  # fmt: skip
        yield " ".join(changed), default(*changed)


def _with_markers(markers: str, workshop: Workshop) -> list[str]:
    return [*workshop.family("bert"), *relations(workshop, **{"task.markers": markers})]


def files() -> Iterator[tuple[str, Build]]:
    """Data files that are unusual and right."""
    titles = [title.replace('"', "'") for title in headlines()]
    csv = "text,label\n" + "".join(f'"{titles[index]}",{TOPICS[index % 3]}\n' for index in range(30))
    yield "csv", file_run("a.csv", csv)
    yield "csv with a byte order mark", file_run("bom.csv", "\ufeff" + csv)
    yield "csv with Windows line ends", file_run("crlf.csv", csv.replace("\n", "\r\n"))
    yield "csv in CP949", file_run("cp949.csv", csv, "task.encoding=cp949", encoding="cp949")
    yield "csv in UTF-16", file_run("wide.csv", csv, "task.encoding=utf-16", encoding="utf-16")
    tsv = "title\tlabel\n" + "".join(f"{titles[index]}\t{index % 2}\n" for index in range(30))
    title = "task.columns.text=title"
    yield "tsv with ids as labels", file_run("a.tsv", tsv, title)
    quoted = "title\tlabel\n" + "".join(f'"{titles[index]} 속보\t{index % 2}\n' for index in range(30))
    yield "tsv with lone quotes", file_run("quotes.tsv", quoted, title, "task.quoting=false")
    spans_lines = "text,label\n" + "".join(f'"{titles[index]}\n둘째 줄",{index % 2}\n' for index in range(30))
    yield "csv with fields of two lines", file_run("lines.csv", spans_lines)
    rows = [{"data": {"title": titles[index]}, "label": index % 2 == 0} for index in range(30)]
    nested = json.dumps(rows, ensure_ascii=False)
    yield "json, nested, with truth values", file_run("nested.json", nested, "task.columns.text=data.title")
    wrapped = json.dumps(
        {
            "version": "1",
            "data": [{"text": t, "label": "NA" if i % 2 else "None"} for i, t in enumerate(titles[:30])],
        }
    )
    yield "json under `data`, labels NA and None", file_run("wrapped.json", wrapped)
    many = "".join(
        json.dumps({"text": titles[index], "label": f"갈래 {index % 30}"}) + "\n" for index in range(150)
    )
    yield "thirty classes", file_run("many.jsonl", many)
    two = "".join(
        json.dumps({"text": titles[index], "label": ["예", "아니요"][index > 24]}) + "\n"
        for index in range(30)
    )
    yield "two classes, one of them rarer", file_run("two.jsonl", two)
    scores = "".join(json.dumps({"text": titles[index], "label": index % 6}) + "\n" for index in range(60))
    yield "whole numbers as scores", file_run("scores.jsonl", scores, "task.objective=regression")
    named = "task.labels=['정치','경제','사회']"
    yield "labels named in another order", lambda w: [*topics(w), named]
    mixed = "".join(
        json.dumps({"text": f"{titles[index]} BTS x Coldplay 2-1 (종합) [속보] {index}%", "label": index % 2})
        + "\n"
        for index in range(30)
    )
    yield "Latin words, digits and brackets among Hangul", file_run("mixed.jsonl", mixed)


EVERY_FAMILY = {
    f"{family}, {name}": family_run(family, task) for family in FAMILIES for name, task in TASKS.items()
}
RUNS = {**EVERY_FAMILY, **dict(poolings()), **dict(models()), **dict(settings()), **dict(files())}


def test_there_are_many_of_them() -> None:
    assert len(RUNS) >= 60


@pytest.mark.parametrize("name", RUNS)
def test_a_valid_run_is_neither_refused_nor_warned_of(name: str, workshop: Workshop) -> None:
    verdict = verdict_of(RUNS[name](workshop))
    assert [item.as_text() for item in verdict.diagnostics if item.severity.value != "note"] == []
