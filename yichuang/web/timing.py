"""How much time is left, in words beside a clock's light."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yichuang.base.clock import local
from yichuang.base.errors import Refused
from yichuang.cases.data import CaseRow
from yichuang.deadlines.queries import calendar

#: Limits of days run to the last minute of their day: there the hour says nothing.
_END_OF_DAY = "23:59"


def time_left(case: CaseRow, now: datetime) -> str:
    """“还剩2个工作日”, “今天 17:30 到期”, “超期1个工作日”; "" where no clock runs."""
    if case.light is None or case.due_at is None:
        return ""
    today, last = local(now).date(), local(case.due_at).date()
    if now > case.due_at:
        span = _short(now - case.due_at) if last == today else _days(case.due_at, now)
        return _("超期%(span)s") % {"span": span}
    if last > today:
        return _("还剩%(span)s") % {"span": _days(now, case.due_at)}
    if case.due_at - now < timedelta(hours=1):
        return _("还剩%(span)s") % {"span": _short(case.due_at - now)}
    end = f"{local(case.due_at):%H:%M}"
    return _("今天到期") if end == _END_OF_DAY else _("今天%(time)s到期") % {"time": end}


def _short(span: timedelta) -> str:
    """Less than a day."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if hours:
        return ngettext("%(number)d小时", "%(number)d小时", hours) % {"number": hours}
    return ngettext("%(number)d分钟", "%(number)d分钟", minutes) % {"number": minutes}


def _days(start: datetime, end: datetime) -> str:
    """Working days between two moments; plain days where the calendar does not reach so far."""
    first, last = local(start).date(), local(end).date()
    try:
        number = calendar().working_days_between(first, last)
    except Refused:
        number = 0
    if number == 0:  # only days off lie between, or days that the calendar does not know
        days = (last - first).days
        return ngettext("%(number)d天", "%(number)d天", days) % {"number": days}
    return ngettext("%(number)d个工作日", "%(number)d个工作日", number) % {"number": number}
