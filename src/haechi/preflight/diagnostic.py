"""What a rule has to say, and how it reads."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Severity(Enum):
    """How bad a finding is."""

    error = "error"
    """The run would fail or learn garbage: refused."""
    warning = "warning"
    """The run may disappoint: said, and refused only with `preflight.strict=true`."""
    note = "note"
    """Worth knowing; nothing to do."""


@dataclass(frozen=True)
class Problem:
    """A rule's finding, before values and origins are filled in."""

    message: str
    """The fault alone: lower case, no full stop, keys and values in backticks."""
    keys: list[str] = field(default_factory=lambda: [])
    """Config keys that disagree."""
    fixes: list[list[str]] = field(default_factory=lambda: [])
    """Each a list of overrides; appended to the command line it clears the finding."""
    notes: list[str] = field(default_factory=lambda: [])
    """What explains the fault, one line each."""
    severity: Severity | None = None
    """Other than the rule's own."""


@dataclass(frozen=True)
class Key:
    """A config key with its value and where that was set."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True)
class Diagnostic:
    """A finding as the user sees it."""

    code: str
    severity: Severity
    message: str
    keys: list[Key] = field(default_factory=lambda: [])
    fixes: list[list[str]] = field(default_factory=lambda: [])
    notes: list[str] = field(default_factory=lambda: [])
    docs: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form that `preflight.format=json` prints."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "keys": [{"key": key.key, "value": key.value, "origin": key.origin} for key in self.keys],
            "fixes": self.fixes,
            "notes": self.notes,
            "docs": self.docs,
        }

    def as_text(self) -> str:
        """The form for people, in the shape of rustc's."""
        lines = [f"{self.severity.value}[{self.code}]: {self.message}"]
        settings = [f"{key.key}={key.value}" for key in self.keys]
        width = max((len(setting) for setting in settings), default=0)
        lines += [
            f"  | {setting:<{width}}  {key.origin}" for setting, key in zip(settings, self.keys, strict=True)
        ]
        lines += [f"  = note: {note}" for note in self.notes]
        lines += [f"  = help: try `{' '.join(quoted(fix))}`" for fix in self.fixes]
        if self.docs and self.severity is not Severity.note:
            lines.append(f"  = docs: {self.docs}")
        return "\n".join(lines)


def quoted(overrides: list[str]) -> list[str]:
    """Overrides as they are typed in a shell: in quotes where the shell would read them otherwise."""
    special = set(" []{}()*?$&|;<>#~'\"")
    return [f"'{item}'" if special & set(item) and "'" not in item else item for item in overrides]
