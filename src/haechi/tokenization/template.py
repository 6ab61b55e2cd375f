"""The special tokens that stand around a text and around two, by family."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from haechi.tokenization.declared import Declared

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Template = tuple[str, str]
"""What stands around one text, and around two, with segment ids."""

BERT: Template = ("{cls}:0 $A:0 {sep}:0", "{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1")
ROBERTA: Template = ("{cls}:0 $A:0 {sep}:0", "{cls}:0 $A:0 {sep}:0 {sep}:0 $B:0 {sep}:0")
XLNET: Template = ("$A:0 {sep}:0 {cls}:2", "$A:0 {sep}:0 $B:1 {sep}:1 {cls}:2")


def template_of(declared: Declared) -> Template:
    """The template by what the files declare."""
    if declared.puts_cls_last:
        return XLNET
    return BERT if declared.is_wordpiece else ROBERTA


def frame(backend: "Tokenizer", template: Template, tokens: Mapping[str, str]) -> None:
    """Put the special tokens around texts, where nothing does so yet and the vocabulary has them.

    Args:
        backend: given the template in place.
        template: the family's.
        tokens: special tokens by role.
    """
    from tokenizers import processors

    if backend.post_processor is not None:
        return
    named = {role: tokens.get(role, "") for role in ("cls", "sep")}
    ids = {token: backend.token_to_id(token) for token in named.values()}
    if "" in ids or None in ids.values():
        return
    single, pair = (around.format(**named) for around in template)
    backend.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=list(ids.items())
    )
