"""MODEL006."""

from collections.abc import Iterator

from haechi.checkpoint.architectures import POSITIONS, WORDS
from haechi.checkpoint.files import Checkpoint
from haechi.preflight.diagnostic import Problem
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.schema.model import Init
from haechi.text import Text

# The name that an architecture's base model has inside its task models.
PREFIXES = {
    "bert": "bert", "roberta": "roberta", "xlm-roberta": "roberta", "electra": "electra",
    "distilbert": "distilbert", "albert": "albert", "deberta-v2": "deberta", "modernbert": "model",
    "xlnet": "transformer", "gpt2": "transformer",
}  # fmt: skip
# What the table of its words is called in it, where that is not BERT's name.
TABLES = {
    "modernbert": "embeddings.tok_embeddings.weight",
    "xlnet": "word_embedding.weight",
    "gpt2": "wte.weight",
}
# What the queries of its attention are called; the other families' are as BERT's.
QUERIES = {
    "distilbert": "attention.q_lin.weight",
    "albert": "albert_layers.0.attention.query.weight",
    "deberta-v2": "attention.self.query_proj.weight",
    "modernbert": "attn.Wqkv.weight",
    "xlnet": "rel_attn.q",
    "gpt2": "attn.c_attn.weight",
}


@rule("MODEL006")
def foreign_weights(evidence: Evidence) -> Iterator[Problem]:
    """The weights are not those of the architecture that config.json names.

    ## What
    The tensors carry the names of another family, or config.json declares other sizes than they have:
    another number of layers, vocabulary entries, positions or segments, another width.

    ## Why
    transformers prints a table of missing tensors, draws them at random and trains on: of a RoBERTa
    loaded as a BERT, 71 of 71 tensors are new. A tensor of another size fails while loading.

    ## Example
    `python src/train.py model=local model.checkpoint=DIR` with one family's weights and another's config

    ## What to do
    Put the checkpoint's own config.json beside its weights.

    ## References
    - https://github.com/huggingface/transformers/issues/16353

    # 가중치가 config.json이 말하는 구조의 것이 아닙니다

    ## 무엇
    텐서의 이름이 다른 계열의 것이거나, config.json이 텐서와 다른 크기를 적고 있습니다. 층, 어휘, 위치,
    세그먼트의 수나 너비가 다릅니다.

    ## 왜
    transformers는 없는 텐서의 표를 찍고 무작위로 채운 뒤 학습을 이어 갑니다. RoBERTa를 BERT로 읽으면 71개
    텐서가 71개 모두 새것입니다. 크기가 다른 텐서는 읽다가 실패합니다.

    ## 할 일
    가중치 곁에 그 체크포인트 자신의 config.json을 둡니다.
    """
    checkpoint = evidence.checkpoint
    if checkpoint is None or not checkpoint.tensors or evidence.config.model.init is Init.scratch:
        return
    prefix = PREFIXES.get(checkpoint.model_type or "")
    if prefix is None:
        return
    named = checkpoint.model_type or ""
    table = TABLES.get(named, "embeddings.word_embeddings.weight")
    has_embeddings = not checkpoint.tensors.keys().isdisjoint((table, f"{prefix}.{table}"))
    query = QUERIES.get(named, "attention.self.query.weight")
    if not has_embeddings or not any(name.endswith(query) for name in checkpoint.tensors):
        wanted = f"...{query}" if has_embeddings else f"{prefix}.{table}"
        found = sorted({name.partition(".")[0] for name in checkpoint.tensors})
        shown = ", ".join(f"`{name}`" for name in found[:5])
        yield Problem(
            Text(
                f"config.json says `{named}`, but no tensor is named `{wanted}`",
                f"config.json에는 `{named}`인데 `{wanted}`라는 텐서가 없습니다",
            ),
            keys=["model.checkpoint"],
            notes=[Text(f"the tensors' names begin with {shown}", f"텐서의 이름은 {shown}로 시작합니다")],
            fixes=[["model.init=scratch"], ["model=tiny"]],
        )
        return
    for key, declared, stored in _sizes(checkpoint):
        if declared and stored and declared != stored:
            yield Problem(
                Text(
                    f"config.json says `{key}` {declared:,}, but the weights have {stored:,}",
                    f"config.json에는 `{key}`가 {declared:,}인데 가중치에는 {stored:,}입니다",
                ),
                keys=["model.checkpoint"],
                notes=[
                    Text(
                        "missing layers would be drawn at random; tensors of another size fail to load",
                        "없는 층은 무작위로 채워지고, 크기가 다른 텐서는 읽히지 않습니다",
                    )
                ],
                fixes=[["model.init=scratch"], ["model=tiny"]],
            )


def _sizes(checkpoint: Checkpoint) -> Iterator[tuple[str, int | None, int | None]]:
    """Sizes that config.json declares and that the header shows: (key, declared, stored)."""
    config = checkpoint.config
    words = next(info.shape for name, info in checkpoint.tensors.items() if name.endswith(WORDS))
    width = "embedding_size" if "embedding_size" in config else checkpoint.key_of("hidden_size")
    layers, entries = checkpoint.key_of("num_hidden_layers"), checkpoint.key_of("vocab_size")
    yield layers, config.get(layers), checkpoint.num_layers
    yield entries, config.get(entries), words[0]
    yield width, config.get(width), words[1]
    if checkpoint.has_position_table:
        key = checkpoint.key_of("max_position_embeddings")
        yield key, config.get(key), checkpoint.rows(POSITIONS)
    yield "type_vocab_size", config.get("type_vocab_size"), checkpoint.rows("token_type_embeddings.weight")
