"""MODEL007."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.facts import differences
from haechi.preflight.rule import rule
from haechi.text import Text


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

    # 열어 본 파일이 카탈로그와 다릅니다

    ## 무엇
    conf/model/*.yaml에 적힌 사실이 체크포인트의 파일과 다릅니다.

    ## 왜
    파일이 이기므로 실행은 옳습니다. 그러나 파일 없이 내린 판정은 그 사실에 기댄 것입니다. 허브 저장소가
    같은 이름으로 바뀌었을 수도 있습니다. 사실을 손으로 바꾸면 규칙이 조용해지므로 오류입니다.

    ## 할 일
    YAML을 바로잡거나(`make facts`가 다른 곳을 보여 줍니다), 그 사실이 적힌 때의 리비전을 고정합니다.
    """
    overridden = _overridden(evidence)
    for key in overridden:
        yield Problem(
            Text(
                f"the fact `{key}` was overridden, and facts are not settings",
                f"사실 `{key}`을(를) 바꾸었는데, 사실은 설정이 아닙니다",
            ),
            keys=[f"model.facts.{key}"],
            fixes=[[f"~model.facts.{key}"]],
        )
    for key, fact, value in differences(evidence):
        if key not in overridden:
            yield Problem(
                Text(
                    f"the catalogue says {key} {fact}, the opened files say {value}",
                    f"카탈로그에는 {key} {fact}, 열어 본 파일에는 {value}입니다",
                ),
                keys=[f"model.facts.{key}", "model.revision"],
                notes=[
                    Text(
                        "the files count; `make facts` prints all differences",
                        "파일을 따릅니다. 다른 곳은 `make facts`가 모두 보여 줍니다",
                    )
                ],
                severity=Severity.warning,
            )


def _overridden(evidence: Evidence) -> list[str]:
    typed = [item.partition("=")[0].lstrip("+~") for item in evidence.run.overrides]
    return [key.removeprefix("model.facts.") for key in typed if key.startswith("model.facts.")]
