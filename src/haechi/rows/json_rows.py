"""json and jsonl -> rows; SQuAD's nesting of articles, paragraphs and questions gives a row a question."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from haechi.rows.encoding import codec_of, first_wrong, open_text, undecodable
from haechi.rows.fault import BrokenRow, FileFault, malformed

# Longer files are parsed piece by piece, which is slower and needs no memory.
WHOLE_BYTES = 64 * 2**20


def read_json(path: Path, encoding: str, quoting: bool) -> Iterator[dict[str, Any]]:
    """Rows of a list of objects, or of the list under `data`."""
    if path.stat().st_size > WHOLE_BYTES and codec_of(path, encoding) in {"utf-8", "utf-8-sig"}:
        items = _in_pieces(path)
    else:
        items = _whole(path, encoding)
    for number, row in enumerate(items, start=1):
        if not isinstance(row, dict):
            raise malformed(
                path,
                f"row {number} is no object with named values",
                f"{number}번째 행이 이름과 값을 가진 객체가 아닙니다",
            )
        if isinstance(row.get("paragraphs"), list):
            yield from _questions(path, cast(dict[str, Any], row))
        else:
            yield cast(dict[str, Any], row)


def read_jsonl(
    path: Path, encoding: str, quoting: bool, *, tolerant: bool = False
) -> Iterator[dict[str, Any]]:
    """Rows of a file with one object a line; with `tolerant` a `BrokenRow` for a line that is none."""
    parse = _row_or_broken if tolerant else parse_line
    number = 0
    with open_text(path, encoding) as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield parse(path, number, line)
        except UnicodeError as error:
            raise undecodable(path, encoding) from error


def _row_or_broken(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        return parse_line(path, number, line)
    except FileFault as fault:
        return BrokenRow(fault)


def parse_line(path: Path, number: int, line: str) -> dict[str, Any]:
    """One line as a row.

    Raises:
        FileFault: the line is no JSON object.
    """
    try:
        row = json.loads(line.rstrip("\r\n"))
    except json.JSONDecodeError as error:
        why = _lower(error.msg)
        raise malformed(
            path, f"line {number}, column {error.colno}: {why}",
            f"{number}번째 줄 {error.colno}번째 글자: {why}",
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        why = _lower(str(error))
        raise malformed(
            path, f"line {number}: the JSON cannot be read ({why})",
            f"{number}번째 줄: JSON을 읽을 수 없습니다 ({why})",
        ) from error  # fmt: skip
    if not isinstance(row, dict):
        raise malformed(
            path, f"line {number} is no object with named values",
            f"{number}번째 줄이 이름과 값을 가진 객체가 아닙니다",
        )  # fmt: skip
    return cast(dict[str, Any], row)


def _whole(path: Path, encoding: str) -> Iterator[Any]:
    try:
        with open_text(path, encoding) as file:
            content = json.load(file)
    except UnicodeError as error:
        raise undecodable(path, encoding) from error
    except json.JSONDecodeError as error:
        raise _broken(path, error) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, endless brackets
        why = _lower(str(error))
        raise malformed(
            path, f"the JSON cannot be read ({why})", f"JSON을 읽을 수 없습니다 ({why})"
        ) from error
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        content = content["data"]
    if not isinstance(content, list):
        raise _no_list(path)
    yield from cast(list[Any], content)


def _broken(path: Path, error: json.JSONDecodeError) -> FileFault:
    why = _lower(error.msg)
    en = f"line {error.lineno}, column {error.colno}: {why}"
    ko = f"{error.lineno}번째 줄 {error.colno}번째 글자: {why}"
    if error.msg == "Extra data" and error.doc.lstrip("\ufeff \t\r\n").startswith("{"):
        en += "; a file with one object a line ends in .jsonl"
        ko += ". 한 줄에 객체 하나인 파일의 확장자는 .jsonl입니다"
    return malformed(path, en, ko)


def _no_list(path: Path) -> FileFault:
    return malformed(path, "the file holds no list of rows", "파일에 행의 목록이 없습니다")


def _in_pieces(path: Path) -> Iterator[Any]:
    import ijson

    open_text(path, "utf-8").close()  # a look at its first bytes
    with path.open("rb") as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        file.seek(0)
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        empty = True
        try:
            for item in ijson.items(file, "item" if start.startswith(b"[") else "data.item", use_float=True):
                empty = False
                yield item
        except (ijson.JSONError, UnicodeError, ValueError, RecursionError) as error:
            if first_wrong(path, "utf-8") is not None:
                raise undecodable(path, "utf-8") from error
            near, why = file.tell(), _lower((str(error).splitlines() or ["not JSON"])[0])
            raise malformed(path, f"before byte {near:,}: {why}", f"{near:,}번째 바이트 앞: {why}") from error
    if empty:
        raise _no_list(path)


def _questions(path: Path, article: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of one article: its title, a paragraph's context, and a question with its answers.

    Format: Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250; KLUE and KorQuAD 1.0 use it.
    """
    for paragraph in article["paragraphs"]:
        questions = paragraph.get("qas") if isinstance(paragraph, dict) else None
        if not isinstance(questions, list):
            raise malformed(
                path, "a paragraph has no list of questions (`qas`)", "문단에 질문 목록(`qas`)이 없습니다"
            )
        for item in cast(list[Any], questions):
            if not isinstance(item, dict):
                raise malformed(
                    path, "a question is no object with named values",
                    "질문이 이름과 값을 가진 객체가 아닙니다",
                )  # fmt: skip
            question = cast(dict[str, Any], item)
            name = question.get("id", question.get("guid"))
            shared = {"title": article.get("title"), "context": paragraph.get("context")}
            yield {**shared, **question, "id": name}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
