"""Rules: pure functions with a code, found by looking into `preflight/rules/`.

A rule's docstring is its page, twice. English: a first line that names the fault, then the sections
What, Why, Example, What to do, References. Korean: a line `# title`, then the sections 무엇, 왜, 할 일;
example and references are the same in both.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from haechi.preflight.diagnostic import Problem, Severity
from haechi.text import Language, Text

SECTIONS = ("What", "Why", "Example", "What to do", "References")
KOREAN_SECTIONS = ("무엇", "왜", "예", "할 일", "참고 자료")
Check = Callable[[Any], Iterator[Problem]]

_registered: dict[str, "Rule"] = {}


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue."""

    code: str
    name: str
    """The fault in snake_case; also the file's name."""
    severity: Severity
    check: Check
    on_composition: bool
    """Whether it judges a config that could not be composed, rather than a composed one."""
    essential: bool
    """Whether `preflight.ignore` cannot silence it: the run could not end well."""

    @cached_property
    def _parts(self) -> tuple[str, str]:
        """The docstring's English and Korean parts."""
        english, _, korean = inspect.cleandoc(self.check.__doc__ or "").partition("\n# ")
        return english.strip(), korean.strip()

    @cached_property
    def title(self) -> Text:
        """The fault in a few words."""
        english, korean = (part.partition("\n")[0] for part in self._parts)
        return Text(english.rstrip("."), korean)

    def page(self, language: Language = "en") -> str:
        """The documentation, as Markdown."""
        english, korean = (part.partition("\n")[2].strip() for part in self._parts)
        if language == "ko":
            said, shared = _sections(korean), _sections(english)
            said |= {"예": shared.get("Example", ""), "참고 자료": shared.get("References", "")}
            english = "\n\n".join(f"## {name}\n{said.get(name, '')}" for name in KOREAN_SECTIONS)
        return f"# {self.code}: {self.title.of(language)}\n\n{english}\n"

    @cached_property
    def docs(self) -> Text:
        """Path of the page in the repository."""
        file = f"{self.code}-{self.name.replace('_', '-')}.md"
        return Text(f"docs/rules/{file}", f"docs/rules/ko/{file}")


def _sections(text: str) -> dict[str, str]:
    """The sections of a page by their headings."""
    parts = f"\n{text}".split("\n## ")[1:]
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}


def rule(
    code: str, severity: Severity = Severity.error, *, on_composition: bool = False, essential: bool = True
) -> Callable[[Check], Check]:
    """Register a function as a rule; it takes the evidence and yields a problem for each fault."""

    def register(check: Check) -> Check:
        name = check.__name__
        if code in _registered and _registered[code].name != name:
            raise ValueError(f"{code} is taken by {_registered[code].name}")
        _registered[code] = Rule(code, name, severity, check, on_composition, essential)
        return check

    return register


@cache
def catalogue() -> tuple[Rule, ...]:
    """Every rule, by code."""
    from haechi.preflight import rules

    for module in pkgutil.iter_modules(rules.__path__):
        importlib.import_module(f"{rules.__name__}.{module.name}")
    return tuple(_registered[code] for code in sorted(_registered))
