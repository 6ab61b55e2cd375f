"""MODEL007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.facts import differences
from haechi.preflight.rule import rule


@rule("MODEL007")
def facts_differ(evidence: Evidence) -> Iterator[Problem]:
    """The opened files differ from the catalogue.

    ## What
    A fact in conf/model/*.yaml is not what the checkpoint's files say.

    ## Why
    Files win, so the run is right; but verdicts that were given without the files rested on the fact.
    A hub repository may also have changed under the same name. A fact that was overridden by hand is an
    error, since it would silence rules.

    ## Example
    `python src/train.py model=klue_bert model.facts.hidden_size=1024`

    ## What to do
    Correct the YAML (`make facts` prints what differs), or pin the revision that it was written for.

    ## References
    - docs/rules/README.md
    """
    overridden = _overridden(evidence)
    for key in overridden:
        yield Problem(
            f"the fact `{key}` was overridden, and facts are not settings",
            keys=[f"model.facts.{key}"],
            fixes=[[f"~model.facts.{key}"]],
        )
    for key, fact, value in differences(evidence):
        if key not in overridden:
            yield Problem(
                f"the catalogue says {key} {fact}, the opened files say {value}",
                keys=[f"model.facts.{key}", "model.revision"],
                notes=["the files count; `make facts` prints all differences"],
                severity=Severity.warning,
            )


def _overridden(evidence: Evidence) -> list[str]:
    typed = [item.partition("=")[0].lstrip("+~") for item in evidence.run.overrides]
    return [key.removeprefix("model.facts.") for key in typed if key.startswith("model.facts.")]
