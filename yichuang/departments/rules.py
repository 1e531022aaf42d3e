"""When a dispatch is sent or asked after next. Pure."""

from datetime import datetime, timedelta

from yichuang.departments.states import State

#: The pause doubles with every try, from the first to the longest.
_PAUSES: dict[State, tuple[timedelta, timedelta]] = {
    State.WAITING: (timedelta(seconds=15), timedelta(minutes=30)),
    State.UNKNOWN: (timedelta(seconds=15), timedelta(minutes=30)),
    State.LATER: (timedelta(minutes=10), timedelta(hours=6)),
}
#: An announced time for the answer is believed within these bounds.
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(days=3)
#: A call in flight is not asked after: longer than any call takes, and short, because its process may have died.
IN_FLIGHT = timedelta(seconds=30)


def next_attempt(
    state: State, tries: int, now: datetime, *, expected_by: datetime | None = None
) -> datetime | None:
    """The next moment to send or to ask, after `tries` tries in this state; None: nothing is left to do."""
    if state not in _PAUSES:
        return None
    if expected_by is not None:
        return min(max(expected_by, now + _SOONEST), now + _LATEST)
    first, longest = _PAUSES[state]
    doubled: timedelta = first * 2 ** min(tries, 20)
    return now + min(doubled, longest)
