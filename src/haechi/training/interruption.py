"""SIGTERM and Ctrl-C while a training goes on: asked for once, obeyed between two batches."""

import signal
from types import FrameType, TracebackType
from typing import Any, Self

from haechi import launch
from haechi.training import processes

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interrupted(Exception):
    """The training was asked to end; the last step's weights are whole."""


class Interruption:
    """Keeps signals from breaking off a step in its middle, which would leave half of an update.

    Inside of it the first signal is only noted, and `check` raises at a place where nothing is half done.
    On leaving, once what there is has been saved, the noted signal gets the handler that it would have
    had; a second one gets it at once. In another thread than the main one, where signals never arrive,
    nothing happens.

    Of several processes one may hear of a signal a step before the others, who would wait for it in vain:
    there `check` raises only what all of them have agreed upon. A launcher hands on what all have got from
    the terminal, so there a second signal is the first one again.
    """

    def __init__(self) -> None:
        self.noted: int | None = None
        self._agreed = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        try:
            for number in SIGNALS:
                # Whoever started the run may have had it ignored: a shell does so in the background.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        except ValueError:  # not the main thread
            self._before = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()
        # Of several processes one that ends takes the others with it, and what ended it is the news.
        if self.noted is not None and (error is None or launch.processes() == 1):
            signal.raise_signal(self.noted)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.noted is not None and launch.processes() == 1:
            self._restore()
            signal.raise_signal(number)
            return
        self.noted = number

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def agree(self) -> None:
        """Hear whether a signal has come to any process; all of them call it at the same place."""
        if launch.processes() > 1:
            noted = processes.largest(self.noted or 0)
            if noted:
                self.noted, self._agreed = noted, True

    def check(self) -> None:
        """End here if a signal has come.

        Raises:
            Interrupted: one has.
        """
        if self.noted is not None and (self._agreed or launch.processes() == 1):
            raise Interrupted
