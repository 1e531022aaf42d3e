"""When a message goes out, and until when. Pure."""

from datetime import datetime, timedelta

#: A message that has not gone out by then would say what is no longer news; the papers say it lastingly.
KEPT = timedelta(days=3)
#: A call in flight is left alone: longer than any call takes.
IN_FLIGHT = timedelta(minutes=1)
#: The same application's papers are not sent again so soon: a second press of the button is the first one.
PRESSED_TWICE = timedelta(minutes=1)
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=30)


def next_attempt(attempts: int, now: datetime) -> datetime:
    """The next moment to send, after so many attempts; the pause doubles with each."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts, 20)
    return now + min(doubled, _LONGEST_PAUSE)
