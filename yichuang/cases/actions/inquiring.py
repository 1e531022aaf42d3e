"""征询: the applicant is asked, where a member of her bundle was not granted, whether to go on with the rest.

What hangs on the answer waits for it; where she says nothing until the date, each member does as it declares
(`if_refused`). No text read prescribes this: it is what the bundle promises (由申请人选择), told in writing.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Overtaken
from yichuang.cases import branches, rules, whole
from yichuang.cases.actions import withdrawal
from yichuang.cases.branches import Bonds
from yichuang.cases.data import Answer
from yichuang.cases.locking import lock_cases_of, lock_sisters
from yichuang.cases.models import Case, Inquiry
from yichuang.deadlines import keeping
from yichuang.deadlines.clocks import due
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.keeping import NewClock
from yichuang.deadlines.queries import calendar
from yichuang.identity.data import SYSTEM, Actor, ActorKind
from yichuang.ledger.actions import Record, record

SUBJECT = "inquiry"


def ask(cases: Sequence[Case], bonds: Bonds, *, now: datetime) -> None:
    """Ask about every member that was not granted, once each; `cases` are all of the application, locked.

    In the caller's transaction. Until the answer, or its date, what waits for the member waits on.
    """
    about = branches.to_be_asked(cases, bonds)
    limit = bonds.bundle.ask_within if bonds.bundle else None
    if not about or limit is None:
        return
    application_id = cases[0].application_id
    days = calendar()
    until = local(due(days, days.counted_from(now), limit).at).date()
    rows = Inquiry.objects.bulk_create(
        Inquiry(application_id=application_id, case=case, asked_at=now, until=until) for case in about
    )
    keeping.start([NewClock(ClockKind.ANSWER, SUBJECT, row.id, limit) for row in rows], now=now)
    entries = [Record("inquiry.opened", SUBJECT, row.id, _facts(row)) for row in rows]
    record(entries, actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
    whole.follow(application_id, now=now)


def answer(*, actor: Actor, application_id: int, answer: Answer, now: datetime) -> None:
    """Go on with what is left, or withdraw it: the applicant herself, or a clerk with her written answer.

    What cannot be withdrawn any more stays. Raises `Overtaken` where nothing is asked (any more), `Forbidden` for
    who is not at a counter.
    """
    if actor.kind is not ActorKind.APPLICANT:
        rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        _application, cases = lock_cases_of(actor, application_id)
        rows = list(Inquiry.objects.filter(application_id=application_id, answer="").order_by("id"))
        if not rows:
            raise Overtaken(
                _("现在没有要您答复的事：可能已经答复，或者已过期限。请刷新页面查看。"), code="not_asked"
            )
        if answer is Answer.WITHDRAW:
            left = withdrawal.open_to([case for case in cases if branches.is_open(case)])
            reason = _("同一申办中有事项没有办成，申请人选择其余事项也不再办理。")
            withdrawal.take_back(left, reason, actor=actor, now=now)
        _close(rows, answer, actor, now)


def lapse(*, case_id: int, now: datetime) -> None:
    """The applicant has said nothing about this member until the date. Safe to repeat."""
    with transaction.atomic(durable=True):
        lock_sisters(case_id)
        rows = list(Inquiry.objects.filter(case_id=case_id, answer="").order_by("id"))
        if rows:
            _close(rows, Answer.SILENCE, SYSTEM, now)


def _close(rows: Sequence[Inquiry], given: Answer, actor: Actor, now: datetime) -> None:
    for row in rows:
        row.answer, row.answered_at = given, now
    Inquiry.objects.bulk_update(rows, ["answer", "answered_at"])
    keeping.stop(SUBJECT, [row.id for row in rows], now=now)
    entries = [Record("inquiry.answered", SUBJECT, row.id, _facts(row)) for row in rows]
    record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)
    whole.follow(rows[0].application_id, now=now)


def _facts(row: Inquiry) -> dict[str, str | int]:
    return {"of": "case", "of_id": row.case_id, "answer": row.answer}
