"""docs/ from the code: a page for each rule, their index, and every setting.

`python -m haechi.docs` writes; `--check` fails when the files differ from what would be written.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

from haechi import places
from haechi.preflight.rule import Rule, catalogue
from haechi.schema.ranges import Range
from haechi.schema.run import RunConfig

DOCS = places.ROOT / "docs"


def pages() -> dict[Path, str]:
    """Every generated file and its content."""
    found = {places.ROOT / rule.docs: _rule_page(rule) for rule in catalogue()}
    found[DOCS / "rules" / "README.md"] = _index()
    found[DOCS / "settings.md"] = _settings()
    return found


def _rule_page(rule: Rule) -> str:
    when = "composing the config" if rule.on_composition else "judging the run"
    facts = f"{rule.severity.value}, found when {when}; source: src/haechi/preflight/rules/{rule.name}.py"
    title, _, body = rule.page.partition("\n")
    return f"{title}\n\n{facts}\n{body}"


def _index() -> str:
    lines = [
        "# Rules",
        "",
        "What a run is judged by before a weight is loaded. Written by `make docs` from the rules;",
        "`python src/check.py explain=CODE` prints a page.",
        "",
        "| code | fault | severity |",
        "| --- | --- | --- |",
    ]
    for rule in catalogue():
        title = rule.page.partition("\n")[0].partition(": ")[2]
        lines.append(f"| [{rule.code}]({Path(rule.docs).name}) | {title} | {rule.severity.value} |")
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
    left = [path for path in (DOCS / "rules").glob("*.md") if path not in wanted]
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
