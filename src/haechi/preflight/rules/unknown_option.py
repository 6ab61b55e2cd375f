"""CFG001."""

from collections.abc import Iterator

from hydra.errors import MissingConfigException

from haechi.preflight.composition import CompositionFault
from haechi.preflight.diagnostic import Problem
from haechi.preflight.rule import rule
from haechi.rows.columns import nearest


@rule("CFG001", on_composition=True)
def unknown_option(fault: CompositionFault) -> Iterator[Problem]:
    """A group has no such option.

    ## What
    `group=option` names a file of conf/ that does not exist.

    ## Why
    Nothing can be composed. Hydra lists every option of the group; here the nearest come first.

    ## Example
    `python src/train.py model=klue_bret`

    ## What to do
    Take one of the nearest names, or see all of them with `python src/train.py --help`.

    ## References
    - https://hydra.cc/docs/1.3/tutorials/basic/your_first_app/config_groups/
    """
    if "Config group override must be a string" in str(fault.error):
        for override in fault.overrides:
            group, _, option = override.partition("=")
            options = fault.options(group)
            if options and option not in options:
                yield _problem(group, option, options)
    if not isinstance(fault.error, MissingConfigException) or not fault.error.missing_cfg_file:
        return
    group, _, option = str(fault.error.missing_cfg_file).rpartition("/")
    yield _problem(group, option, list(fault.error.options or []))


def _problem(group: str, option: str, options: list[str]) -> Problem:
    close = nearest(option, options)
    notes = [f"options of `{group}`: {' '.join(sorted(options))}"] if options else []
    return Problem(
        f"the group `{group}` has no option `{option}`",
        keys=[group],
        fixes=[[f"{group}={name}"] for name in (close or sorted(options))[:3]],
        notes=notes,
    )
