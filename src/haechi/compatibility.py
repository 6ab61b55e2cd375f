"""Which catalogued models, poolings and tasks go together: a page written by running the rules."""

from collections.abc import Iterator, Mapping, Sequence

from haechi import places
from haechi.compose import dimensions
from haechi.preflight.check import Verdict, check
from haechi.preflight.diagnostic import Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.query import Shelf
from haechi.preflight.sweep import Composer
from haechi.text import Language, Text

PAGE = Text("docs/compatibility.md", "docs/compatibility.ko.md")
# What depends on the machine and on the network is no matter of compatibility.
ELSEWHERE = ("MODEL001", "TOK009", "DATA009", "ENV", "TRACK", "NOTIFY", "SEC", "CFG")
TASKS = ("klue_ynat", "klue_sts", "klue_nli", "klue_re", "klue_ner", "klue_mrc")
MARKS = {Severity.error: "**{}**", Severity.warning: "{}"}

INTRODUCTION = Text(
    "# Compatibility\n\n"
    "Every catalogued model with every pooling on every KLUE task, as the rules judge them by the catalogue\n"
    "alone, before anything is downloaded. Written by `make docs`. `ok`: nothing to say; **bold**: refused;\n"
    "plain: a warning. The checkpoint's own files, once they are here, count more.\n"
    "[한국어](compatibility.ko.md)",
    "# 호환성\n\n"
    "목록의 모든 모델, 풀링, KLUE 태스크를 규칙이 아무것도 내려받지 않고 목록만으로 판정한 결과입니다.\n"
    "`make docs`가 만듭니다. `ok`: 이상 없음, **굵게**: 거부, 보통 글씨: 경고. 체크포인트의 파일이 있으면\n"
    "파일이 우선합니다. [English](compatibility.md)",
)


def page(language: Language) -> str:
    """The page in one language."""
    poolings, models = _options("pooling"), _models()
    cells = _judged(models, poolings)
    heading = Text("model", "모델").of(language)
    parts = [INTRODUCTION.of(language)]
    for tasks, table in _grouped(cells, models, poolings):
        parts.append(f"## {', '.join(tasks)}")
        rows = [f"| {heading} | {' | '.join(poolings)} |", f"| --- |{' --- |' * len(poolings)}"]
        rows += [f"| {model} | {' | '.join(table[model])} |" for model in models]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _options(group: str) -> list[str]:
    return sorted(path.stem for path in (places.CONF / group).glob("*.yaml"))


def _models() -> list[str]:
    return [name for name in _options("model") if name not in {"local", "tiny"}]


def _judged(models: Sequence[str], poolings: Sequence[str]) -> Mapping[tuple[str, str, str], str]:
    """The codes of each combination, as they stand in a cell."""
    swept = dimensions(
        [f"model={','.join(models)}", f"pooling={','.join(poolings)}", f"task={','.join(TASKS)}"]
    )
    composer, shelf = Composer(swept, places.CONF, "config"), Shelf()
    found: dict[tuple[str, str, str], str] = {}
    for job in composer.jobs():
        model, pooling, task = (item.partition("=")[2] for item in job)
        verdict = check(Evidence(composer.run(job), by_facts=True, shelf=shelf))
        found[model, pooling, task] = _cell(verdict)
    return found


def _cell(verdict: Verdict) -> str:
    codes: dict[str, None] = {}
    for item in verdict.diagnostics:
        if item.severity is not Severity.note and not item.code.startswith(ELSEWHERE):
            codes[MARKS[item.severity].format(item.code)] = None
    return " ".join(codes) or "ok"


def _grouped(
    cells: Mapping[tuple[str, str, str], str], models: Sequence[str], poolings: Sequence[str]
) -> Iterator[tuple[list[str], dict[str, list[str]]]]:
    """Tasks that have the same table, and the table."""
    groups: list[tuple[list[str], dict[str, list[str]]]] = []
    for task in TASKS:
        table = {model: [cells[model, pooling, task] for pooling in poolings] for model in models}
        same = next((tasks for tasks, other in groups if other == table), None)
        if same is None:
            groups.append(([task], table))
        else:
            same.append(task)
    yield from groups
