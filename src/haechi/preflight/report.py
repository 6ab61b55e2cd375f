"""Verdicts -> text for people, JSON for programs, annotations for GitHub."""

import json
from collections.abc import Sequence

from haechi.preflight.check import Verdict
from haechi.preflight.diagnostic import Diagnostic, Severity
from haechi.preflight.rules.secret_in_config import mask
from haechi.schema.preflight import Format


def render(verdicts: Sequence[Verdict], form: Format, seconds: float) -> str:
    """All verdicts in one format, secrets masked; the empty text when there is nothing to say."""
    match form:
        case Format.json:
            return mask(_json(verdicts, seconds))
        case Format.github:
            return mask(_github(verdicts))
        case Format.text:
            return mask(_text(verdicts))


def _json(verdicts: Sequence[Verdict], seconds: float) -> str:
    return json.dumps(
        {
            "jobs": [verdict.as_json() for verdict in verdicts],
            "errors": sum(verdict.count(Severity.error) for verdict in verdicts),
            "warnings": sum(verdict.count(Severity.warning) for verdict in verdicts),
            "seconds": round(seconds, 3),
        },
        ensure_ascii=False,
    )


def _github(verdicts: Sequence[Verdict]) -> str:
    levels = {Severity.error: "error", Severity.warning: "warning", Severity.note: "notice"}
    lines: list[str] = []
    for verdict in verdicts:
        for item in verdict.diagnostics:
            file = next((key.origin for key in item.keys if key.origin.startswith("conf/")), "")
            place = f"file={file}," if file else ""
            text = item.as_text().replace("%", "%25").replace("\n", "%0A")
            lines.append(f"::{levels[item.severity]} {place}title={item.code}::{text}")
    return "\n".join(lines)


def _text(verdicts: Sequence[Verdict]) -> str:
    if len(verdicts) == 1:
        return _join([item.as_text() for item in verdicts[0].diagnostics], verdicts)
    jobs: dict[str, list[int]] = {}
    findings: dict[str, Diagnostic] = {}
    for number, verdict in enumerate(verdicts):
        for item in verdict.diagnostics:
            text = item.as_text()
            findings[text] = item
            jobs.setdefault(text, []).append(number)
    parts = [f"{text}\n  = jobs: {_numbers(jobs[text])}" for text in findings]
    return _join([_table(verdicts), *parts], verdicts)


def _table(verdicts: Sequence[Verdict]) -> str:
    """One line a job: its number, what sets it apart, and its codes."""
    common = set(verdicts[0].overrides).intersection(*(verdict.overrides for verdict in verdicts))
    names = [" ".join(item for item in verdict.overrides if item not in common) for verdict in verdicts]
    width = max(len(name) for name in names)
    lines = [
        f"{number:>4}  {name:<{width}}  {' '.join(_codes(verdict)) or 'fit'}"
        for number, (name, verdict) in enumerate(zip(names, verdicts, strict=True))
    ]
    return "\n".join([f" job  {'overrides':<{width}}  verdict", *lines])


def _codes(verdict: Verdict) -> list[str]:
    return list(
        dict.fromkeys(item.code for item in verdict.diagnostics if item.severity is not Severity.note)
    )


def _numbers(jobs: list[int]) -> str:
    shown = ", ".join(str(number) for number in jobs[:12])
    return shown + (f", ... ({len(jobs)} in all)" if len(jobs) > 12 else "")


def _join(parts: list[str], verdicts: Sequence[Verdict]) -> str:
    parts = [part for part in parts if part]
    refused = sum(verdict.refused for verdict in verdicts)
    if refused:
        errors = sum(verdict.count(Severity.error) for verdict in verdicts)
        what = (
            f"{errors} error{'s' if errors != 1 else ''}" if errors else "warnings, and preflight.strict=true"
        )
        whom = f"; {refused} of {len(verdicts)} jobs" if len(verdicts) > 1 else ""
        parts.append(f"refused: {what}{whom}; no weight was loaded")
    return "\n\n".join(parts)
