"""Judging in tests: verdicts on overrides, and what every rule owes its reader."""

from collections.abc import Sequence
from pathlib import Path

from haechi.preflight.check import Verdict
from haechi.preflight.depth import DepthReport
from haechi.preflight.diagnostic import Diagnostic
from haechi.preflight.evidence import Evidence
from haechi.preflight.judge import judge


def verdict_of(overrides: Sequence[str], *, multirun: bool = False) -> Verdict:
    """The verdict on a single run; a deep one with `preflight.deep=true`."""
    return judge(list(overrides), multirun=multirun, examine=_examine)[0]


def _examine(evidence: Evidence) -> DepthReport:
    from haechi.deep.examine import examine  # imports torch, which few tests need

    return examine(evidence)


def codes(overrides: Sequence[str]) -> list[str]:
    """Codes of all findings on a single run, notes included."""
    return [item.code for item in verdict_of(overrides).diagnostics]


def finding(overrides: Sequence[str], code: str) -> Diagnostic:
    """The first finding with a code; fails when there is none."""
    found = [item for item in verdict_of(overrides).diagnostics if item.code == code]
    assert found, f"{code} is not among {codes(overrides)}"
    return found[0]


def assert_only(overrides: Sequence[str], code: str) -> Diagnostic:
    """The example of a rule fires that rule and no other error or warning; returns the finding."""
    loud = [item for item in verdict_of(overrides).diagnostics if item.severity.value != "note"]
    found = finding(overrides, code)
    assert {item.code for item in loud} <= {code}, [item.as_text() for item in loud]
    return found


def assert_fixes_clear(overrides: Sequence[str], code: str) -> None:
    """Every fix, appended to the same command line, clears the finding and can be composed."""
    found = finding(overrides, code)
    for fix in found.fixes:
        left = codes([*overrides, *fix])
        assert code not in left, f"{fix} leaves {left}"
        assert not [item for item in left if item.startswith("CFG")], f"{fix} leaves {left}"


def write_rows(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a data file as it stands."""
    path.write_bytes(text.encode(encoding))
    return path


def files_task(train: Path, *more: str) -> list[str]:
    """Overrides of a task on files with the columns `text` and `label`."""
    return ["task=files", f"task.files.train={train}", *more]


HEADLINES = """text,label
한국은행 기준금리 동결,경제
프로야구 개막전 매진,스포츠
국회 예산안 처리,정치
코스피 하락 마감,경제
"""


def good_file(folder: Path, name: str = "train.csv") -> Path:
    """Four headlines in three topics, with nothing to say about them."""
    return write_rows(folder / name, HEADLINES)
