"""What ends a run that was judged fit, in words for whoever started it."""

from collections.abc import Sequence


class RunFault(Exception):
    """A run cannot go on, and it is no fault of the program's: said as a diagnostic, not as a traceback."""

    def __init__(self, message: str, notes: Sequence[str] = (), fixes: Sequence[str] = ()) -> None:
        """`fixes` are overrides to type."""
        super().__init__(message)
        self.notes = list(notes)
        self.fixes = list(fixes)

    @property
    def text(self) -> str:
        """The diagnostic."""
        lines = [f"error: {self}", *(f"  = note: {note}" for note in self.notes)]
        return "\n".join([*lines, *(f"  = help: try `{fix}`" for fix in self.fixes)])


class OthersEnded(RunFault):
    """Of several processes that train one model another one has ended, so this one cannot go on."""
