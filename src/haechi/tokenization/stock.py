"""What transformers 5 would do otherwise with the same files."""

from typing import TYPE_CHECKING, Any

from haechi.text import Text
from haechi.tokenization.declared import Declared

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def stock_differences(
    backend: "Tokenizer", declared: Declared, state: dict[str, Any], present: set[str]
) -> list[Text]:
    """The differences in words; a folder without tokenizer.json has none."""
    if "tokenizer.json" not in present:
        return []
    found: list[Text] = []
    is_wordpiece = type(backend.model).__name__ == "WordPiece"
    if declared.stock_class.startswith("Roberta") and is_wordpiece:
        return [
            Text(
                "it would read this WordPiece vocabulary as byte-level BPE, and all text would disappear",
                "이 WordPiece 어휘를 바이트 BPE로 읽어 글이 모두 사라집니다",
            )
        ]
    if not declared.is_wordpiece:
        return found
    stock_lower = bool(declared.settings.get("do_lower_case", True))
    if stock_lower and not state.get("lowercase"):
        apart = declared.settings.get("strip_accents") is not False
        said = "do_lower_case" in declared.settings
        reason = Text(
            "is true in its files" if said else "is not declared",
            "이 파일에 true로 적혀" if said else "이 적혀 있지 않아",
        )
        what = Text(
            "lower-case and take Hangul syllables apart" if apart else "lower-case",
            "소문자로 바꾸고 한글 음절을 자모로 풉니다" if apart else "소문자로 바꿉니다",
        )
        found.append(
            Text(
                f"it would {what}, since `do_lower_case` {reason}",
                f"`do_lower_case`{reason.ko} 있어 {what.ko}"
                if said
                else f"`do_lower_case`{reason.ko} {what.ko}",
            )
        )
    pair = backend.encode("가", "나").type_ids
    if max(pair, default=0) == 0:
        found.append(
            Text(
                "it would give the second text of a pair segment id 1, not 0",
                "쌍의 둘째 글에 세그먼트 id를 0이 아니라 1로 줍니다",
            )
        )
    return found
