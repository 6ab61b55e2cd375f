"""Opening a text file in the encoding that it is said to be in, and naming the one that it is in."""

import codecs
import io
from pathlib import Path

from haechi.rows.fault import FileFault, Kind, malformed
from haechi.text import Text


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a text file after a look at its first bytes; a UTF-8 byte order mark is skipped.

    Raises:
        FileFault: the encoding is none, or the first bytes are in another one.
    """
    codec = codec_of(path, encoding)
    with path.open("rb") as file:
        head = file.read(4096)
    if head and not head.strip(b"\0"):
        raise malformed(
            path,
            "the file begins with zero bytes, as a disk leaves them when writing is cut off",
            "파일이 0 바이트로 시작합니다. 쓰는 도중에 끊긴 파일이 이렇게 남습니다",
        )
    wide = codec.startswith(("utf-16", "utf-32"))
    found = _utf16(head)
    if not wide and found:
        raise _other_encoding(path, found, encoding)
    if not codec.startswith("utf-8") and _is_utf8(head):
        raise _other_encoding(path, "utf-8", encoding)
    if codec.startswith("utf-16") and found == "utf-16":
        codec = found  # the mark at the beginning says the order of the bytes, and is no part of the text
    return path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline="")


def codec_of(path: Path, encoding: str) -> str:
    """Python's name of an encoding.

    Raises:
        FileFault: there is no such text encoding.
    """
    try:
        codec = codecs.lookup(encoding).name
        "".encode(codec)  # base64 and its like are no text encodings
    except (LookupError, ValueError):
        raise FileFault(
            Kind.encoding, str(path),
            Text(f"there is no text encoding `{encoding}`", f"`{encoding}`이라는 글자 인코딩은 없습니다"),
            [["task.encoding=utf-8"]], "task.encoding",
        ) from None  # fmt: skip
    return codec


def undecodable(path: Path, encoding: str) -> FileFault:
    """What to say of a file with bytes that are no text in its encoding; reads it in pieces."""
    for candidate in ("utf-8", "cp949"):
        if first_wrong(path, candidate) is None:
            return _other_encoding(path, candidate, encoding)
    line, column = first_wrong(path, encoding) or (1, 1)
    return FileFault(
        Kind.encoding, str(path),
        Text(
            f"line {line}, byte {column} is not {encoding.upper()}, "
            "and the file as a whole is neither UTF-8 nor CP949",
            f"{line}번째 줄 {column}번째 바이트가 {encoding.upper()}이(가) 아니며, "
            "파일 전체도 UTF-8이나 CP949가 아닙니다",
        ),
        setting="task.encoding",
    )  # fmt: skip


def _is_utf8(head: bytes) -> bool:
    """Whether the first bytes can hardly be anything else: not only ASCII, and every sequence is right."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Text in UTF-16 without a mark: every ASCII character has a zero byte at its side.
    if head.count(0) > len(head) // 20:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return None


def _other_encoding(path: Path, found: str, encoding: str) -> FileFault:
    return FileFault(
        Kind.encoding, str(path),
        Text(
            f"the text is {found.upper()}, not {encoding.upper()}",
            f"글자 인코딩이 {encoding.upper()}이(가) 아니라 {found.upper()}입니다",
        ),
        [[f"task.encoding={found}"]], "task.encoding",
    )  # fmt: skip


def first_wrong(path: Path, encoding: str) -> tuple[int, int] | None:
    """Line and byte of the first byte that is not text in an encoding; None when all are."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                return number, error.start + 1
            except UnicodeError:
                return number, 1
    return None
