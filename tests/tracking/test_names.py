"""metric_name: nothing collapses, and MLflow accepts every result."""

import itertools
import random
import re

import pytest
from mlflow.utils import validation

from haechi.tracking.names import LONGEST_NAME, metric_name, original_name

LABELS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]
FRAGMENTS = [
    *["", "/", "//", ".", "..", "...", " ", "_", "-", ":", "@", "(", ")", "&", "+", "[0]", "\n", "\t", "\0"],
    *["u", "_u", "u0040_", "_u0040_", "_u0040", "_u00400_", "_u000000_", "0", "0040", "A", "_h", "f1", "é"],
    *[
        "경제",
        "IT과학",
        "각",
        "中文",
        "😀",
        "\ud800",
        "²",
        "①",
        "·",
        "ㄱ",
        "\u0301",
        "\u200b",
        "%",
        "\\",
        "#",
        "?",
    ],
]


def odd_names() -> list[str]:
    exhaustive = ["".join(parts) for parts in itertools.product(FRAGMENTS, repeat=3)]
    alphabet = "_u04F./@ 경"
    exhaustive += [
        "".join(parts) for length in range(6) for parts in itertools.product(alphabet, repeat=length)
    ]
    draw = random.Random(0)
    long = ["".join(draw.choices(FRAGMENTS, k=draw.randrange(4, 60))) for _ in range(20_000)]
    return exhaustive + long


@pytest.mark.parametrize(
    "name", ["train/loss", "validation/f1/IT과학", "a.b-c_d e:f", "gpu_util", "_u", "u0040_"]
)
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert metric_name(name) == name


def test_seven_labels_stay_seven() -> None:
    names = [f"validation/f1/{label}" for label in LABELS]
    assert [metric_name(name) for name in names] == names


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("precision@1", "precision_u0040_1"),
        ("a//b", "a_u002F__u002F_b"),
        ("./a", "_u002E_/a"),
        ("../a", "_u002E_./a"),
        ("a/", "a_u002F_"),
        ("", "_u000000_"),
        ("_u0040_", "_u005F_u0040_"),
        ("_u0040@", "_u005F_u0040_u0040_"),
    ],
)
def test_what_mlflow_refuses_is_escaped(name: str, accepted: str) -> None:
    assert metric_name(name) == accepted


def test_every_odd_name_is_accepted_for_metrics_parameters_and_tags_and_can_be_read_back() -> None:
    seen: dict[str, str] = {}
    for name in set(odd_names()):
        written = metric_name(name)
        validation._validate_metric(written, 0.5, 0, 0)
        validation._validate_param(written, "value")
        validation._validate_tag(written, "value")
        written.encode("utf-8")
        assert seen.setdefault(written, name) == name
        if not re.search(r"_h[0-9a-f]{32}$", written):
            assert original_name(written) == name


@pytest.mark.parametrize("filler", ["a", "@", "가", "/", "."])
def test_long_names_are_shortened_and_stay_apart(filler: str) -> None:
    names = [filler * count for count in range(200, 300)]
    names += [metric_name(filler * 400), metric_name(metric_name(filler * 400))]
    written = [metric_name(name) for name in [*names, filler * 400]]
    assert len(set(written)) == len(set([*names, filler * 400]))
    for name in written:
        assert len(name) <= LONGEST_NAME
        validation._validate_metric_name(name)
