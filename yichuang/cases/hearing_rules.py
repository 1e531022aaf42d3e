"""What may be done about a hearing (听证), without a database: checks that raise a sentence for the person."""

from datetime import date

from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid, Overtaken
from yichuang.cases.states import Hearing


def check_is_new(hearing: str) -> None:
    """The applicant was not told of the right to a hearing yet. Raises `Invalid`."""
    if hearing:
        raise Invalid(_("已经告知过听证权利，不用再告知。"), code="hearing_told", field="matter")


def check_may_answer(hearing: str, until: date | None, today: date) -> None:
    """The applicant may still ask for one, or do without. Raises `Overtaken`."""
    if hearing == Hearing.ASKED:
        raise Overtaken(_("已经要求听证，举行前会书面通知时间和地点。"), code="hearing_asked")
    if hearing != Hearing.TOLD:
        raise Overtaken(_("现在没有可以要求的听证。"), code="no_hearing")
    if until is not None and today > until:
        sentence = _("要求听证的期限到%(until)s为止，已经过了。")
        raise Overtaken(sentence % {"until": until.isoformat()}, code="too_late")


def check_day(hearing: str, day: date, earliest: date, latest: date | None) -> None:
    """A hearing that was asked for, on a day that is told early enough, and held in time. Raises `Invalid`."""
    if hearing != Hearing.ASKED:
        raise Invalid(_("申请人没有要求听证。"), code="not_asked", field="held_at")
    if day < earliest:
        sentence = _("举行听证要提前通知，最早%(earliest)s。请改选日期。")
        raise Invalid(sentence % {"earliest": earliest.isoformat()}, code="too_soon", field="held_at")
    if latest is not None and day > latest:
        sentence = _("听证最迟%(latest)s举行。请改选日期。")
        raise Invalid(sentence % {"latest": latest.isoformat()}, code="too_late", field="held_at")


def check_none_open(hearing: str, until: date | None, today: date) -> None:
    """No hearing stands before the decision (行政许可法 art. 47). Raises `Invalid`."""
    if hearing == Hearing.ASKED:
        raise Invalid(_("申请人要求听证，举行之后才能作出决定。"), code="hearing_asked")
    if hearing == Hearing.TOLD and until is not None and today <= until:
        sentence = _("申请人在%(until)s前可以要求听证，期满或申请人表示放弃后才能作出决定。")
        raise Invalid(sentence % {"until": until.isoformat()}, code="hearing_told")
