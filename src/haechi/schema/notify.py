"""The `notify` group: who hears that a run started, finished or crashed."""

from dataclasses import dataclass, field

from omegaconf import MISSING

from haechi.schema.ranges import within


@dataclass
class NotifyConfig:
    """Notification through knockknock."""

    kind: str = MISSING
    """`slack` or `none`."""
    webhook_env: str = "SLACK_WEBHOOK_URL"
    """Name of the environment variable that holds the webhook; the webhook itself is never written."""
    channel: str | None = None
    """Channel to post to; null is the webhook's own."""
    user_mentions: list[str] = field(default_factory=lambda: [])
    """Who is mentioned, such as `<@U0123>`."""
    timeout_seconds: float = field(default=4.0, metadata=within(0.1, 4.5))
    """Longest time, in seconds, that notification may hold up the end of a run."""
    required: bool = False
    """Whether a run without a working webhook variable is refused."""
    each_job: bool = False
    """Whether the jobs of a sweep send messages of their own, beside the sweep's."""
