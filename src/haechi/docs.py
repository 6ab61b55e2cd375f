"""docs/ from the code: a page for each rule, their index, and every setting.

`python -m haechi.docs` writes; `--check` fails when the files differ from what would be written.
"""

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

from haechi import added_tokens, compatibility, places
from haechi.preflight.diagnostic import WORDS
from haechi.preflight.rule import Rule, catalogue
from haechi.schema.ranges import Range
from haechi.schema.run import RunConfig
from haechi.text import Language, Text

DOCS = places.ROOT / "docs"
INDEX = Text("docs/rules/README.md", "docs/rules/ko/README.md")


def pages() -> dict[Path, str]:
    """Every generated file and its content."""
    found: dict[Path, str] = {}
    languages: tuple[Language, ...] = ("en", "ko")
    for language in languages:
        for rule in catalogue():
            found[places.ROOT / rule.docs.of(language)] = _rule_page(rule, language)
        found[places.ROOT / INDEX.of(language)] = _index(language)
        found[places.ROOT / compatibility.PAGE.of(language)] = compatibility.page(language)
        found[places.ROOT / added_tokens.PAGE.of(language)] = added_tokens.page(language)
    found[DOCS / "settings.md"] = _settings()
    return found


def _rule_page(rule: Rule, language: Language) -> str:
    composing = rule.on_composition
    when = Text(
        "composing the config" if composing else "judging the run",
        "설정을 합성할 때" if composing else "실행을 판정할 때",
    )
    source = f"src/haechi/preflight/rules/{rule.name}.py"
    severity = WORDS[rule.severity.value]
    here = Path(rule.docs.of(language)).parent
    other = Text(
        f"[한국어]({os.path.relpath(rule.docs.ko, here)})", f"[English]({os.path.relpath(rule.docs, here)})"
    )
    facts = Text(
        f"{severity}, found when {when}; source: {source}", f"{severity.ko}, {when.ko} 찾음. 소스: {source}"
    )
    title, _, body = rule.page(language).partition("\n")
    return f"{title}\n\n{facts.of(language)}. {other.of(language)}\n{body}"


def _index(language: Language) -> str:
    introduction = Text(
        "# Rules\n\n"
        "What a run is judged by before a weight is loaded. Written by `make docs` from the rules;\n"
        "`python src/check.py explain=CODE` prints a page. [한국어](ko/README.md)\n\n"
        "| code | fault | severity |",
        "# 규칙\n\n"
        "가중치를 읽기 전에 실행을 판정하는 규칙입니다. `make docs`가 규칙에서 만들고,\n"
        "`python src/check.py explain=CODE`가 한 쪽을 보여 줍니다. [English](../README.md)\n\n"
        "| 코드 | 결함 | 정도 |",
    )
    lines = [introduction.of(language), "| --- | --- | --- |"]
    for rule in catalogue():
        link = f"[{rule.code}]({Path(rule.docs).name})"
        severity = WORDS[rule.severity.value].of(language)
        lines.append(f"| {link} | {rule.title.of(language)} | {severity} |")
    return "\n".join(lines) + "\n"


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "Every key of a run, from the docstrings in src/haechi/schema/. Written by `make docs`.",
    ]
    for title, rows in _tables(RunConfig, ""):
        lines += [
            "",
            f"## {title}",
            "",
            "| key | type | default | meaning |",
            "| --- | --- | --- | --- |",
            *rows,
        ]
    return "\n".join(lines) + "\n"


def _tables(schema: type[Any], prefix: str) -> Iterator[tuple[str, list[str]]]:
    """A table for each dataclass: its own keys first, then those of the groups in it."""
    rows: list[str] = []
    nested: list[tuple[type[Any], str]] = []
    told = field_docstrings(schema)
    for item in fields(schema):
        kind = item.default_factory
        if isinstance(kind, type) and is_dataclass(kind):
            nested.append((kind, f"{prefix}{item.name}."))
            continue
        bounds = item.metadata.get("range")
        limits = f" ({bounds})" if isinstance(bounds, Range) else ""
        meaning = f"{told.get(item.name, '')}{limits}"
        rows.append(f"| `{prefix}{item.name}` | {_type(item.type)} | {_default(item)} | {meaning} |")
    yield prefix.rstrip(".") or "top level", rows
    for kind, inner in nested:
        yield from _tables(kind, inner)


def field_docstrings(schema: type[Any]) -> dict[str, str]:
    """The docstring below each field of a dataclass, on one line."""
    body = ast.parse(dedent(getsource(schema))).body[0]
    assert isinstance(body, ast.ClassDef)
    told: dict[str, str] = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(following, ast.Expr):
            text = ast.literal_eval(following.value)
            told[ast.unparse(statement.target)] = " ".join(str(text).split())
    return told


def _type(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{choice.name}`" for choice in kind)
    parts = [getattr(part, "__name__", str(part)) for part in get_args(kind)] or [
        getattr(kind, "__name__", str(kind))
    ]
    outer = {list: "list", dict: "dict"}.get(getattr(kind, "__origin__", None))
    shown = f"{outer} of {parts[-1]}" if outer else " or ".join(parts)
    return shown.replace("NoneType", "null")


def _default(item: Any) -> str:
    if item.default is not MISSING:
        value = item.default.name if isinstance(item.default, Enum) else item.default
        return "by the option" if value == "???" else f"`{'null' if value is None else value}`"
    return "empty"


def main() -> int:
    """Write the files, or compare them; the number of files that differ counts as failure."""
    wanted = pages()
    stale = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    left = [path for path in (DOCS / "rules").rglob("*.md") if path not in wanted]
    if "--check" in sys.argv[1:]:
        for path in [*stale, *left]:
            sys.stderr.write(
                f"docs: {path.relative_to(places.ROOT)} is not what the code says; run `make docs`\n"
            )
        return int(bool(stale or left))
    for path in left:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    sys.stdout.write(f"docs: {len(stale)} written, {len(left)} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
