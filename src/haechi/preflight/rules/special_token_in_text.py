"""TOK019."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule
from haechi.rows.columns import ROLES
from haechi.rows.tally import Tally
from haechi.text import Text

# Fewer rows do no harm; a separator in more than half of them was put there on purpose.
DOUBTFUL_SHARE = 0.01
MEANT_SHARE = 0.5


@rule("TOK019", Severity.warning, essential=False)
def special_token_in_text(evidence: Evidence) -> Iterator[Problem]:
    """Texts contain the names of special tokens.

    ## What
    Train rows hold the very characters of a special token of this tokenizer: `[MASK]`, `[SEP]`, or for
    XLM-RoBERTa `<s>`, which is also a tag of HTML. A note where fewer than one row in a hundred does, or
    where more than half have the separator, which is then meant.

    ## Why
    Such characters do not become text but the special token itself: `[SEP]` ends a sentence in the middle
    of one, `[PAD]` takes a position from RoBERTa's count, `[UNK]` is a word that nobody wrote.

    ## Example
    `python src/train.py task=files task.files.train=a.csv` with texts such as `the [MASK] was found`

    ## What to do
    Take the characters out of the rows or write them otherwise, for example without the brackets. Where
    they are meant, `preflight.ignore=[TOK019]`. Two texts that are joined with `[SEP]` are better two
    columns: `task.columns.text_pair`.

    ## References
    - https://huggingface.co/docs/tokenizers/api/added-tokens

    # 글에 적힌 특수 토큰의 이름

    ## 무엇
    train 행에 이 토크나이저의 특수 토큰이 글자 그대로 적혀 있습니다. `[MASK]`, `[SEP]`이 그렇고,
    XLM-RoBERTa에서는 HTML 태그이기도 한 `<s>`가 그렇습니다. 그런 행이 백에 하나보다 적거나, 절반 넘는 행에
    구분 토큰이 있어 일부러 넣은 것으로 보이면 참고로만 알립니다.

    ## 왜
    이런 글자는 글이 아니라 특수 토큰 자체가 됩니다. `[SEP]`은 문장 한가운데에서 문장을 끝내고, `[PAD]`는
    RoBERTa의 위치 세기를 흐트러뜨리며, `[UNK]`는 아무도 쓰지 않은 단어가 됩니다.

    ## 할 일
    행에서 그 글자를 빼거나, 괄호 없이 쓰는 식으로 바꾸십시오. 일부러 넣었다면 `preflight.ignore=[TOK019]`를
    쓰십시오. `[SEP]`으로 이은 두 글은 두 열로 나누는 편이 낫습니다: `task.columns.text_pair`.
    """
    tokenizer, train = evidence.tokenizer, evidence.train
    sample = evidence.sample
    if tokenizer is None or train is None or not sample:
        return
    names = dict.fromkeys(token for role, token in tokenizer.tokens.items() if tokenizer.id(role) is not None)
    rows, found = Tally(), dict[str, int]()
    for item in sample:
        text = f"{item.text or ''} {item.text_pair or ''}"
        inside = [name for name in names if name in text]
        if inside:
            rows.add(item.row)
        for name in inside:
            found[name] = found.get(name, 0) + 1
    if not rows.count:
        return
    share = rows.count / len(sample)
    is_meant = share > MEANT_SHARE and set(found) <= {
        tokenizer.tokens.get("sep"),
        tokenizer.tokens.get("eos"),
    }
    shown = ", ".join(f"`{name}`" for name in sorted(found, key=lambda name: (-found[name], name)))
    yield Problem(
        Text(
            f"{rows.count:,} of {len(sample):,} sampled train rows hold {shown} as text, "
            "which the tokenizer reads as special tokens",
            f"표본 train {len(sample):,}행 가운데 {rows.count:,}행의 글에 {shown}이(가) 적혀 있어 "
            "특수 토큰으로 읽힙니다",
        ),
        keys=[f"task.columns.{ROLES[evidence.config.task.objective][0]}"],
        notes=[rows.place(train.path)],
        severity=Severity.note if share < DOUBTFUL_SHARE or is_meant else Severity.warning,
    )
