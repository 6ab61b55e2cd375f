"""docs/: what is written by hand speaks of rules that exist, and of all of them."""

import re

from haechi import places
from haechi.preflight.rule import catalogue


def test_every_rule_has_its_line_among_the_faults() -> None:
    text = (places.ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b[A-Z]+\d{3}\b", text))
    for first, last in re.findall(r"\b([A-Z]+\d{3}) to ([A-Z]+\d{3})\b", text):
        prefix = first.rstrip("0123456789")
        low, high = (int(code.removeprefix(prefix)) for code in (first, last))
        named |= {f"{prefix}{number:03}" for number in range(low, high + 1)}
    assert named - {"ENV900"} == {rule.code for rule in catalogue()}
