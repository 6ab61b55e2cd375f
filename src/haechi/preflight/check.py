"""Run every rule over the evidence of one run; all findings at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from haechi.forecast import Forecast
from haechi.preflight.diagnostic import Diagnostic, Key, Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import Rule, catalogue
from haechi.resolve import Run
from haechi.rows.tally import printable
from haechi.schema.preflight import Speech
from haechi.text import Language, Text, locale_language


@dataclass
class Verdict:
    """Findings on one job."""

    overrides: list[str]
    diagnostics: list[Diagnostic] = field(default_factory=lambda: [])
    strict: bool = False
    language: Language = "en"
    loaded: bool = False
    """Whether weights were loaded for it, by the deep check."""
    run: Run | None = field(default=None, repr=False, compare=False)
    """What was judged, for a job of a sweep; None where it could not be composed."""
    forecast: Forecast | None = None
    """What the job will take, where its sizes are known."""

    def count(self, severity: Severity) -> int:
        """Findings of one severity."""
        return sum(item.severity is severity for item in self.diagnostics)

    @property
    def refused(self) -> bool:
        """Whether the job must not start."""
        worst = {Severity.error, Severity.warning} if self.strict else {Severity.error}
        return any(item.severity in worst for item in self.diagnostics)

    def as_json(self) -> dict[str, Any]:
        """The form of preflight.json and of `preflight.format=json`."""
        told: dict[str, Any] = {
            "overrides": self.overrides,
            "diagnostics": [item.as_json(self.language) for item in self.diagnostics],
        }
        return told if self.forecast is None else {**told, "forecast": self.forecast.as_json()}


def language_of(speech: Speech) -> Language:
    """The language that a setting means."""
    return locale_language() if speech is Speech.auto else speech.value


class Refused(Exception):
    """A run was judged unfit after it had started: its data or checkpoint came from the hub."""

    def __init__(self, verdict: Verdict) -> None:
        errors = [item for item in verdict.diagnostics if item.severity is not Severity.note]
        super().__init__("\n\n".join(item.as_text(verdict.language) for item in errors))
        self.verdict = verdict


def check(evidence: Evidence) -> Verdict:
    """Judge one resolved run."""
    run = evidence.whole
    settings = run.config.preflight
    _ = evidence.probes  # on their way while the rows are read
    diagnostics = [item for rule in catalogue() if not rule.on_composition for item in _apply(rule, evidence)]
    kept = [item for item in diagnostics if not _ignored(item, settings.ignore)]
    order = {Severity.error: 0, Severity.warning: 1, Severity.note: 2}
    kept.sort(key=lambda item: (order[item.severity], item.code))
    loaded = evidence.depth is not None
    language = language_of(settings.language)
    return Verdict(list(run.overrides), kept, settings.strict, language, loaded, forecast=evidence.forecast)


def _ignored(item: Diagnostic, codes: list[str]) -> bool:
    essential = {rule.code for rule in catalogue() if rule.essential}
    return item.code in codes and not (item.severity is Severity.error and item.code in essential)


def _apply(rule: Rule, evidence: Evidence) -> Iterator[Diagnostic]:
    problems, error = evidence.ask(f"{rule.code} {rule.name}", lambda: _findings(rule, evidence))
    for problem in problems:
        yield describe(rule, problem, evidence.whole)
    if error is not None:
        # A fault in a rule is ours, not the user's: say which rule, and let the run pass.
        yield Diagnostic(
            "ENV900",
            Severity.warning,
            Text(
                f"the rule {rule.code} could not be judged ({error})",
                f"규칙 {rule.code}을(를) 판정하지 못했습니다 ({error})",
            ),
            notes=[
                Text(
                    "this is a fault in Haechi, not in your run; please report it",
                    "실행이 아니라 Haechi의 결함입니다. 알려 주십시오",
                )
            ],
        )


def _findings(rule: Rule, evidence: Evidence) -> tuple[list[Problem], str | None]:
    """What a rule yields, and how it failed if it did."""
    found: list[Problem] = []
    try:
        found.extend(rule.check(evidence))
    except Exception as error:
        return found, f"{type(error).__name__}: {str(error)[:200]}"
    return found, None


def describe(rule: Rule, problem: Problem, run: Run | None) -> Diagnostic:
    """A finding with the values of its keys and where they were set."""
    return Diagnostic(
        code=rule.code,
        severity=problem.severity or rule.severity,
        message=problem.message,
        keys=[Key(key, _value(run, key), run.origins.of(key)) for key in problem.keys] if run else [],
        fixes=[_complete(fix, problem.keys, run) for fix in problem.fixes] if run else problem.fixes,
        notes=problem.notes,
        docs=rule.docs,
    )


def _complete(fix: list[str], keys: list[str], run: Run) -> list[str]:
    """A fix that chooses an option also takes back what was typed for the group's keys in question.

    Otherwise `tokenizer=auto` would change nothing behind `tokenizer.source=DIR`.
    """
    groups = {item.partition("=")[0] for item in fix}
    back = [
        f"~{key}"
        for key in keys
        if run.origins.is_typed(key) and key.partition(".")[0] in groups and key not in groups
    ]
    return [*fix, *(item for item in back if item not in fix)]


def _value(run: Run, key: str) -> str:
    value: Any = run.config
    for part in key.split("."):
        if isinstance(value, dict):
            value = cast(dict[str, Any], value).get(part)
        else:
            value = getattr(value, part, None)
    if value is None:
        return "null"
    if isinstance(value, list):
        items = [str(item) for item in cast(list[Any], value)[:60]]
        shown = ",".join(printable(item, len(item)) for item in items)
        return f"[{shown if len(shown) <= 60 else shown[:57] + '...'}]"
    return (
        str(getattr(value, "name", value)).lower()
        if isinstance(value, bool)
        else str(getattr(value, "name", value))
    )
