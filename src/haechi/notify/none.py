"""No notification."""


class Silence:
    """A notifier that tells nobody."""

    def start(self) -> None:
        """Do nothing."""

    def alert(self, text: str) -> None:
        """Do nothing."""

    def finish(self, summary: str) -> None:
        """Do nothing."""

    def crash(self, error: BaseException) -> None:
        """Do nothing."""

    def delivery(self) -> dict[str, str]:
        """No message was asked for: an empty mapping."""
        return {}
