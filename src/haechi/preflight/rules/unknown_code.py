"""CFG012."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import catalogue, rule
from haechi.rows.columns import nearest
from haechi.text import Text


@rule("CFG012", Severity.warning, essential=False)
def unknown_code(evidence: Evidence) -> Iterator[Problem]:
    """A code is to be ignored that no rule has.

    ## What
    `preflight.ignore` holds a code that is not in the catalogue.

    ## Why
    A misspelt code silences nothing, and the finding that was meant to be silent refuses the run under
    `preflight.strict=true`. Codes are never reused, so one that is gone stays gone.

    ## Example
    `python src/train.py preflight.ignore=[LEN01]`

    ## What to do
    Take a code of the list in docs/rules/README.md.

    ## References
    - docs/rules/README.md

    # 어느 규칙의 것도 아닌 코드

    ## 무엇
    `preflight.ignore`에 규칙 목록에 없는 코드가 있습니다.

    ## 왜
    잘못 적은 코드는 아무것도 숨기지 못하며, 숨기려던 판정이 `preflight.strict=true`에서 실행을 거부합니다.
    코드는 다시 쓰이지 않으므로, 없어진 코드는 계속 없는 코드입니다.

    ## 할 일
    docs/rules/ko/README.md의 목록에 있는 코드를 적으십시오.
    """
    named = evidence.config.preflight.ignore
    known = [item.code for item in catalogue()]
    unknown = [code for code in named if code not in known]
    if not unknown:
        return
    shown = ", ".join(f"`{code}`" for code in unknown)
    near = [close[0] for code in unknown if (close := nearest(code, known))]
    kept = [code for code in named if code in known]
    fixes = [[f"preflight.ignore=[{','.join([*kept, *near])}]"]] if near else []
    yield Problem(
        Text(f"no rule has the code {shown}", f"코드 {shown}은(는) 어느 규칙에도 없습니다"),
        keys=["preflight.ignore"],
        fixes=[*fixes, [f"preflight.ignore=[{','.join(kept)}]"]],
    )
