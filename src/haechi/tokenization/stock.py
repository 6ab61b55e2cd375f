"""What transformers 5 would do otherwise with the same files."""

from typing import TYPE_CHECKING, Any

from haechi.text import Text
from haechi.tokenization.declared import KOBERT_CLASSES, WORDPIECE_CLASSES, Declared

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from haechi.tokenization.sentencepiece import Built

SYLLABLE = "가"


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
    if declared.stock_class == "GPT2Tokenizer":
        return _differences_of_gpt2(backend)
    if declared.stock_class == "XLNetTokenizer":
        return _differences_of_xlnet(backend)
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


def _differences_of_gpt2(backend: "Tokenizer") -> list[Text]:
    """The class takes any vocabulary as one of bytes."""
    if backend.pre_tokenizer is not None and b"ByteLevel" in backend.pre_tokenizer.__getstate__():
        return []
    return [
        Text(
            "it would read this vocabulary as byte-level BPE, and most text would disappear",
            "이 어휘를 바이트 BPE로 읽어 글이 거의 사라집니다",
        )
    ]


def _differences_of_xlnet(backend: "Tokenizer") -> list[Text]:
    """The class decomposes all text, whatever normalizer tokenizer.json has."""
    if backend.normalizer is not None and backend.normalizer.normalize_str(SYLLABLE) != SYLLABLE:
        return []
    return [Text("it would take Hangul syllables apart", "한글 음절을 자모로 풉니다")]


def sentencepiece_differences(built: "Built") -> list[Text]:
    """What it would make of a folder that has a sentencepiece model and no tokenizer.json."""
    named, model = built.declared.stock_class, built.model
    if named in KOBERT_CLASSES:
        return [Text(f"it knows no `{named}`, and fails", f"`{named}`을(를) 알지 못해 실패합니다")]
    if named in WORDPIECE_CLASSES:
        if built.listed:
            return [Text("it would read vocab.txt as word pieces", "vocab.txt를 WordPiece 어휘로 읽습니다")]
        return [Text("it would make up a vocabulary of five tokens", "토큰 다섯 개로 어휘를 지어냅니다")]
    found: list[Text] = []
    if named == "XLNetTokenizer" or (named == "AlbertTokenizer" and not built.rules.keeps_accents):
        found.append(Text("it would take Hangul syllables apart", "한글 음절을 자모로 풉니다"))
    elif built.rules.composes and named == "XLMRobertaTokenizer":
        found.append(
            Text(
                "it would leave decomposed text (NFD) as it is, and the model composes it",
                "풀어쓴 글(NFD)을 그대로 두는데, 모델은 모아쓴 글로 읽습니다",
            )
        )
    if named == "XLNetTokenizer" and built.is_kobert:
        found.append(
            Text(
                "it would put the special tokens behind the text, as XLNet does, and pad on the left",
                "XLNet처럼 특수 토큰을 글 뒤에 두고 왼쪽을 채웁니다",
            )
        )
    if named == "AlbertTokenizer" and model.unknown != 1:
        found.append(
            Text(
                f"it would give what it does not know id 1, and the model has {model.unknown} for it",
                f"모르는 글자에 id 1을 줍니다. 모델에서는 {model.unknown}입니다",
            )
        )
    if named == "DebertaV2Tokenizer" and built.rules.charsmap:
        found.append(
            Text(
                "it would pass over the model's normalization, so that signs such as `Ａ` are unknown",
                "모델의 정규화를 건너뛰어 `Ａ` 같은 글자가 미등록 토큰이 됩니다",
            )
        )
    return found + _differences_of_pieces(built)


def _differences_of_pieces(built: "Built") -> list[Text]:
    """Pieces that its classes treat as others."""
    model, found = built.model, list[Text]()
    if model.user_defined:
        shown = " ".join(f"`{piece}`" for piece in model.user_defined[:3])
        found.append(
            Text(
                f"it would begin a new word behind each user-defined piece ({shown})",
                f"사용자 정의 조각({shown}) 뒤마다 새 단어를 시작합니다",
            )
        )
    if built.family.cleans and any(piece.ends_in_number for piece in model.pieces):
        found.append(
            Text("it would keep a comma with the digit before it", "쉼표를 앞의 숫자와 한 조각으로 둡니다")
        )
    if model.byte_fallback:
        found.append(
            Text(
                "it would give one unknown token where the model has bytes",
                "모델이 바이트로 나누는 글자를 미등록 토큰 하나로 만듭니다",
            )
        )
    if model.is_bpe:
        found.append(
            Text("it would read this BPE model as a unigram model", "이 BPE 모델을 유니그램 모델로 읽습니다")
        )
    return found
