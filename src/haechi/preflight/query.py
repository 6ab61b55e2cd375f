"""Questions that are answered once: what an answer rests on is recorded, and shared among jobs.

A sweep of a hundred jobs has few checkpoints, tokenizers and data files. Each answer about them (an
opened checkpoint, the token counts of a sample, what a rule has found) is kept with the values of the
inputs that were read for it, as a build system does; a job with equal values takes it from there.
Nothing declares what it reads, so nothing can declare it wrongly.

Source of the method: Mokhov et al. 2018, Build Systems a la Carte, section 3, "constructive traces".
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Answer = TypeVar("Answer")


class Shelf:
    """Answers of all jobs: by question, then by the inputs that were read, then by their values."""

    def __init__(self) -> None:
        self.results: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self.answers: dict[str, dict[tuple[str, ...], dict[tuple[str, ...], Any]]] = {}


class Inquiry(ABC):
    """One job's questions. A subclass says what the inputs' values are (`fingerprint`)."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()
        self._reading: list[set[str]] = []
        self._known: dict[str, tuple[Any, frozenset[str]]] = {}
        self._prints: dict[str, str] = {}

    @abstractmethod
    def fingerprint(self, name: str) -> str:
        """A text that is equal where the input's value is equal."""

    def note(self, *names: str) -> None:
        """Record that inputs are read."""
        if self._reading:
            self._reading[-1].update(names)

    def ask(self, question: str, compute: Callable[[], Answer]) -> Answer:
        """The answer to a question; computed unless this job or another one has it already."""
        if question in self._known:
            answer, reads = self._known[question]
            self.note(*reads)
            return answer
        shelved = self._shelf.answers.setdefault(question, {})
        for names, answers in shelved.items():
            values = self._values(names)
            if values in answers:
                self._known[question] = answers[values], frozenset(names)
                self.note(*names)
                return answers[values]
        self._reading.append(set())
        try:
            answer = compute()
        finally:
            names = tuple(sorted(self._reading.pop()))
            self.note(*names)
        self._known[question] = answer, frozenset(names)
        shelved.setdefault(names, {})[self._values(names)] = answer
        return answer

    def once(self, what: str, subject: object, *settings: str, compute: Callable[[], Answer]) -> Answer:
        """A costly result that rests on one object and a few settings, whatever else differs between jobs.

        Checkpoints with one tokenizer have one and the same object of it, so that a result about it can be
        shared although each job came to it in its own way.
        """
        key = (what, id(subject), *settings)
        if key not in self._shelf.results:
            # The subject is kept as well, so that no other object gets its id.
            self._shelf.results[key] = subject, compute()
        return self._shelf.results[key][1]

    def _values(self, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in self._prints:
                self._prints[name] = self.fingerprint(name)
        return tuple(self._prints[name] for name in names)


class question(Generic[Answer]):
    """A property of an `Inquiry` that is answered once."""

    def __init__(self, compute: Callable[[Any], Answer]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__
        self._name = compute.__name__

    @overload
    def __get__(self, owner: None, kind: type) -> "question[Answer]": ...
    @overload
    def __get__(self, owner: Inquiry, kind: type) -> Answer: ...
    def __get__(self, owner: Inquiry | None, kind: type) -> Any:
        if owner is None:
            return self
        return owner.ask(self._name, lambda: self._compute(owner))
