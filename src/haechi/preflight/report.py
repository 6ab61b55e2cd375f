"""Verdicts -> text for people, JSON for programs, annotations for GitHub."""

import json
import re
from collections.abc import Sequence

from haechi import places
from haechi.forecast.estimate import described
from haechi.preflight.check import Verdict
from haechi.preflight.diagnostic import Diagnostic, Severity
from haechi.preflight.rules.secret_in_config import mask
from haechi.schema.preflight import Format
from haechi.text import Text


def render(verdicts: Sequence[Verdict], form: Format, seconds: float) -> str:
    """All verdicts in one format, secrets masked; the empty text when there is nothing to say."""
    match form:
        case Format.json:
            text = _json(verdicts, seconds)
        case Format.github:
            text = _github(verdicts)
        case Format.text:
            text = _text(verdicts)
    # What was typed in another encoding than UTF-8 holds halves of characters, which no stream takes.
    return mask(text).encode(errors="backslashreplace").decode()


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
    """Annotations: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.

    A finding stands at the file and line of conf/ that set the first of its keys, once for all jobs.
    """
    levels = {Severity.error: "error", Severity.warning: "warning", Severity.note: "notice"}
    lines: dict[str, None] = {}
    for verdict in verdicts:
        for item in verdict.diagnostics:
            place = next((found for key in item.keys if (found := _place(key.key, key.origin))), "")
            text = _escaped(item.as_text(verdict.language))
            lines[f"::{levels[item.severity]} {place}title={item.code}::{text}"] = None
    return "\n".join(lines)


def _place(key: str, origin: str) -> str:
    path = places.ROOT / origin
    if not origin.startswith("conf/") or not path.is_file():
        return ""
    leaf = re.compile(rf"\s*(- )?(override )?/?{re.escape(key.rpartition('.')[2])}\s*:")
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next((number for number, line in enumerate(lines, start=1) if leaf.match(line)), None)
    return f"file={origin}," + (f"line={number}," if number else "")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _text(verdicts: Sequence[Verdict]) -> str:
    if len(verdicts) == 1:
        return _join([item.as_text(verdicts[0].language) for item in verdicts[0].diagnostics], verdicts)
    jobs: dict[str, list[int]] = {}
    findings: dict[str, Diagnostic] = {}
    for number, verdict in enumerate(verdicts):
        for item in verdict.diagnostics:
            text = item.as_text(verdict.language)
            findings[text] = item
            jobs.setdefault(text, []).append(number)
    word = Text("jobs", "작업").of(verdicts[0].language)
    parts = [f"{text}\n  = {word}: {_numbers(jobs[text])}" for text in findings]
    return _join([_table(verdicts), *parts], verdicts)


def _table(verdicts: Sequence[Verdict]) -> str:
    """One line a job: its number, what sets it apart, and its codes."""
    language = verdicts[0].language
    common = set(verdicts[0].overrides).intersection(*(verdict.overrides for verdict in verdicts))
    names = [" ".join(item for item in verdict.overrides if item not in common) for verdict in verdicts]
    width = max(len(name) for name in names)
    fit = Text("fit", "이상 없음").of(language)
    lines = [
        f"{number:>4}  {name:<{width}}  {' '.join(_codes(verdict)) or fit}"
        for number, (name, verdict) in enumerate(zip(names, verdicts, strict=True))
    ]
    head = Text("overrides", "오버라이드").of(language)
    title = f"{Text(' job', '작업').of(language)}  {head:<{width}}  {Text('verdict', '판정').of(language)}"
    return "\n".join([title, *lines])


def _codes(verdict: Verdict) -> list[str]:
    return list(
        dict.fromkeys(item.code for item in verdict.diagnostics if item.severity is not Severity.note)
    )


def _numbers(jobs: list[int]) -> str:
    shown = ", ".join(str(number) for number in jobs[:12])
    return shown + (f", ... ({len(jobs)})" if len(jobs) > 12 else "")


def _join(parts: list[str], verdicts: Sequence[Verdict]) -> str:
    parts = [part for part in parts if part]
    refused = sum(verdict.refused for verdict in verdicts)
    if refused:
        parts.append(_sum(refused, verdicts).of(verdicts[0].language))
    elif (told := _forecast(verdicts)) is not None:
        parts.append(told.of(verdicts[0].language))
    return "\n\n".join(parts)


def _forecast(verdicts: Sequence[Verdict]) -> Text | None:
    """What the jobs will take one after another; None where that is not known of all."""
    found = [verdict.forecast for verdict in verdicts if verdict.forecast is not None]
    if not found or len(found) < len(verdicts):
        return None
    memory = max(item.memory_bytes for item in found)
    seconds = found[0].seconds + sum(item.warm_seconds for item in found[1:])
    return described(memory, seconds, min(item.runs for item in found), found[0].load, len(found))


def _sum(refused: int, verdicts: Sequence[Verdict]) -> Text:
    """The last line of a refusal."""
    errors = sum(verdict.count(Severity.error) for verdict in verdicts)
    what = (
        Text(f"{errors} error{'s' if errors != 1 else ''}", f"오류 {errors}개")
        if errors
        else Text("warnings, and preflight.strict=true", "preflight.strict=true인데 경고가 있음")
    )
    jobs = len(verdicts)
    whom = Text(f"; {refused} of {jobs} jobs", f", 작업 {jobs}개 가운데 {refused}개")
    whom = whom if jobs > 1 else Text("", "")
    end = Text("no weight was loaded", "가중치는 하나도 읽지 않았습니다")
    if any(verdict.loaded for verdict in verdicts):
        end = Text("nothing was trained", "학습은 시작하지 않았습니다")
    return Text(f"refused: {what}{whom}; {end}", f"거부: {what.ko}{whom.ko}. {end.ko}")
