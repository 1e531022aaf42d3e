"""Specimens: one real application in each stage of life, made by the acts themselves.

The filling of the database copies them a hundred thousand times, so what it writes is what the acts write.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Max

from bench import material
from yichuang.cases import queries
from yichuang.cases.actions import review
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import CaseRow
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Item
from yichuang.delivery.actions import hand_over
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Power, Role
from yichuang.identity.models import Staff
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.steps import dispatch_to_partner
from yichuang.ledger.models import Entry

#: Single items beside the bundle, each of another department.
_SINGLES = 4
#: What an officer writes.
OPINION = "材料齐全，符合条件。"


@dataclass(frozen=True, slots=True)
class Specimen:
    """An application to be copied. `weight`: how many of a thousand of its kind it stands for."""

    application_id: int
    is_open: bool
    weight: int


def make_specimens(now: datetime) -> list[Specimen]:
    """The bundle and some single items, each in every stage. The police decide as their call-back would make them."""
    _Followed.last = Entry.objects.aggregate(newest=Max("id"))["newest"] or 0
    clerk = material.staff("clerk1")
    targets = [material.BUNDLE, *(item.key for item in _single_items(clerk, now))]
    made = []
    for target in targets:
        weight = 1000 if target == material.BUNDLE else 250
        for stop, is_open, share in (
            (_received, True, 15), (_accepted, True, 30), (_claimed, True, 15), (_under_way, True, 30),
            (_issued, True, 10), (_closed, False, 100),
        ):  # fmt: skip
            number = _new(clerk, target, now)
            stop(clerk, number, now)
            row = queries.application(clerk, number, now=now)
            made.append(Specimen(row.id, is_open, weight * share // 100))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # what follows from the acts was done here
    return made


def officers() -> dict[int, Actor]:
    """One officer of each department that has any: department → officer."""
    rows = Staff.objects.filter(roles__contains=[Role.OFFICER], is_active=True).order_by("-id")
    return {row.department_id: material.staff(row.user.username) for row in rows.select_related("user")}


def _single_items(clerk: Actor, now: datetime) -> Iterator[Item]:
    """Items of different departments that the counter may take in and whose department has an officer."""
    assert clerk.department_id is not None  # noqa: S101 - a clerk sits in a centre
    able = officers()
    scopes = [identity_queries.mandated_items(clerk.department_id, power, now.date()) for power in Power]
    seen: set[str] = set()
    for item in catalogue_queries.current().items.values():
        if (
            item.department not in seen
            and not item.partner
            and identity_queries.department_id(item.department) in able
            and all(scope.covers(item.department, item.key) for scope in scopes)
        ):
            seen.add(item.department)
            yield item
        if len(seen) == _SINGLES:
            return


def _new(clerk: Actor, target: str, now: datetime) -> str:
    return receive(actor=clerk, submission=material.submission(target), now=now).number


def _application(clerk: Actor, number: str, now: datetime) -> ApplicationRow:
    return queries.application(clerk, number, now=now)


# ── How far each comes ───────────────────────────────────────────────────────────────────────────


def _received(_clerk: Actor, _number: str, now: datetime) -> None:
    _follow(now)


def _accepted(clerk: Actor, number: str, now: datetime) -> None:
    accept(actor=clerk, application_id=_application(clerk, number, now).id, now=now)
    _follow(now)


def _claimed(clerk: Actor, number: str, now: datetime) -> None:
    _accepted(clerk, number, now)
    case = _application(clerk, number, now).cases[0]
    review.claim(actor=officers()[case.department_id], case_id=case.id, now=now)


def _under_way(clerk: Actor, number: str, now: datetime) -> None:
    _accepted(clerk, number, now)
    for case in _application(clerk, number, now).cases[:1]:
        _decide(case, now)
    _follow(now)


def _issued(clerk: Actor, number: str, now: datetime) -> None:
    _accepted(clerk, number, now)
    while due := [case for case in _application(clerk, number, now).cases if _can_be_decided(case)]:
        for case in due:
            _decide(case, now)
        _follow(now)


def _closed(clerk: Actor, number: str, now: datetime) -> None:
    _issued(clerk, number, now)
    hand_over(actor=clerk, application_id=_application(clerk, number, now).id, now=now)
    _follow(now)


def _can_be_decided(case: CaseRow) -> bool:
    return case.stage == Stage.ACCEPTED and not case.waiting


def _decide(case: CaseRow, now: datetime) -> None:
    if case.partner:
        review.begin_review_elsewhere(case_id=case.id, partner_id=case.department_id, now=now)
        review.decide_elsewhere(
            case_id=case.id, partner_id=case.department_id, outcome=Outcome.GRANTED, reason=OPINION, facts={}, now=now
        )  # fmt: skip
        return
    officer = officers()[case.department_id]
    review.claim(actor=officer, case_id=case.id, now=now)
    review.decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion=OPINION, now=now)


class _Followed:
    """Up to which entry the journey has been followed."""

    last = 0


def _follow(now: datetime) -> None:
    """Run the steps that follow from new entries here and now, until nothing follows any more."""
    while entries := list(Entry.objects.filter(id__gt=_Followed.last).order_by("id")):
        _Followed.last = entries[-1].id
        for entry in entries:
            steps: tuple[Callable[[Entry, datetime], None], ...] = REACTIONS.get(entry.verb, ())
            for step in steps:
                if step is not dispatch_to_partner:
                    step(entry, now)
