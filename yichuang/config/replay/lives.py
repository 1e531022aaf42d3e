"""The lives that a replay lets people lead: what each does next is drawn by lot from what is lawful then.

Everything is done by the domain's own acts. What they refuse is counted: somebody asked for what could not be.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from stdnum.cn import ric, uscc

from yichuang.base import ids
from yichuang.base.clock import local
from yichuang.base.errors import Refused
from yichuang.cases.actions import approval, correction, gaps, procedures, review, revising, withdrawal
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import Person, Settlement, Submission
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.states import ENDED, WORKED, Outcome, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Necessity, SourceKind
from yichuang.catalogue.facts import Approval
from yichuang.deadlines.data import Limit
from yichuang.delivery.actions import hand_over
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Role
from yichuang.identity.models import Staff
from yichuang.journey import made_up

_TEXT = "按规定办理。"
_PAPER = Settlement(SourceKind.PAPER, checked=True)
#: How often, in a hundred: what people do with a case that waits for them.
_DECLINES, _ASKS, _SAYS_NOTHING, _CORRECTS = 2, 6, 2, 80
_CURES, _WITHDRAWS, _CLAIMS, _GIVES_BACK, _SUSPENDS, _EXTENDS = 60, 1, 30, 5, 8, 1
_DECIDES, _GRANTS, _APPROVES, _COLLECTS, _HAS_IT_ANNULLED = 70, 93, 80, 50, 3
#: Of applications with something that may follow, so many come without it.
_COMES_WITHOUT = 30
#: Who looks at an application that never ends looks this often, then no more.
_MOST_VISITS = 60
#: A plain statement: more often than anything else is done, somebody looks how far a case has come.
_CASES = "SELECT * FROM cases_case WHERE application_id = %s ORDER BY id"


def people(first: int) -> Iterator[tuple[Person, Person]]:
    """A person and an organisation of nobody, each once, with numbers that check."""
    for index in itertools.count(first):
        day, serial = divmod(index, 1000)
        body = f"330802{1950 + day // 336 % 50}{day % 336 // 28 + 1:02d}{day % 28 + 1:02d}{serial:03d}"
        code = f"91330802{index:09d}"
        yield (
            replace(made_up.PERSON, number=body + ric.calc_check_digit(body + "0")),
            replace(made_up.ORGANISATION, number=code + uscc.calc_check_digit(code)),
        )


@dataclass
class Life:
    """One application under way."""

    id: int
    number: str
    visits: int = 0


@dataclass
class City:
    """The staff and the applications of one process; `done` and `refused` count acts and refusals."""

    chance: random.Random
    first_person: int
    refused: Counter[str] = field(default_factory=Counter)
    clerks: list[Actor] = field(default_factory=list)
    officers: dict[int, Actor] = field(default_factory=dict)
    supervisors: list[Actor] = field(default_factory=list)
    _people: Iterator[tuple[Person, Person]] = field(init=False)
    _templates: dict[str, list[tuple[Submission, bool, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._people = people(self.first_person)
        for row in Staff.objects.select_related("user").order_by("id"):
            actor = identity_queries.actor_of(row.user)
            if actor.has(Role.OFFICER) and actor.department_id is not None:
                self.officers.setdefault(actor.department_id, actor)
            if actor.has(Role.SUPERVISOR):
                self.supervisors.append(actor)
            seat = identity_queries.counter(actor) if actor.has(Role.CLERK) else None
            if seat is not None and not seat.boards:
                self.clerks.append(actor)

    # ── Receipt ──────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> tuple[Submission, int]:
        """A submission for any bundle or item, and how many cases it makes."""
        catalogue = catalogue_queries.current()
        target = self.chance.choice([*catalogue.bundles, *catalogue.bundles, *catalogue.items])
        known = self._templates.setdefault(target, [])
        if len(known) < 3:
            known.append(self._template(target))
        given, of_organisation, cases = self.chance.choice(known)
        person, organisation = next(self._people)
        return replace(given, key=ids.new_key(), applicant=organisation if of_organisation else person), cases

    def _template(self, target: str) -> tuple[Submission, bool, int]:
        answers: dict[str, str] = {}
        while True:
            _given, plan = made_up.planned(target, answers)
            asked = [one for one in plan.situations if one.key not in answers]
            if not asked:
                break
            answers[asked[0].key] = self.chance.choice(list(asked[0].options))
        given = made_up.submission(plan, answers)
        later = [one.material.key for one in plan.materials if one.necessity is Necessity.SUPPLY_LATER]
        if later and self._may(_COMES_WITHOUT):
            kept = {key: how for key, how in given.materials.items() if key not in later}
            given = replace(given, materials=kept)
        return given, made_up.asks_for_an_organisation(plan), len(plan.cases)

    def receive(self, given: Submission, now: datetime) -> Life | None:
        """Receive it; None where that is refused."""
        try:
            receipt = receive(actor=self.chance.choice(self.clerks), submission=given, now=now)
        except Refused as refusal:
            self.refused[refusal.code] += 1
            return None
        return Life(receipt.application_id, receipt.number)

    # ── What follows ─────────────────────────────────────────────────────────────────────────────

    def visit(self, life: Life, now: datetime) -> datetime | None:
        """Do something, or nothing, about every case of the application; when to look again (None: never)."""
        cases = list(Case.objects.raw(_CASES, [life.id]))
        life.visits += 1
        if all(case.stage in ENDED for case in cases) or life.visits > _MOST_VISITS:
            return self._complain(cases, now)
        self._at_the_counter(life, [case for case in cases if case.stage == Stage.RECEIVED], now)
        for case in cases:
            if case.stage == Stage.CORRECTING and self._may(_CORRECTS):
                self._try(self._correct, case, now)
            elif case.stage == Stage.SUSPENDED and self._may(_DECIDES):
                officer = self._officer(case.department_id)
                self._try(procedures.end_procedure, actor=officer, case_id=case.id, result=_TEXT, now=now)
            elif case.stage in WORKED and not case.waiting:
                self._work(life, case, now)
        if any(case.stage == Stage.ISSUED for case in cases) and self._may(_COLLECTS):
            self._try(hand_over, actor=self.chance.choice(self.clerks), application_id=life.id, now=now)
        return now + timedelta(hours=self.chance.choice([2, 20, 24, 48, 72]))

    def _at_the_counter(self, life: Life, received: list[Case], now: datetime) -> None:
        if not received or self._may(_SAYS_NOTHING):
            return
        clerk, one = self.chance.choice(self.clerks), self.chance.choice(received)
        if self._may(_DECLINES):
            self._try(decline, actor=clerk, case_id=one.id, reason=_TEXT, now=now)
        elif self._may(_ASKS):
            if not one.corrections_left and self.supervisors:
                supervisor = self.chance.choice(self.supervisors)
                self._try(
                    correction.allow_correction, actor=supervisor, case_id=one.id, reason=_TEXT, now=now
                )
            self._try(
                correction.ask_correction,
                actor=clerk,
                case_id=one.id,
                text=_TEXT,
                until=local(now).date() + timedelta(days=self.chance.randint(1, 15)),
                now=now,
            )
        if len(received) > 1 or Case.objects.filter(id=one.id, stage=Stage.RECEIVED).exists():
            self._try(accept, actor=clerk, application_id=life.id, with_gaps=True, now=now)

    def _correct(self, case: Case, now: datetime) -> None:
        missing = ApplicationMaterial.objects.filter(application_id=case.application_id, source="")
        materials = dict.fromkeys(missing.values_list("material", flat=True), _PAPER)
        clerk = self.chance.choice(self.clerks)
        correction.correct(actor=clerk, case_id=case.id, materials=materials, now=now)

    def _work(self, life: Life, case: Case, now: datetime) -> None:
        if case.gap_until is not None and self._may(_CURES):
            missing = ApplicationMaterial.objects.filter(application_id=life.id, source="")
            materials = dict.fromkeys(missing.values_list("material", flat=True), _PAPER)
            clerk = self.chance.choice(self.clerks)
            self._try(gaps.cure, actor=clerk, case_id=case.id, materials=materials, now=now)
        if self._may(_WITHDRAWS):
            self._try(
                withdrawal.withdraw,
                actor=self.chance.choice(self.clerks),
                application_id=life.id,
                case_ids=[case.id],
                reason=_TEXT,
                now=now,
            )
        elif case.partner:
            self._at_the_partner(case, now)
        else:
            self._at_the_desk(case, now)

    def _at_the_desk(self, case: Case, now: datetime) -> None:
        officer = self._officer(case.department_id)
        if case.proposed:
            self._look_at_proposal(case, now)
            return
        if case.claimed_by == officer.id and self._may(_GIVES_BACK):
            self._try(review.unclaim, actor=officer, case_id=case.id, now=now)
        elif self._may(_CLAIMS):
            self._try(review.claim, actor=officer, case_id=case.id, now=now)
        item = catalogue_queries.item_version(case.item_version_id)
        if item.special_procedures and self._may(_SUSPENDS):
            self._try(
                procedures.begin_procedure,
                actor=officer,
                case_id=case.id,
                procedure=item.special_procedures[0].name,
                reason=_TEXT,
                expected=Limit(3),
                now=now,
            )
        elif self._may(_EXTENDS):
            extension = Limit(self.chance.randint(1, 10))
            self._try(
                approval.propose_extension,
                actor=officer,
                case_id=case.id,
                by=extension,
                reason=_TEXT,
                now=now,
            )
        elif self._may(_DECIDES):
            alone = item.authority.approval is Approval.OFFICER
            decide = review.decide if alone else approval.propose_decision
            self._try(decide, actor=officer, case_id=case.id, outcome=self._outcome(), opinion=_TEXT, now=now)

    def _look_at_proposal(self, case: Case, now: datetime) -> None:
        chief = self._chief(case.department_id)
        if self._may(_APPROVES):
            self._try(approval.approve, actor=chief, case_id=case.id, now=now)
        else:
            self._try(approval.return_proposal, actor=chief, case_id=case.id, remark=_TEXT, now=now)

    def _complain(self, cases: Sequence[Case], now: datetime) -> datetime | None:
        """Have a refusal annulled by reconsideration: then the case is decided anew."""
        refused = [case for case in cases if case.stage == Stage.CLOSED and case.outcome == Outcome.REFUSED]
        if not refused or not self._may(_HAS_IT_ANNULLED):
            return None
        case = self.chance.choice(refused)
        chief = self._chief(case.department_id)
        self._try(revising.reopen, actor=chief, case_id=case.id, document=_TEXT, reason=_TEXT, now=now)
        return now + timedelta(days=1)

    def _chief(self, department_id: int) -> Actor:
        """The head of the department: somebody else than its officer."""
        roles = frozenset({Role.OFFICER, Role.CHIEF_OFFICER})
        return replace(self._officer(department_id), id=self.clerks[0].id, roles=roles)

    def _officer(self, department_id: int) -> Actor:
        """An officer of the department; where the city has made no account for one, somebody acts as one."""
        if department_id not in self.officers:
            roles = frozenset({Role.OFFICER})
            self.officers[department_id] = replace(self.clerks[0], roles=roles, department_id=department_id)
        return self.officers[department_id]

    def _at_the_partner(self, case: Case, now: datetime) -> None:
        """The department's own system is not asked: its answers are played."""
        who: dict[str, Any] = {"case_id": case.id, "partner_id": case.department_id, "now": now}
        self._try(review.begin_review_elsewhere, **who)
        if self._may(_DECIDES):
            outcome = self._outcome()
            self._try(review.decide_elsewhere, outcome=outcome, reason=_TEXT, facts={}, **who)

    def _outcome(self) -> Outcome:
        return Outcome.GRANTED if self._may(_GRANTS) else Outcome.REFUSED

    def _may(self, in_a_hundred: int) -> bool:
        return self.chance.random() * 100 < in_a_hundred

    def _try(self, act: Callable[..., object], *arguments: Any, **named: Any) -> None:
        try:
            act(*arguments, **named)
        except Refused as refusal:
            self.refused[refusal.code] += 1
