"""What every rule owes its reader: a file, a test, a page, a code, a voice; and what a preflight may load."""

import importlib.util
import inspect
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from haechi import places
from haechi.preflight import check as checking
from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import KOREAN_SECTIONS, SECTIONS, Rule, catalogue
from haechi.text import Language, Text, quote
from haechi.tokenization.reading import is_hangul
from judging import finding, verdict_of

RULES = Path(checking.__file__).with_name("rules")
TESTS = Path(__file__).with_name("rules")
PREFIXES = (
    "CFG", "KEY", "MODEL", "TOK", "VOC", "POS", "POOL", "LEN", "LABEL", "DATA", "TRAIN", "TRACK", "NOTIFY",
    "SEC", "ENV",
)  # fmt: skip
# Sections of a Korean page that are not shared with the English one.
TOLD = ("무엇", "왜", "할 일")
HEAVY = ("torch", "transformers", "mlflow", "knockknock", "datasets", "pandas")

every_rule = pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)


@every_rule
def test_a_rule_has_a_file_and_a_test_of_its_name(rule: Rule) -> None:
    assert Path(inspect.getfile(rule.check)) == RULES / f"{rule.name}.py"
    assert (TESTS / f"test_{rule.name}.py").is_file()


def test_a_file_has_one_rule() -> None:
    files = {path.stem for path in RULES.glob("*.py")} - {"__init__"}
    assert files == {rule.name for rule in catalogue()}


@every_rule
@pytest.mark.parametrize(("language", "sections"), [("en", SECTIONS), ("ko", KOREAN_SECTIONS)])
def test_a_rule_has_a_page_in_each_language(
    rule: Rule, language: Language, sections: tuple[str, ...]
) -> None:
    page = rule.page(language)
    assert tuple(re.findall(r"^## (.+)$", page, re.MULTILINE)) == sections
    for section in re.split(r"^## .+$", page, flags=re.MULTILINE)[1:]:
        assert section.strip(), "an empty section"
    title = page.splitlines()[0]
    assert title.startswith(f"# {rule.code}: ")
    assert not title.endswith(".")
    foreign = [character for character in page if not character.isascii() and not is_hangul(character)]
    assert not foreign, "ASCII punctuation"


@every_rule
def test_a_korean_page_is_in_korean(rule: Rule) -> None:
    parts = re.split(r"^## (.+)$", rule.page("ko"), flags=re.MULTILINE)
    told = [
        rule.title.ko,
        *(text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name in TOLD),
    ]
    assert len(told) == 1 + len(TOLD)
    for text in told:
        assert sum(map(is_hangul, text)) >= 4, text


def test_codes_are_prefix_and_three_digits() -> None:
    codes = [rule.code for rule in catalogue()]
    assert len(set(codes)) == len(codes)
    assert not [code for code in codes if not re.fullmatch(rf"({'|'.join(PREFIXES)})\d{{3}}", code)]


def examples() -> list[tuple[str, object]]:
    """The example of each rule that is given as overrides of a single run."""
    found = []
    for rule in catalogue():
        path = TESTS / f"test_{rule.name}.py"
        spec = (
            importlib.util.spec_from_file_location(f"example_{rule.name}", path) if path.is_file() else None
        )
        if spec is not None and spec.loader is not None:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            parameters = list(inspect.signature(getattr(module, "example", print)).parameters)
            if parameters == ["tmp_path"]:
                found.append((rule.code, module.example))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "example"), examples(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_example_speaks_in_the_one_voice(code: str, example, tmp_path: Path) -> None:
    found = finding(example(tmp_path), code)
    opening = found.message.split()[0]
    assert opening.startswith("`") or opening in {opening.lower(), opening.upper(), "MLflow"}
    for text in [found.message, *found.notes]:
        assert isinstance(text, Text), f"no Korean for: {text}"
        assert text.endswith("...") or not text.endswith((".", "!"))
        assert "\n" not in text
    assert len(found.message) < 400
    # A secret is not shown, so its key stands in the message.
    assert found.keys or "`" in found.message, "a finding names the keys that disagree"
    assert found.docs == f"docs/rules/{code}-{found.docs.partition('-')[2]}"
    json.dumps(found.as_json())
    assert any(map(is_hangul, found.message.ko)), found.message.ko
    assert not found.message.ko.endswith(".")


def broken_rule(evidence: Evidence) -> Iterator[Problem]:
    """A rule with a fault of its own."""
    yield Problem(quote("found before the fault"))
    raise KeyError("of ours")


def test_a_rule_that_raises_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Rule("TOK999", "broken_rule", Severity.note, broken_rule, on_composition=False, essential=True)
    monkeypatch.setattr(checking, "catalogue", lambda: (*catalogue(), broken))
    verdict = verdict_of([])
    assert [item.code for item in verdict.diagnostics] == ["ENV900", "TOK999"]
    assert verdict.diagnostics[0].severity is Severity.warning
    assert "TOK999" in verdict.diagnostics[0].message
    assert "KeyError" in verdict.diagnostics[0].message
    assert not verdict.refused


JUDGE = """
import json, sys
from haechi.preflight.judge import judge
verdict = judge(sys.argv[2:])[0]
loaded = [name for name in sys.argv[1].split(",") if name in sys.modules]
print(json.dumps([[item.code for item in verdict.diagnostics], loaded]))
"""


@pytest.mark.parametrize(
    ("overrides", "codes"),
    [([], []), (["pooling=pooler"], ["POOL001"]), (["model=klue_bert", "task=klue_nli"], ["MODEL001"])],
    ids=["fit", "refused", "hub"],
)
def test_a_verdict_loads_nothing_heavy(overrides: list[str], codes: list[str]) -> None:
    command = [sys.executable, "-c", JUDGE, ",".join(HEAVY), *overrides]
    done = subprocess.run(command, capture_output=True, text=True, cwd=places.ROOT / "src", check=True)
    found, loaded = json.loads(done.stdout)
    assert set(codes) <= set(found)
    assert loaded == []


@pytest.mark.slow
def test_a_refusal_is_quick() -> None:
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "src/check.py", "pooling=pooler"],
            capture_output=True,
            cwd=places.ROOT,
            check=False,
        )
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 2
    assert statistics.median(seconds) < 1.5
