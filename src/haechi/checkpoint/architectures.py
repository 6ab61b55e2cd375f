"""What is true of whole architectures, whatever a checkpoint of theirs says."""

# Architectures whose base model takes one sequence and returns a vector for each of its tokens.
ENCODERS = {
    "bert", "roberta", "xlm-roberta", "electra", "distilbert", "albert", "deberta-v2", "modernbert",
    "xlnet", "gpt2",
}  # fmt: skip
# Architectures that have a pooler in the base model at all.
WITH_POOLER = {"bert", "roberta", "xlm-roberta", "albert"}
# RoBERTa numbers positions from the padding id on.
OFFSET_POSITIONS = {"roberta", "xlm-roberta"}
# GPT-2 takes segment ids, and looks them up among the words.
WITHOUT_SEGMENTS = {"distilbert", "modernbert", "gpt2"}
# Segment ids are compared with one another, so any will do.
RELATIVE_SEGMENTS = {"xlnet"}
# No table of positions bounds the length.
RELATIVE_POSITIONS = {"xlnet"}
# Where the classification token ends the text, and the first token is a word.
CLS_IS_LAST = {"xlnet"}
# A token sees those before it only, so the first one says nothing of the text.
CAUSAL = {"gpt2"}
# The same where config.json says `is_decoder`; other architectures do not read the key.
DECODERS = {"bert", "roberta", "xlm-roberta", "electra"}
# Pretrained on full rows, so that their vocabularies need no padding token.
WITHOUT_PADDING_TOKEN = {"gpt2"}
# Other families' names of the same sizes.
ALIASES: dict[str, tuple[str, ...]] = {
    "hidden_size": ("dim", "d_model", "n_embd"),
    "num_attention_heads": ("n_heads", "n_head"),
    "num_hidden_layers": ("n_layers", "n_layer"),
    "intermediate_size": ("hidden_dim", "d_inner", "n_inner"),
    "max_position_embeddings": ("n_positions",),
    "vocab_size": ("n_token",),
}
# The word-embedding table, and where the positions of words have their own.
WORDS = ("word_embeddings.weight", "tok_embeddings.weight", "word_embedding.weight", "wte.weight")
POSITIONS = ("position_embeddings.weight", "wpe.weight")
