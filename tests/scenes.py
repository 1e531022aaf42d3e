"""Every act on a case, as somebody does it; and scenes in which a case can be brought to every stage by such acts.

What is done here is derived from `MOVES`: a new verb has no way yet, and the tests that go over all verbs fail
until one is stated in `WAYS`, and a scene in which it is possible.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tests.counter_desk import COMPANY
from tests.factories import NOW, staff, submission
from tests.test_lives_of_bundles import officer_of
from yichuang.base.errors import Refused
from yichuang.cases.actions import (
    approval,
    asking,
    gaps,
    handing_on,
    hearings,
    inspecting,
    issuing,
    joining,
    overdue,
    procedures,
    reckoning,
    review,
    revising,
    striking,
)
from yichuang.cases.actions.acceptance import accept, decline
from yichuang.cases.actions.amending import amend
from yichuang.cases.actions.correction import allow_correction, ask_correction, correct
from yichuang.cases.actions.receipt import receive
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import Settlement, Submission
from yichuang.cases.fold import fold
from yichuang.cases.models import Case, Opinion
from yichuang.cases.states import MOVES, Answer, Inspection, Outcome, Stage, Verb
from yichuang.cases.writing import state_of
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.facts import OpinionRules, SpecialProcedure
from yichuang.catalogue.regimes import GapsHold
from yichuang.deadlines.actions import DayRow, set_overrides
from yichuang.deadlines.data import Limit, Worked
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import Actor, Role
from yichuang.ledger.models import Entry

CLERK = "clerk1"
TEXT = "按规定办理。"
UNTIL = date(2026, 3, 20)
HEARING = SpecialProcedure("听证", basis="《中华人民共和国行政许可法》第四十五条")
PAPER = Settlement(SourceKind.PAPER, checked=True)


@dataclass(frozen=True, slots=True)
class Scene:
    """One application, of which one case is looked at.

    `before` are the sisters that are decided before it can be worked on; `sister` is the one whose failing ends it;
    `missing` the materials that may follow and were not there; `through` an act that stands on every road of it.
    """

    target: str
    item: str
    before: tuple[str, ...] = ()
    sister: str = ""
    missing: tuple[str, ...] = ()
    through: Verb | None = None
    outcome: Outcome = Outcome.GRANTED
    answers: tuple[tuple[str, str], ...] = ()
    given: Submission | None = None
    application_id: int = 0
    number: str = ""

    def begin(self, now: datetime = NOW) -> "Scene":
        """The same, received."""
        of_companies = ("company", "construction", "fire", "joint")
        applicant = {"applicant": COMPANY} if self.target.startswith(of_companies) else {}
        given = submission(self.target, answers=dict(self.answers), **applicant)
        kept = {key: settled for key, settled in given.materials.items() if key not in self.missing}
        given = replace(given, materials=kept)
        receipt = receive(actor=staff(CLERK), submission=given, now=now)
        return replace(self, given=given, application_id=receipt.application_id, number=receipt.number)

    def case(self, item: str = "") -> Case:
        """The case that is looked at, or that of another item, as it stands."""
        return Case.objects.get(application_id=self.application_id, item_key=item or self.item)

    def officer(self, item: str = "") -> Actor:
        """Who decides it."""
        return staff(officer_of(self.case(item).department_id))

    def chief(self) -> Actor:
        """The head of its department; not every one of the sample city has one who could log in."""
        return replace(self.officer(), id=staff("chief-zhujian").id, roles=frozenset({Role.CHIEF_OFFICER}))

    def entries(self) -> list[str]:
        """The verbs of the case that is looked at, in order."""
        found = Entry.objects.filter(subject_kind="case", subject_id=self.case().id).order_by("id")
        return list(found.values_list("verb", flat=True))


ALONE = Scene("temporary_relief", "temporary_relief")
REFUSED = replace(ALONE, outcome=Outcome.REFUSED)
SENT = Scene("fire_design_review", "fire_design_review")  # may be sent by courier
ASKED = replace(ALONE, through=Verb.ASK_OPINIONS)
WITH_GAP = replace(ALONE, missing=("hardship_proof",))
#: Applied for on a commitment (告知承诺), so that it is inspected after the decision.
COMMITTED = Scene("fire_safety_check", "fire_safety_check", answers=(("fire_check_way", "promise"),))
FOLLOWER = Scene("newborn", "citizen_card", before=("birth_certificate",), sister="birth_certificate")
_HOUSE = ("commercial_contract_filing", "company_real_estate_tax", "company_real_estate_transfer")
_MORTGAGED = (("with_mortgage", "yes"),)
FIRST_OF_ALL = Scene("company_real_estate", _HOUSE[0], sister=_HOUSE[2], answers=_MORTGAGED)
#: Reviewed on the expected result of a sister; and on many, with a gap.
AHEAD = Scene("construction_stage_land", "land_planning_permit", sister="project_filing")
AHEAD_WITH_GAP = Scene(
    "joint_completion_acceptance", "completion_filing", before=("fire_acceptance",), missing=("warranty",)
)
WITHHELD = Scene(
    "company_real_estate", _HOUSE[2], before=_HOUSE[:2], sister="company_mortgage", answers=_MORTGAGED
)


def check_folds(application_id: int) -> None:
    """Every case of the application is what its entries say."""
    for case in Case.objects.filter(application_id=application_id):
        state = None
        for entry in Entry.objects.filter(subject_kind="case", subject_id=case.id).order_by("id"):
            state = fold(state, Verb(entry.verb), entry.facts)
        assert state == state_of(case)


# ── Ways ─────────────────────────────────────────────────────────────────────────────────────────


def _receive_again(scene: Scene, now: datetime) -> None:
    assert scene.given is not None
    receive(actor=staff(CLERK), submission=scene.given, now=now)


def _accept(scene: Scene, now: datetime) -> None:
    accept(actor=staff(CLERK), application_id=scene.application_id, now=now)


def _accept_with_gaps(scene: Scene, now: datetime) -> None:
    accept(actor=staff(CLERK), application_id=scene.application_id, with_gaps=True, now=now)


def _grant_before(scene: Scene, now: datetime) -> None:
    """Decide the sisters that stand before it, and let follow what follows."""
    for item in scene.before:
        case = scene.case(item)
        if case.decided_at is None and MOVES[Verb.DECIDE].origins >= {Stage(case.stage)}:
            officer = scene.officer(item)
            review.decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion=TEXT, now=now)
        joining.join(case_id=case.id, now=now)


def _let_sister_fail(scene: Scene, now: datetime) -> None:
    sister = scene.case(scene.sister) if scene.sister else None
    if sister is not None and sister.stage in MOVES[Verb.WITHDRAW].origins:
        withdraw(
            actor=staff(CLERK),
            application_id=scene.application_id,
            case_ids=[sister.id],
            reason=TEXT,
            now=now,
        )
    joining.join(case_id=scene.case().id, now=now)


def _rescind(scene: Scene, now: datetime) -> None:
    """A sister's failing takes it back; where it has none, the head of the department."""
    if scene.sister:
        _let_sister_fail(scene, now)
    else:
        revising.rescind(actor=scene.chief(), case_id=scene.case().id, reason=TEXT, now=now)


def _decide(scene: Scene, now: datetime) -> None:
    if scene.before:
        _grant_before(scene, now)
    review.decide(
        actor=scene.officer(), case_id=scene.case().id, outcome=scene.outcome, opinion=TEXT, now=now
    )


def _propose(scene: Scene, now: datetime) -> None:
    case = scene.case()
    approval.propose_extension(actor=scene.officer(), case_id=case.id, by=Limit(5), reason=TEXT, now=now)


def _amend(scene: Scene, now: datetime) -> None:
    """A text of the form is written anew."""
    item = catalogue_queries.item_version(scene.case().item_version_id)
    elements = catalogue_queries.current().elements
    own = item.applicant.values()
    asked = [elements[field.element] for field in item.elements if field.element not in own]
    text = next(element.key for element in asked if element.type in {"text", "address"} and not element.check)
    amend(
        actor=staff(CLERK),
        application_id=scene.application_id,
        values={text: f"浙江省衢州市柯城区更正路{len(scene.entries())}号"},
        now=now,
    )


def _tell_hearing(scene: Scene, now: datetime) -> None:
    hearings.tell_of_hearing(actor=scene.officer(), case_id=scene.case().id, reason=TEXT, now=now)


def _answer_hearing(scene: Scene, now: datetime) -> None:
    if not scene.case().hearing:
        _tell_hearing(scene, now)
    hearings.answer_hearing(actor=scene.officer(), case_id=scene.case().id, asks=False, now=now)


def _return_proposal(scene: Scene, now: datetime) -> None:
    if scene.case().stage == Stage.IN_REVIEW:
        _propose(scene, now)
    approval.return_proposal(actor=scene.officer(), case_id=scene.case().id, remark=TEXT, now=now)


def _extend(scene: Scene, now: datetime) -> None:
    if scene.case().stage == Stage.IN_REVIEW:
        _propose(scene, now)
    approval.approve(actor=scene.chief(), case_id=scene.case().id, now=now)


def _ask_opinions(scene: Scene, now: datetime) -> None:
    asking.ask_opinions(
        actor=scene.officer(),
        case_id=scene.case().id,
        departments=["fire_rescue", "urban_management"],
        question=TEXT,
        within=Limit(5),
        now=now,
    )


def _answer(scene: Scene, answer: Answer, now: datetime) -> None:
    """Let the first of the asked departments that has not answered do so."""
    owed = Opinion.objects.filter(round__case=scene.case(), answer="").order_by("id").first()
    if owed is not None:
        officer = staff(officer_of(owed.department_id))
        asking.give_opinion(actor=officer, opinion_id=owed.id, answer=answer, text=TEXT, now=now)


def _let_refusal_be_annulled(scene: Scene, now: datetime) -> None:
    revising.reopen(
        actor=scene.chief(), case_id=scene.case().id, document="衢政复〔2026〕1号", reason=TEXT, now=now
    )


def _strike_pause(scene: Scene, now: datetime) -> None:
    """Let the supervisor strike the special procedure; where there was none it is begun and ended first."""
    case = scene.case()
    if case.stage == Stage.IN_REVIEW and not striking.strikable(case.id, case.stage):
        WAYS[Verb.BEGIN_PROCEDURE](scene, now)
        WAYS[Verb.END_PROCEDURE](scene, now)
    pauses = striking.strikable(case.id, case.stage)
    striking.strike_pause(
        actor=staff("supervisor"),
        case_id=case.id,
        pause_id=pauses[0].id if pauses else 0,
        reason=TEXT,
        now=now,
    )


def give_a_day_off(_scene: Scene, now: datetime) -> None:
    """Declare tomorrow a day off, and let what runs be reckoned anew."""
    tomorrow = (now + timedelta(days=1)).date()
    day: DayRow = {
        "region": "",
        "date": tomorrow,
        "worked": Worked.NONE,
        "name": "台风",
        "provisional": False,
    }
    set_overrides([day], actor_kind="system", actor_id=0, now=now)
    list(reckoning.reckon(why="calendar.changed", now=now))


def _let_sister_be_granted(scene: Scene, now: datetime, granted: dict[str, str] | None = None) -> None:
    sister = scene.case(scene.sister) if scene.sister else None
    if sister is not None and sister.stage in MOVES[Verb.DECIDE].origins and not sister.waiting:
        review.decide(
            actor=scene.officer(scene.sister),
            case_id=sister.id,
            outcome=Outcome.GRANTED,
            opinion=TEXT,
            granted=granted,
            now=now,
        )
    joining.join(case_id=scene.case().id, now=now)


#: How each act is done, whatever stage the case is in.
WAYS: dict[Verb, Callable[[Scene, datetime], object]] = {
    Verb.RECEIVE: _receive_again,
    Verb.AMEND: _amend,
    Verb.ASK_CORRECTION: lambda scene, now: ask_correction(
        actor=staff(CLERK), case_id=scene.case().id, text=TEXT, until=UNTIL, now=now
    ),
    Verb.CORRECT: lambda scene, now: correct(
        actor=staff(CLERK), case_id=scene.case().id, materials={}, now=now
    ),
    Verb.ALLOW_CORRECTION: lambda scene, now: allow_correction(
        actor=staff("supervisor"), case_id=scene.case().id, reason=TEXT, now=now
    ),
    Verb.DECLINE: lambda scene, now: decline(
        actor=staff(CLERK), case_id=scene.case().id, reason=TEXT, now=now
    ),
    Verb.WITHDRAW: lambda scene, now: withdraw(
        actor=staff(CLERK),
        application_id=scene.application_id,
        case_ids=[scene.case().id],
        reason=TEXT,
        now=now,
    ),
    Verb.DEEM_WITHDRAWN: lambda scene, now: overdue.deem_withdrawn(case_id=scene.case().id, now=now),
    Verb.ACCEPT: _accept,
    Verb.ACCEPT_WITH_GAPS: _accept_with_gaps,
    Verb.DEEM_ACCEPTED: lambda scene, now: overdue.deem_accepted(case_id=scene.case().id, since=now, now=now),
    Verb.CURE_GAP: lambda scene, now: gaps.cure(
        actor=staff(CLERK),
        case_id=scene.case().id,
        materials=dict.fromkeys(scene.missing, PAPER),
        now=now,
    ),
    Verb.REVOKE_ACCEPTANCE: lambda scene, now: overdue.revoke_acceptance(case_id=scene.case().id, now=now),
    Verb.RELEASE: _grant_before,
    Verb.TERMINATE: _let_sister_fail,
    Verb.WITHHOLD: _let_sister_fail,
    Verb.RESCIND: _rescind,
    Verb.CLAIM: lambda scene, now: review.claim(actor=scene.officer(), case_id=scene.case().id, now=now),
    Verb.UNCLAIM: lambda scene, now: review.unclaim(actor=scene.officer(), case_id=scene.case().id, now=now),
    Verb.HAND_ON: lambda scene, now: handing_on.hand_on(
        actor=scene.chief(), case_id=scene.case().id, to=scene.officer().id, note=TEXT, now=now
    ),
    Verb.BEGIN_REVIEW: lambda scene, now: review.begin_review_elsewhere(
        case_id=scene.case().id, partner_id=scene.case().department_id, now=now
    ),
    Verb.BEGIN_PROCEDURE: lambda scene, now: procedures.begin_procedure(
        actor=scene.officer(),
        case_id=scene.case().id,
        procedure=HEARING.name,
        reason=TEXT,
        expected=Limit(5),
        now=now,
    ),
    Verb.END_PROCEDURE: lambda scene, now: procedures.end_procedure(
        actor=scene.officer(), case_id=scene.case().id, result=TEXT, now=now
    ),
    Verb.TELL_HEARING: _tell_hearing,
    Verb.ANSWER_HEARING: _answer_hearing,
    Verb.STRIKE_PAUSE: _strike_pause,
    Verb.ASK_OPINIONS: _ask_opinions,
    Verb.GIVE_OPINION: lambda scene, now: _answer(scene, Answer.AGREES, now),
    Verb.CLOSE_OPINIONS: lambda scene, now: _answer(scene, Answer.OBJECTS, now),
    Verb.PROPOSE: _propose,
    Verb.RETURN_PROPOSAL: _return_proposal,
    Verb.EXTEND: _extend,
    Verb.REOPEN: _let_refusal_be_annulled,
    Verb.RECKON: give_a_day_off,
    Verb.PREDECIDE: _decide,
    Verb.FORMALISE: _let_sister_be_granted,
    Verb.REOPEN_REVIEW: lambda scene, now: _let_sister_be_granted(scene, now, {"project_name": "另一个项目"}),
    Verb.DECIDE: _decide,
    Verb.ISSUE: lambda scene, now: issuing.issue(
        case_id=scene.case().id, notice_id=0, licence_id=None, now=now
    ),
    Verb.INSPECT: lambda scene, now: inspecting.inspect(
        actor=scene.officer(), case_id=scene.case().id, finding=Inspection.KEPT, found=TEXT, now=now
    ),
    Verb.DELIVER: lambda scene, now: hand_over(
        actor=staff(CLERK), application_id=scene.application_id, now=now
    ),
    Verb.CLOSE: lambda scene, now: issuing.close(case_id=scene.case().id, now=now),
}
#: The scenes in which an act is possible, the best first; `ALONE` where none is named.
SCENES: dict[Verb, tuple[Scene, ...]] = {
    Verb.ACCEPT_WITH_GAPS: (WITH_GAP,),
    Verb.CURE_GAP: (WITH_GAP, AHEAD_WITH_GAP),
    Verb.REVOKE_ACCEPTANCE: (WITH_GAP, AHEAD_WITH_GAP),
    Verb.RELEASE: (FOLLOWER,),
    Verb.TERMINATE: (FIRST_OF_ALL, FOLLOWER),
    Verb.WITHHOLD: (WITHHELD, FOLLOWER),
    Verb.RESCIND: (FIRST_OF_ALL, FOLLOWER),
    Verb.INSPECT: (COMMITTED,),
    Verb.GIVE_OPINION: (ASKED, replace(AHEAD, through=Verb.ASK_OPINIONS)),
    Verb.CLOSE_OPINIONS: (ASKED, replace(AHEAD, through=Verb.ASK_OPINIONS)),
    Verb.REOPEN: (REFUSED,),
    Verb.PREDECIDE: (AHEAD,),
    Verb.FORMALISE: (AHEAD,),
    Verb.REOPEN_REVIEW: (AHEAD,),
}


# ── Roads ────────────────────────────────────────────────────────────────────────────────────────


def roads(stage: Stage) -> list[tuple[Verb, ...]]:
    """Every way to a stage that passes no stage twice, the shortest first."""
    found: list[tuple[Verb, ...]] = []
    paths: list[tuple[tuple[Verb, ...], tuple[Stage, ...]]] = [((), (Stage.RECEIVED,))]
    while paths:
        done, passed = paths.pop(0)
        if passed[-1] is stage:
            found.append(done)
            continue
        for verb, move in MOVES.items():
            if move.to and move.to not in passed and passed[-1] in move.origins:
                paths.append(((*done, verb), (*passed, move.to)))
    return found


#: The road that was found to a stage of a scene; None: there is none.
_known: dict[tuple[Scene, Stage], tuple[Verb, ...] | None] = {}


def bring(scene: Scene, stage: Stage, now: datetime = NOW) -> Scene | None:
    """A new application of the scene, its case brought to the stage by acts; None where the scene knows no road."""
    if (scene, stage) in _known:
        road = _known[scene, stage]
        return None if road is None else _go(scene, road, now)
    for road in roads(stage):
        if scene.through and scene.through not in road:
            continue
        found = _go(scene, road, now)
        if found is not None:
            _known[scene, stage] = road
            return found
    _known[scene, stage] = None
    return None


def _go(scene: Scene, road: tuple[Verb, ...], now: datetime) -> Scene | None:
    begun = scene.begin(now)
    for verb in road:
        try:
            WAYS[verb](begun, now)
        except Refused:
            return None
        if begun.case().stage != MOVES[verb].to:
            return None
    return begun


def scene_at(verb: Verb, stage: Stage, now: datetime = NOW) -> Scene:
    """A case in the stage, in the scene in which the act is most likely to be possible."""
    for scene in (*SCENES.get(verb, ()), ALONE, WITH_GAP, FIRST_OF_ALL, AHEAD):
        found = bring(scene, stage, now)
        if found is not None:
            return found
    raise AssertionError(f"no scene of tests/scenes.py has a case that comes to {stage}")


def let_gaps_wait_for_the_hand_over() -> None:
    """From now on, in this test, a case with an open gap may be decided: what a city may write in `regimes.yaml`."""
    catalogue_queries.current()
    held = catalogue_queries._Memory.held
    assert held is not None
    regimes = {
        key: replace(regime, gaps_hold=GapsHold.DELIVERY) for key, regime in held.catalogue.regimes.items()
    }
    catalogue_queries._Memory.held = replace(held, catalogue=replace(held.catalogue, regimes=regimes))


def let_every_item_be_heard() -> None:
    """From now on, in this test, a case of any item may be suspended for a hearing, and no round of opinions binds."""
    catalogue_queries.current()
    held = catalogue_queries._Memory.held
    assert held is not None
    items = {
        held.item_ids[item.key, item.version]: replace(
            item,
            special_procedures=(HEARING,),
            authority=replace(item.authority, opinions=OpinionRules(binding=False)),
        )
        for item in held.catalogue.items.values()
    }
    catalogue_queries._Memory.held = replace(held, items=items)
