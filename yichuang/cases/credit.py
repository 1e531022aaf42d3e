"""失信记录: whose promises were broken, and until when no other is taken (浙江规定 art. 14)."""

from calendar import monthrange
from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Refused
from yichuang.cases.data import Person
from yichuang.cases.models import Case, CreditRecord
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.planned import Plan
from yichuang.identity.personal import check_number, number_index


def check_may_commit(plan: Plan, person: Person | None, day: date) -> None:
    """No record bars the applicant from promising what the plan says she promises; the ordinary path stays open.

    Raises `Refused` with until when. A plan without a commitment costs no query.
    """
    if not plan.commitments or person is None:
        return
    index = number_index(person.kind, check_number(person.kind, person.number))
    found = CreditRecord.objects.filter(party_index=index, ended_at=None, until__gte=day)
    until = found.aggregate(until=Max("until"))["until"]
    if until is not None:
        sentence = _(
            "申请人有违反告知承诺的失信记录，到%(until)s为止不适用告知承诺。请改选一般程序，提交材料照常办理；已经纠正的，可以申请信用修复。"
        )
        raise Refused(sentence % {"until": until.isoformat()}, code="barred")


def enter(case: Case, reason: int, *, now: datetime) -> CreditRecord:
    """Enter a broken promise in the record, in the caller's transaction; `reason` is the remark that tells why."""
    regime = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id))
    since = local(now).date()
    return CreditRecord.objects.create(
        party_index=case.application.party.number_index,
        case=case,
        reason_id=reason,
        since=since,
        until=_months_after(since, regime.bar_months),
    )


def of_case(case_id: int) -> CreditRecord | None:
    """The record that bars because of this case; None where none does (any more)."""
    return CreditRecord.objects.filter(case_id=case_id, ended_at=None).order_by("-id").first()


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
