"""The two commands as a user types them."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from haechi import places
from haechi.preflight.rule import catalogue

KEYS = {"code", "severity", "message", "keys", "fixes", "docs"}


def command(
    script: str, *arguments: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(places.ROOT / "src" / script), *arguments],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, **variables}, timeout=200, check=False,
    )  # fmt: skip


def test_a_fit_run(tmp_path: Path) -> None:
    done = command("check.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "the run is fit to start" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["check.py", "train.py"])
def test_a_refused_run_is_refused_by_both(script: str, tmp_path: Path) -> None:
    done = command(script, "pooling=pooler", "trainer.learning_rate=nan", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[POOL001]" in done.stderr
    assert "error[TRAIN001]" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["pooling=cls"], 0), (["pooling=pooler"], 2), (["tags=[a"], 2), (["pooling=cls,max", "-m"], 0)],
)
def test_json_is_one_object(arguments: list[str], status: int) -> None:
    done = command("check.py", *arguments, "preflight.format=json")
    assert done.returncode == status
    assert done.stderr == ""
    verdict = json.loads(done.stdout)
    assert set(verdict) == {"jobs", "errors", "warnings", "seconds"}
    assert (verdict["errors"] > 0) == (status == 2)
    for job in verdict["jobs"]:
        assert set(job) - {"forecast"} == {"overrides", "diagnostics"}
        for item in job["diagnostics"]:
            assert set(item) >= KEYS
            assert all(set(key) == {"key", "value", "origin"} for key in item["keys"])


def test_github_annotations() -> None:
    done = command("check.py", "pooling=pooler", "preflight.format=github")
    assert done.stdout.startswith("::error ")
    assert done.stderr == ""


def test_an_annotation_stands_at_the_line_that_set_the_key() -> None:
    done = command("check.py", "experiment=klue_ynat", "tokenizer.max_length=4000", "preflight.format=github")
    for line in done.stdout.splitlines():
        place = re.match(
            r"::(error|warning|notice) (?:file=(conf/[^,]+),line=(\d+),)?title=[A-Z]+\d+::", line
        )
        assert place, line
        if place[2]:
            path = places.ROOT / place[2]
            assert ":" in path.read_text(encoding="utf-8").splitlines()[int(place[3]) - 1]
    assert "file=conf/" in done.stdout


def test_every_preset_is_judged_by_one_command() -> None:
    done = command("check.py", "experiment=glob(*)", "preflight.format=json")
    presets = {path.stem for path in (places.CONF / "experiment").glob("*.yaml")}
    jobs = json.loads(done.stdout)["jobs"]
    assert {job["overrides"][0] for job in jobs} == {f"experiment={name}" for name in presets}


def test_the_pre_commit_hook_judges_every_preset() -> None:
    hooks = yaml.safe_load((places.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hook = hooks["repos"][0]["hooks"][0]
    assert shlex.split(hook["entry"])[1:] == ["src/check.py", "experiment=glob(*)"]
    assert re.match(hook["files"], "conf/model/tiny.yaml")


@pytest.mark.parametrize(
    ("setting", "speaks"), [({"LANG": "ko_KR.UTF-8"}, True), ({"LANG": "C.UTF-8"}, False)]
)
def test_the_locale_chooses_the_language(setting: dict[str, str], speaks: bool) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        setting[name] = ""
    done = command("check.py", "pooling=pooler", **setting)
    assert ("오류[POOL001]" in done.stderr) is speaks
    asked = command("check.py", "pooling=pooler", "preflight.language=ko", **setting)
    assert "거부: 오류 1개" in asked.stderr
    assert "docs/rules/ko/POOL001" in asked.stderr


def test_korean_pages_are_explained() -> None:
    done = command("check.py", "explain=TOK004", "preflight.language=ko")
    assert "## 할 일" in done.stdout
    assert "`python src/train.py model=klue_roberta_base tokenizer=klue_bert`" in done.stdout


def test_explain() -> None:
    done = command("check.py", "explain=tok004")
    assert done.returncode == 0
    assert done.stdout.startswith("# TOK004: ")
    assert "## What to do" in done.stdout
    assert command("train.py", "explain=tok004").stdout == done.stdout
    unknown = command("check.py", "explain=TOK999")
    assert unknown.returncode == 2
    assert all(rule.code in unknown.stderr for rule in catalogue())


def test_apply_fix_prints_a_command_line_that_passes() -> None:
    done = command("check.py", "pooling=pooler", "seed=3", "apply_fix=POOL001")
    assert done.returncode == 0
    words = shlex.split(done.stdout)
    assert words[:2] == ["python", "src/train.py"]
    assert "seed=3" in words
    assert command("check.py", *words[2:]).returncode == 0
    studied = command("study.py", "pooling=pooler", "apply_fix=POOL001")
    assert shlex.split(studied.stdout)[:2] == ["python", "src/study.py"]
    none = command("check.py", "apply_fix=POOL001")
    assert none.returncode == 2
    assert "POOL001" in none.stderr


def test_help() -> None:
    done = command("train.py", "--help")
    assert done.returncode == 0
    for word in (
        "klue_roberta_base",
        "pooling: attention, cls, entity_start",
        "sample_topic",
        "== Examples ==",
        "learning_rate",
    ):
        assert word in done.stdout


@pytest.mark.parametrize("script", ["check.py", "train.py"])
def test_the_composed_config(script: str) -> None:
    done = command(script, "--cfg", "job", "--resolve", "pooling=cls")
    assert done.returncode == 0
    assert "kind: cls" in done.stdout
    assert "${" not in done.stdout


def test_a_misspelt_option_with_cfg() -> None:
    done = command("train.py", "--cfg", "job", "model=klue_bret")
    assert done.returncode == 2
    assert "model=klue_bert" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pooling=", "pooling=mean"),
        ("model=klue_r", "model=klue_roberta_base"),
        ("trainer.learning_r", "trainer.learning_rate="),
    ],
)
def test_shell_completion(line: str, expected: str) -> None:
    typed = f"python src/train.py {line}"
    done = command("train.py", "-sc", "query=bash", COMP_LINE=typed, COMP_POINT=str(len(typed)))
    assert done.returncode == 0
    assert expected in done.stdout.split()


def test_a_sweep_prints_one_table() -> None:
    done = command("check.py", "-m", "pooling=cls,pooler", "seed=range(1,3)")
    assert done.returncode == 2
    rows = [line.split() for line in done.stderr.splitlines() if line[:4].strip().isdigit()]
    assert [row[0] for row in rows] == ["0", "1", "2", "3"]
    assert [row[-1] for row in rows] == ["fit", "fit", "POOL001", "POOL001"]
    assert "= jobs: 2, 3" in done.stderr
    assert done.stderr.count("error[POOL001]") == 1


def test_a_search_preset_is_judged_whole() -> None:
    done = command("check.py", "hparams_search=pooling")
    assert done.returncode == 0
    assert "9 jobs are fit to start" in done.stderr
    assert command("train.py", "hparams_search=pooling", "trainer.learning_rate=nan").returncode == 2


def test_a_saved_config_is_judged_again(tmp_path: Path) -> None:
    saved = command("train.py", "--cfg", "job", "--resolve", "pooling=cls").stdout
    head = "defaults:\n  - schema/run\n  - hydra: haechi\n  - _self_\n"
    (tmp_path / "config.yaml").write_text(head + saved, encoding="utf-8")
    for folder, cwd in ((str(tmp_path), None), (tmp_path.name, tmp_path.parent)):
        done = command("check.py", "--config-path", folder, "--config-name", "config", cwd=cwd)
        assert done.returncode == 0, done.stderr
    done = command("check.py", "--config-path", str(tmp_path), "--config-name", "config", "pooling.layer=99")
    assert done.returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--config-path", "/no/such/folder"], ["--config-name", "no_such"], ["model"],
        ["--multirun", "seed=1,x"],
        ["tags=[한글]"], ["task.columns.text=제목"], ["-m", "pooling=glob(*)"],
        ["preflight.format=json", "seed=a"],
    ],
)  # fmt: skip
def test_no_traceback(arguments: list[str]) -> None:
    done = command("check.py", *arguments)
    assert done.returncode in {0, 2}
    assert "Traceback" not in done.stderr
