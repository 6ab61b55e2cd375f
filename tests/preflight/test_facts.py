"""`make facts`: the commit to pin, and every fact that the files contradict."""

from pathlib import Path

from hub_server import (
    KLUE_BERT,
    HubServer,
    hub_environment,
    refusing_endpoint,
    run_python,
    write_klue_bert,
)

FACTS = ("-m", "haechi.preflight.facts", "klue_bert")


def test_the_commit_and_the_differences_are_printed(tmp_path: Path) -> None:
    folder = write_klue_bert(tmp_path / "repository")
    with HubServer() as server:
        repository = server.add_model(KLUE_BERT, folder)
        outcome = run_python(*FACTS, environment=hub_environment(server.url, tmp_path))
    assert f"revision: {repository.commit}" in outcome.stdout
    assert "hidden_size: the YAML says 768, the files say 128" in outcome.stdout
    assert "spare_slots: the YAML says 500, the files say" in outcome.stdout
    assert outcome.status == 1


def test_a_hub_out_of_reach_is_no_difference(tmp_path: Path) -> None:
    with refusing_endpoint() as endpoint:
        outcome = run_python(*FACTS, environment=hub_environment(endpoint, tmp_path))
    assert "not compared" in outcome.stdout
    assert outcome.status == 0
