"""The tokenizer of a run: one `tokenizers.Tokenizer` and what is known of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from haechi.text import Text
from haechi.tokenization.offsets import whole_characters

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

ROLES = ("unk", "cls", "sep", "pad", "mask", "bos", "eos")


class NoTokenizer(Exception):
    """A folder has no tokenizer that can be built. `why` is the fault in lower case."""

    def __init__(self, folder: Path, why: Text) -> None:
        super().__init__(f"{folder}: {why}")
        self.folder = folder
        self.why = why


@dataclass(frozen=True)
class RuntimeTokenizer:
    """A tokenizer with the checkpoint's true normalizer and template."""

    backend: "Tokenizer"
    folder: Path
    tokens: dict[str, str]
    """Special tokens by role: unk, cls, sep, pad, mask, bos, eos."""
    absent: dict[str, str] = field(default_factory=dict)
    """Special tokens that are declared and that the vocabulary lacks, by role."""
    lower_cases: bool = False
    strips_accents: bool = False
    """Whether text is decomposed (NFD), which takes Hangul syllables apart."""
    declares_lower_case: bool = True
    """Whether the files say if text is lower-cased; if not, transformers' default was taken."""
    separator: str | None = None
    """Token that was put between the texts of a pair, where the files put nothing; None where they do."""
    stock_differences: tuple[Text, ...] = ()
    """What transformers 5 would do otherwise with the same files."""

    def id(self, role: str) -> int | None:
        """Id of a special token."""
        token = self.tokens.get(role)
        return None if token is None else self.backend.token_to_id(token)

    @property
    def padding_id(self) -> int:
        """Id that fills rows up. Masks leave it out, so where no token is for it the end of text will do."""
        found = (self.id(role) for role in ("pad", "eos"))
        return next((index for index in found if index is not None), 0)

    @property
    def length(self) -> int:
        """Entries, added tokens included."""
        return self.backend.get_vocab_size(with_added_tokens=True)

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Every token and its id, added tokens included."""
        return self.backend.get_vocab(with_added_tokens=True)

    @cached_property
    def max_id(self) -> int:
        """Largest id that the tokenizer can give."""
        return max(self.vocabulary.values(), default=-1)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all (token, id) pairs: equal means the same vocabulary, whatever the file."""
        digest = hashlib.sha256()
        for token, index in sorted(self.vocabulary.items()):
            digest.update(f"{token}\0{index}\n".encode())
        return digest.hexdigest()

    @cached_property
    def serving(self) -> frozenset[str]:
        """Tokens that the template, the model or a role of a special token needs."""
        self.backend.no_padding()
        self.backend.no_truncation()
        unknown = getattr(self.backend.model, "unk_token", None)
        template = [*self.backend.encode("").tokens, *self.backend.encode("", "").tokens]
        return frozenset([*self.tokens.values(), *template, *([unknown] if unknown else [])])

    @cached_property
    def max_token_type_id(self) -> int:
        """Highest segment id that a sentence pair gets."""
        return max(self.backend.encode("가", "나").type_ids, default=0)

    @cached_property
    def special_tokens_of_one(self) -> int:
        """Special tokens that the template adds to one text."""
        return self.backend.num_special_tokens_to_add(is_pair=False)

    @cached_property
    def special_tokens_of_pair(self) -> int:
        """Special tokens that the template adds to a pair of texts."""
        return self.backend.num_special_tokens_to_add(is_pair=True)

    @cached_property
    def special_tokens_behind(self) -> int:
        """Special tokens that the template adds behind one text; the others stand in front of it."""
        mask = self.encode_whole_with_offsets(["가"])[0].special_tokens_mask
        return len(mask) - 1 - max((place for place, special in enumerate(mask) if not special), default=-1)

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None, max_length: int) -> "list[Encoding]":
        """Encode texts, or pairs of texts, cut to `max_length` tokens, the longer side first."""
        self.backend.no_padding()
        self.backend.enable_truncation(max_length, strategy="longest_first")
        batch = list(texts) if pairs is None else list(zip(texts, pairs, strict=True))
        return self.backend.encode_batch_fast(batch)

    def encode_with_offsets(self, texts: Sequence[str], max_length: int) -> "list[Encoding]":
        """Encode texts cut to `max_length` tokens; offsets are in characters of the text."""
        self.backend.no_padding()
        self.backend.enable_truncation(max_length)
        encodings = self.backend.encode_batch(list(texts))
        return [whole_characters(item, [text]) for item, text in zip(encodings, texts, strict=True)]

    def encode_whole(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> "list[Encoding]":
        """Encode texts, or pairs of texts, without cutting them."""
        self.backend.no_padding()
        self.backend.no_truncation()
        batch = list(texts) if pairs is None else list(zip(texts, pairs, strict=True))
        return self.backend.encode_batch_fast(batch)

    def encode_whole_with_offsets(
        self, texts: Sequence[str], *, special_tokens: bool = True
    ) -> "list[Encoding]":
        """Encode texts without cutting them; offsets are in characters of the text."""
        self.backend.no_padding()
        self.backend.no_truncation()
        encodings = self.backend.encode_batch(list(texts), add_special_tokens=special_tokens)
        return [whole_characters(item, [text]) for item, text in zip(encodings, texts, strict=True)]
