"""Rules: pure functions with a code, found by looking into `preflight/rules/`.

A rule's docstring is its page: a first line that names the fault, then the sections What, Why,
Example, What to do, References.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from haechi.preflight.diagnostic import Problem, Severity

SECTIONS = ("What", "Why", "Example", "What to do", "References")
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

    @property
    def page(self) -> str:
        """The documentation, as Markdown."""
        text = inspect.cleandoc(self.check.__doc__ or "")
        title, _, body = text.partition("\n")
        return f"# {self.code}: {title.rstrip('.')}\n{body}\n"

    @property
    def docs(self) -> str:
        """Path of the page in the repository."""
        return f"docs/rules/{self.code}-{self.name.replace('_', '-')}.md"


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
