"""Judging a config that could not be composed: Hydra's exceptions -> diagnostics in our one voice."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from haechi import places
from haechi.compose import key_of
from haechi.preflight.check import Verdict, language_of
from haechi.preflight.diagnostic import Diagnostic, Key, Problem
from haechi.preflight.rule import catalogue
from haechi.resolve import UnknownKeys
from haechi.schema.preflight import Speech
from haechi.schema.run import RunConfig
from haechi.text import Language

# What composing and resolving raise for a user's mistake, which Hydra meets with an assertion now and then;
# anything else is a fault of ours.
ERRORS = (HydraException, OmegaConfBaseException, UnknownKeys, YAMLError, ValueError, AssertionError)


@dataclass(frozen=True)
class CompositionFault:
    """An exception of composing or resolving, and what was typed."""

    error: Exception
    overrides: list[str]

    @cached_property
    def cause(self) -> BaseException:
        """The innermost exception: OmegaConf's where Hydra wraps it."""
        cause: BaseException = self.error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return cause

    @property
    def key(self) -> str:
        """The config key that the exception is about, or an empty text."""
        return str(getattr(self.cause, "full_key", None) or "")

    def typed(self, key: str) -> str | None:
        """What was typed for a key, as it was typed."""
        return next((item for item in reversed(self.overrides) if key_of(item) == key), None)

    def typed_near(self, key: str) -> str | None:
        """What was typed for a key, else below it, else above it."""
        below = (item for item in self.overrides if key_of(item).startswith(f"{key}."))
        above = (item for item in self.overrides if key.startswith(f"{key_of(item)}."))
        return self.typed(key) or next(below, None) or next(above, None)

    def options(self, group: str) -> list[str]:
        """Options of a group of conf/; none where there is no such group."""
        return sorted(path.stem for path in (places.CONF / group).glob("*.yaml")) if group else []


def judge_composition(error: Exception, overrides: list[str]) -> Verdict:
    """The verdict on overrides that Hydra refuses: one diagnostic for each fault found."""
    fault = CompositionFault(error, overrides)
    diagnostics: list[Diagnostic] = []
    for rule in catalogue():
        if rule.on_composition:
            for problem in rule.check(fault):
                diagnostics.append(
                    Diagnostic(
                        rule.code, rule.severity, problem.message, list(_keys(problem, fault)), problem.fixes,
                        problem.notes, rule.docs,
                    )
                )  # fmt: skip
    return Verdict(list(overrides), diagnostics, language=_language(overrides))


def _language(overrides: list[str]) -> Language:
    """The language that was asked for, though nothing is composed."""
    asked = [item.partition("=")[2] for item in overrides if key_of(item) == "preflight.language"]
    speech = next((speech for speech in Speech if speech.value in asked[-1:]), Speech.auto)
    return language_of(speech)


def _keys(problem: Problem, fault: CompositionFault) -> Iterator[Key]:
    for key in problem.keys:
        typed = fault.typed(key)
        if typed is not None:
            yield Key(key, typed.partition("=")[2] or "(deleted)", "command line")
        else:
            yield Key(key, "???", "conf/")


def setting_keys(schema: type[Any] = RunConfig, prefix: str = "") -> list[str]:
    """Every key of the schema, groups included, dotted."""
    found: list[str] = []
    for item in fields(schema):
        key = f"{prefix}{item.name}"
        found.append(key)
        if isinstance(item.default_factory, type) and is_dataclass(item.default_factory):
            found += setting_keys(item.default_factory, f"{key}.")
    return found
