"""ENV003: versions that are installed against those that pyproject.toml names."""

from pathlib import Path

import pytest

from judging import assert_fixes_clear, assert_only, codes

CODE = "ENV003"


def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Another transformers lies first on the path, as far as its name and version go."""
    install(tmp_path, monkeypatch, "transformers", "5.99.0")
    return []


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, version: str) -> None:
    """Put a package's metadata where they are found first."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_the_example_fires_and_its_fixes_clear_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = example(tmp_path, monkeypatch)
    found = assert_only(overrides, CODE)
    assert "`transformers` 5.99.0 is installed" in found.message
    assert found.severity.value == "warning"
    assert_fixes_clear(overrides, CODE)
    assert_fixes_clear(["preflight.ignore=[LEN001]"], CODE)


@pytest.mark.parametrize(
    ("name", "version", "fires"),
    [("transformers", "4.57.1", True), ("tokenizers", "0.22.1", True), ("torch", "2.12.0+cu130", True),
     ("torch", "2.13.0+cu130", False), ("transformers", "5.23.7", False), ("pandas", "0.1", False)],
)  # fmt: skip
def test_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, version: str, fires: bool
) -> None:
    install(tmp_path, monkeypatch, name, version)
    assert codes([]) == ([CODE] if fires else [])


def test_what_is_installed_is_what_was_tested() -> None:
    assert codes([]) == []
