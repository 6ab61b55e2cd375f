"""LEN001."""

from collections.abc import Iterator

from haechi.preflight.diagnostic import Problem, Severity
from haechi.preflight.evidence import Evidence
from haechi.preflight.rule import rule

DOUBTFUL_SHARE = 0.05


@rule("LEN001", Severity.warning, essential=False)
def truncated_rows(evidence: Evidence) -> Iterator[Problem]:
    """Many texts are cut.

    ## What
    More than one in twenty of the sampled train rows is longer than `tokenizer.max_length`.

    ## Why
    What lies beyond the limit is never read, in training or in evaluation, and nothing says so.

    ## Example
    `python src/train.py tokenizer.max_length=8`

    ## What to do
    Raise `tokenizer.max_length` to the length that the message names, as far as the model goes, or accept
    the loss with `preflight.ignore=[LEN001]`.

    ## References
    - https://huggingface.co/docs/transformers/pad_truncation
    """
    lengths = sorted(len(ids) for _, ids in evidence.encoded_sample)
    limit = evidence.config.tokenizer.max_length
    cut = sum(length > limit for length in lengths)
    if not lengths or cut / len(lengths) <= DOUBTFUL_SHARE:
        return
    p50, p95, p99 = (lengths[min(len(lengths) - 1, int(len(lengths) * share))] for share in (0.5, 0.95, 0.99))
    usable = evidence.architecture.usable_positions if evidence.architecture else None
    wanted = min(p99, usable or p99)
    # Where even the longest input cuts too many rows, the loss has to be accepted.
    accepted = f"preflight.ignore=[{','.join([*evidence.config.preflight.ignore, 'LEN001'])}]"
    longer = [f"tokenizer.max_length={wanted}"] if wanted > limit else []
    still_cut = sum(length > wanted for length in lengths) / len(lengths) > DOUBTFUL_SHARE
    share = f"{cut / len(lengths):.1%} of {len(lengths):,} sampled train rows"
    yield Problem(
        f"{share} are longer than {limit} tokens and are cut",
        keys=["tokenizer.max_length"],
        notes=[f"half are up to {p50} tokens long, 95 % up to {p95}, 99 % up to {p99}"],
        fixes=[[*longer, accepted]] if still_cut else [longer],
    )
