"""What the small files beside a vocabulary declare, and what transformers takes where they are silent."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haechi.checkpoint.architectures import CAUSAL, CLS_IS_LAST
from haechi.checkpoint.files import read_json
from haechi.checkpoint.header import BrokenFile
from haechi.tokenization.runtime import ROLES

WORDPIECE_CLASSES = {"BertTokenizer", "ElectraTokenizer", "DistilBertTokenizer"}
WORDPIECE_TYPES = {"bert", "electra", "distilbert"}
BERT_TOKENS = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "mask": "[MASK]"}
ROBERTA_TOKENS = {
    "unk": "<unk>", "cls": "<s>", "sep": "</s>", "pad": "<pad>", "mask": "<mask>",
    "bos": "<s>", "eos": "</s>",
}  # fmt: skip
XLNET_TOKENS = {
    "unk": "<unk>", "cls": "<cls>", "sep": "<sep>", "pad": "<pad>", "mask": "<mask>",
    "bos": "<s>", "eos": "</s>",
}  # fmt: skip
# Not classes of transformers: skt/kobert-base-v1 is read by the one, monologg/kobert by the other.
KOBERT_CLASSES = ("KoBERTTokenizer", "KoBertTokenizer")
KOBERT_TOKENS = {**BERT_TOKENS, "bos": "[CLS]", "eos": "[SEP]"}
# Special tokens that transformers' classes take where no file names them; xlm-roberta-base names none.
DEFAULT_TOKENS = {
    **dict.fromkeys(WORDPIECE_CLASSES, BERT_TOKENS),
    **dict.fromkeys(KOBERT_CLASSES, KOBERT_TOKENS),
    "RobertaTokenizer": ROBERTA_TOKENS,
    "XLMRobertaTokenizer": ROBERTA_TOKENS,
    "DebertaV2Tokenizer": {**BERT_TOKENS, "bos": "[CLS]", "eos": "[SEP]"},
    "AlbertTokenizer": {**BERT_TOKENS, "unk": "<unk>", "pad": "<pad>", "bos": "[CLS]", "eos": "[SEP]"},
    "XLNetTokenizer": XLNET_TOKENS,
    "GPT2Tokenizer": {"bos": "<|endoftext|>", "eos": "<|endoftext|>"},
}
DEFAULT_CLASSES = {
    **dict.fromkeys(WORDPIECE_TYPES, "BertTokenizer"),
    "roberta": "RobertaTokenizer",
    "xlm-roberta": "XLMRobertaTokenizer",
    "deberta-v2": "DebertaV2Tokenizer",
    "albert": "AlbertTokenizer",
    "xlnet": "XLNetTokenizer",
    "gpt2": "GPT2Tokenizer",
}


@dataclass(frozen=True)
class Declared:
    """What the small files beside the vocabulary say."""

    settings: dict[str, Any]
    """tokenizer_config.json."""
    tokens: dict[str, str]
    """Special tokens by role; special_tokens_map.json wins, as it does in transformers."""
    model_type: str | None
    stock_class: str
    """Class that transformers 5 would take, without `Fast`."""
    ids: dict[str, int] = field(default_factory=lambda: {})
    """Ids of special tokens by role, as config.json has them."""

    @property
    def is_causal(self) -> bool:
        """Whether the vocabulary is a causal model's, whose texts have no special tokens around them."""
        return self.model_type in CAUSAL or self.stock_class == "GPT2Tokenizer"

    @property
    def puts_cls_last(self) -> bool:
        """Whether the classification token ends the text; the model decides, KoBERT's class is XLNet's."""
        if self.model_type is not None:
            return self.model_type in CLS_IS_LAST
        return self.stock_class == "XLNetTokenizer"

    @property
    def is_wordpiece(self) -> bool:
        """Whether transformers would build one of its WordPiece tokenizers."""
        return self.stock_class in WORDPIECE_CLASSES


def read_declared(folder: Path) -> Declared:
    """What a folder's small files declare.

    Raises:
        BrokenFile: tokenizer_config.json or special_tokens_map.json cannot be read.
    """

    def read(name: str) -> dict[str, Any]:
        return read_json(folder / name) if (folder / name).is_file() else {}

    settings = read("tokenizer_config.json")
    try:
        config = read("config.json")
    except BrokenFile:
        config = {}  # refused as a fault of the checkpoint, not of the tokenizer
    model_type = config.get("model_type")
    named = settings.get("tokenizer_class") or config.get("tokenizer_class")
    stock_class = str(named or _default_class(model_type, folder)).removesuffix("Fast")
    tokens = dict(DEFAULT_TOKENS.get(stock_class, {}))
    for source in (settings, read("special_tokens_map.json")):
        for role in ROLES:
            token = source.get(f"{role}_token")
            if isinstance(token, dict):
                token = token.get("content")
            if token:
                tokens[role] = str(token)
    named_ids = {role: config.get(f"{role}_token_id") for role in ROLES}
    # Some files write -1 for none.
    ids = {role: index for role, index in named_ids.items() if type(index) is int and 0 <= index < 2**32}
    return Declared(settings, tokens, model_type, stock_class, ids)


def _default_class(model_type: str | None, folder: Path) -> str:
    """Class by the kind of a bare vocabulary, else by the model type."""
    if not (folder / "tokenizer.json").is_file():
        if (folder / "vocab.txt").is_file():
            return "BertTokenizer"
        if (folder / "merges.txt").is_file():
            return "GPT2Tokenizer" if model_type in CAUSAL else "RobertaTokenizer"
    return DEFAULT_CLASSES.get(model_type or "", "PreTrainedTokenizer")
