"""What a rule has to say, and how it reads."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from haechi.text import Language, Text


class Severity(Enum):
    """How bad a finding is."""

    error = "error"
    """The run would fail or learn garbage: refused."""
    warning = "warning"
    """The run may disappoint: said, and refused only with `preflight.strict=true`."""
    note = "note"
    """Worth knowing; nothing to do."""


WORDS = {
    "error": Text("error", "오류"),
    "warning": Text("warning", "경고"),
    "note": Text("note", "참고"),
    "help": Text("help", "해결"),
    "docs": Text("docs", "문서"),
    "command line": Text("command line", "명령줄"),
}


# How an origin begins that is a default of the schema.
DEFAULT = "default in "


@dataclass(frozen=True)
class Problem:
    """A rule's finding, before values and origins are filled in."""

    message: Text
    """The fault alone: lower case, no full stop, keys and values in backticks."""
    keys: list[str] = field(default_factory=lambda: [])
    """Config keys that disagree."""
    fixes: list[list[str]] = field(default_factory=lambda: [])
    """Each a list of overrides; appended to the command line it clears the finding."""
    notes: list[Text] = field(default_factory=lambda: [])
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
    message: Text
    keys: list[Key] = field(default_factory=lambda: [])
    fixes: list[list[str]] = field(default_factory=lambda: [])
    notes: list[Text] = field(default_factory=lambda: [])
    docs: Text = field(default_factory=lambda: Text("", ""))

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """The form that `preflight.format=json` prints."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message.of(language),
            "keys": [{"key": key.key, "value": key.value, "origin": key.origin} for key in self.keys],
            "fixes": self.fixes,
            "notes": [note.of(language) for note in self.notes],
            "docs": self.docs.of(language),
        }

    def as_text(self, language: Language = "en") -> str:
        """The form for people, in the shape of rustc's."""
        word = {name: text.of(language) for name, text in WORDS.items()}
        lines = [f"{word[self.severity.value]}[{self.code}]: {self.message.of(language)}"]
        settings = [f"{key.key}={key.value}" for key in self.keys]
        width = max((len(setting) for setting in settings), default=0)
        lines += [
            f"  | {setting:<{width}}  {_origin(key.origin, language)}"
            for setting, key in zip(settings, self.keys, strict=True)
        ]
        lines += [f"  = {word['note']}: {note.of(language)}" for note in self.notes]
        lines += [f"  = {word['help']}: {_advice(fix, language)}" for fix in self.fixes]
        if self.docs and self.severity is not Severity.note:
            lines.append(f"  = {word['docs']}: {self.docs.of(language)}")
        return "\n".join(lines)


def _origin(origin: str, language: Language) -> str:
    if language == "ko" and origin.startswith(DEFAULT):
        return f"기본값, {origin.removeprefix(DEFAULT)}"
    return WORDS[origin].of(language) if origin in WORDS else origin


def _advice(fix: list[str], language: Language) -> str:
    typed = f"`{' '.join(quoted(fix))}`"
    return Text(f"try {typed}", f"{typed} 입력").of(language)


def quoted(overrides: list[str]) -> list[str]:
    """Overrides as they are typed in a shell: in quotes where the shell would read them otherwise."""
    special = set(" []{}()*?$&|;<>#~'\"")
    return [f"'{item}'" if special & set(item) and "'" not in item else item for item in overrides]
