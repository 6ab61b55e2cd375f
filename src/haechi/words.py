"""Command lines of the scripts that run no job: `key=value` words, as the overrides of a run are written."""

import difflib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from haechi.fault import RunFault

HELP = ("-h", "--help", "help")


class Word(NamedTuple):
    """A key that may be typed."""

    meaning: str
    """What it is for, in a few words."""
    default: str | None = None
    """Its value where it is not typed; None leaves it out."""
    choices: tuple[str, ...] = ()
    """What it may be; empty for anything."""


BOOLEAN = ("true", "false")


def read_words(arguments: Sequence[str], words: Mapping[str, Word], example: str) -> dict[str, str]:
    """The values that were typed, and the defaults of the others; of a key typed twice the last one.

    Args:
        arguments: what was typed.
        words: the keys.
        example: a command line that is right.

    Raises:
        RunFault: something typed is no such word.
    """
    found = {key: word.default for key, word in words.items()}
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not equals:
            raise RunFault(f"`{argument}` is no `key=value`", [f"the keys are {_listed(words)}"], [example])
        if key not in words:
            raise _unknown(key, value, words)
        choices = words[key].choices
        # As in a config, `True` and `TRUE` are true.
        value = value.lower() if value.lower() in choices else value
        if choices and value not in choices:
            near = difflib.get_close_matches(value, choices, n=1, cutoff=0.0)
            raise RunFault(
                f"`{key}` is {' or '.join(choices)}, not `{value}`", [], [f"{key}={near[0]}"] if near else []
            )
        found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def whole_number(words: Mapping[str, str], key: str) -> int:
    """The value of a key that counts something.

    Raises:
        RunFault: it is no whole number from 1.
    """
    value = words[key]
    if not value.isdecimal() or int(value) < 1:
        raise RunFault(f"`{key}` is a whole number from 1, not `{value}`", [], [f"{key}=64"])
    return int(value)


def help_text(purpose: str, words: Mapping[str, Word], example: str) -> str:
    """What `--help` prints."""
    width = max(map(len, words))
    lines = [purpose, "", f"    {example}", ""]
    for key, word in words.items():
        choices = f" ({', '.join(word.choices)})" if word.choices else ""
        default = f"; default {word.default}" if word.default else ""
        lines.append(f"  {key:<{width}}  {word.meaning}{choices}{default}")
    return "\n".join(lines) + "\n"


def _unknown(key: str, value: str, words: Mapping[str, Word]) -> RunFault:
    # As it was typed by someone who is used to other programs or to the keys of a run.
    plain = key.lstrip("-+").removeprefix("task.").replace("-", "_")
    near = [plain] if plain in words else difflib.get_close_matches(plain, words, n=1, cutoff=0.5)
    return RunFault(
        f"there is no key `{key}`",
        [f"the keys are {_listed(words)}"],
        [f"{name}={value}" for name in near],
    )


def _listed(words: Mapping[str, Word]) -> str:
    return " ".join(words)
