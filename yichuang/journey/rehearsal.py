"""Trying an item or bundle out (模拟体验): the real acts on a made-up application, in one transaction that is undone.

Nothing of it is ever committed: no count, list, search, message or department's system can know of it, and no row
has to be told apart as a rehearsal. What is shown is what the acts themselves left behind, before it is undone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from functools import partial

from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Refused
from yichuang.cases.actions import approval, review
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import CaseRow, Receipt
from yichuang.cases.queries import application
from yichuang.cases.states import WORKED, Outcome
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.data import Answers
from yichuang.catalogue.facts import Approval
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.planned import Plan
from yichuang.delivery.actions import hand_over
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import SYSTEM, Actor, ActorKind, Role
from yichuang.journey import made_up
from yichuang.journey.failures import STEP_NAMES
from yichuang.journey.reactions import REACTIONS
from yichuang.ledger.models import Entry
from yichuang.notices import queries as notice_queries

#: When a rehearsal begins that cannot begin now.
_MORNING = time(9, 30)
#: What talks to the outside is told of, and not done.
_OUTSIDE = "dispatch_to_partner"


@dataclass(frozen=True, slots=True)
class Moment:
    """One act and what came of it: the titles of papers, the names of the steps that followed, the cases after it."""

    act: str
    who: str
    papers: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    cases: tuple[CaseRow, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What happened from receipt to hand-over. `is_whole`: nothing was refused on the way."""

    plan: Plan
    moments: tuple[Moment, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return bool(self.moments) and not any(moment.refusal for moment in self.moments)


def rehearse(*, actor: Actor, folder: Folder, target: str, answers: Answers, now: datetime) -> Rehearsal:
    """Let a made-up application for `target` go its way under `folder` as if that were published. Undone at the end.

    What is not in force yet is tried on the day on which it will be.

    Runs outside of any transaction, because it makes one that the acts take for theirs. What the platform refuses
    on the way (a missing mandate, a missing seal) ends it and stands in the last moment.
    """
    transaction.set_autocommit(False)
    try:
        base = catalogue_queries.current().release
        publish_folder(folder, base=base, actor=SYSTEM, now=now)
        with catalogue_queries.as_if():
            given, plan = made_up.planned(target, answers)
            moments = tuple(_Play(_clerk(actor), plan, given, _opening(plan, now)).moments())
        return Rehearsal(plan, moments)
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)
        identity_queries.forget_departments()


def _opening(plan: Plan, now: datetime) -> datetime:
    """Now, or a later morning: that of the day on which the last of the items comes into force."""
    days = (case.item.effective_date for case in plan.cases)
    return max([now, *(datetime.combine(day, _MORNING, CITY_ZONE) for day in days if day)])


@dataclass(slots=True)
class _Play:
    """One rehearsal under way."""

    clerk: Actor
    plan: Plan
    answers: Answers
    now: datetime
    receipt: Receipt | None = None
    last_entry: int = 0
    papers: set[int] = field(default_factory=set)

    def moments(self) -> Iterator[Moment]:
        """What happens, act by act, up to the first that is refused."""
        for name, who, act in self._acts():
            try:
                act()
                yield self._moment(name, who)
            except Refused as refusal:
                yield Moment(name, who, refusal=str(refusal))
                return

    def _acts(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        counter = _("窗口人员")
        yield _("收件"), counter, self._receive
        yield _("受理"), counter, lambda: accept(actor=self.clerk, application_id=self._id, now=self.now)
        while case := next(filter(_is_worked_on, self._cases()), None):
            who = case.department_name
            yield _("准予：%(item)s") % {"item": case.item_name}, who, partial(self._decide, case)
        yield _("出件"), counter, lambda: hand_over(actor=self.clerk, application_id=self._id, now=self.now)

    @property
    def _id(self) -> int:
        return self.receipt.application_id if self.receipt else 0

    def _receive(self) -> None:
        submission = made_up.submission(self.plan, self.answers)
        self.receipt = receive(actor=self.clerk, submission=submission, now=self.now)

    def _decide(self, case: CaseRow) -> None:
        if case.partner:
            review.decide_elsewhere(
                case_id=case.id,
                partner_id=case.department_id,
                outcome=Outcome.GRANTED,
                reason="",
                facts={},
                now=self.now,
            )
            return
        officer = replace(self.clerk, roles=frozenset({Role.OFFICER}), department_id=case.department_id)
        opinion = _("材料齐全，符合条件。")
        review.claim(actor=officer, case_id=case.id, now=self.now)
        alone = catalogue_queries.item_version(case.item_version_id).authority.approval is Approval.OFFICER
        decide = review.decide if alone else approval.propose_decision
        decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion=opinion, now=self.now)
        if alone:
            return
        somebody_else = replace(officer, id=-officer.id, roles=frozenset({Role.CHIEF_OFFICER}))
        approval.approve(actor=somebody_else, case_id=case.id, now=self.now)

    def _cases(self) -> tuple[CaseRow, ...]:
        number = self.receipt.number if self.receipt else ""
        return application(self.clerk, number, now=self.now).cases

    def _moment(self, name: str, who: str) -> Moment:
        """What came of an act: the steps that follow from it are done at once, as the workers would do them."""
        followed = tuple(self._follow())
        papers = notice_queries.of_application(self.receipt.number) if self.receipt else []
        fresh = tuple(paper.title for paper in papers if paper.id not in self.papers)
        self.papers.update(paper.id for paper in papers)
        return Moment(name, who, fresh, followed, self._cases())

    def _follow(self) -> Iterator[str]:
        own = Entry.objects.filter(xid=RawSQL("pg_current_xact_id()::text::bigint", [])).order_by("id")
        while entries := list(own.filter(id__gt=self.last_entry)):
            self.last_entry = entries[-1].id
            for entry in entries:
                for step in REACTIONS.get(entry.verb, ()):
                    if step.__name__ != _OUTSIDE:
                        step(entry, self.now)
                        if step.__name__ in STEP_NAMES:  # what has no name only watches
                            yield str(STEP_NAMES[step.__name__])


def _is_worked_on(case: CaseRow) -> bool:
    return case.stage in WORKED and not case.waiting


def _clerk(actor: Actor) -> Actor:
    """The actor in a clerk's seat of a service centre: her own, or the first one where she is an officer."""
    for department_id in dict.fromkeys([actor.department_id, *identity_queries.centre_ids()]):
        counters = identity_queries.counters(department_id) if department_id else ()
        if counters:
            seat = next((counter for counter in counters if not counter.boards), counters[0])
            roles = frozenset({Role.CLERK})
            return Actor(ActorKind.STAFF, actor.id, actor.name, roles, department_id, seat.id)
    raise Refused(_("还没有窗口，请先在目录中登记窗口再试。"), code="no_counter")
