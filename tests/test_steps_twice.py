"""Every step of the reactions run twice: the second time changes not one row of any table.

Derived from `REACTIONS`: for every verb that something follows from it is made to happen, and each step that follows,
and each that follows from those, is run a second time at once. A new verb fails here until it is told how it happens.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.counter_desk import COMPANY
from tests.dispatching import take_in
from tests.factories import NOW, accepted, case_of, decided, staff
from tests.scenes import (
    ALONE,
    ASKED,
    CLERK,
    SENT,
    WAYS,
    WITH_GAP,
    Scene,
    bring,
    give_a_day_off,
    let_every_item_be_heard,
    scene_at,
)
from tests.simulators_fixtures import Box, Simulator
from tests.test_lives_of_bundles import officer_of
from yichuang.cases.actions.inquiring import answer
from yichuang.cases.actions.joint_extension import extend_jointly
from yichuang.cases.data import Answer
from yichuang.cases.models import Inquiry
from yichuang.cases.states import MOVES, Outcome, Stage, Verb
from yichuang.catalogue import queries
from yichuang.catalogue.actions import importing
from yichuang.catalogue.actions.publishing import publish_folder
from yichuang.catalogue.models import CatalogueImport
from yichuang.deadlines import watching
from yichuang.deadlines.data import RungAct
from yichuang.deadlines.queries import forget, ladder
from yichuang.delivery import courier
from yichuang.identity.data import SYSTEM
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.runner import react
from yichuang.journey.steps import STEPS
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry
from yichuang.ledger.queries import entries

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.usefixtures("short_patience")]


#: Jobs are what is run here; sessions are nobody's who acts; the ledger is looked at whole.
_LEFT_OUT = ("procrastinate_", "django_", "ledger_entry")
#: Who reads a person's data twice has read it twice, and the record says so.
_READ = "party.read"
#: Verbs that the department's own system brings about, over a real line.
_OF_A_PARTNER = frozenset({"dispatch.later", "dispatch.confirmed"})
_MUCH_LATER = NOW + timedelta(days=120)


@pytest.fixture(autouse=True)
def a_lenient_catalogue(own_catalogue: None) -> None:
    """Otherwise hardly anything can be suspended."""
    let_every_item_be_heard()


def state_of_everything() -> dict[str, tuple[int, str]]:
    """Every table → how many rows it has, and a digest of all of them."""
    digest = "count(*), md5(coalesce(string_agg(one::text, '' ORDER BY one::text), ''))"
    names = [name for name in connection.introspection.table_names() if not name.startswith(_LEFT_OUT)]
    every = [f"SELECT '{name}', {digest} FROM {name} AS one" for name in names]  # noqa: S608 - own tables
    every.append(f"SELECT 'ledger', {digest} FROM ledger_entry AS one WHERE verb <> '{_READ}'")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(every))
        return {name: (count, digest) for name, count, digest in cursor.fetchall()}


def follow_twice() -> set[tuple[str, str]]:
    """Run everything that follows, each step twice; which steps were run, by the verb that they followed from."""
    done = set()
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.id])
        if job.task_name == "journey:react":
            react.func(**job.args)
            continue
        name, entry = job.args["step"], entries([job.args["entry_id"]])[0]
        STEPS[name](entry, NOW)
        before = state_of_everything()
        STEPS[name](entry, NOW)
        after = state_of_everything()
        changed = [table for table in after if after[table] != before.get(table)]
        assert changed == [], f"{name} after {entry.verb} changed more when it was run again"
        done.add((entry.verb, name))
    return done


def expected(verb: str) -> set[tuple[str, str]]:
    return {(verb, step.__name__) for step in REACTIONS[verb]}


# ── How each verb comes about ────────────────────────────────────────────────────────────────────


def _do(verb: Verb) -> set[tuple[str, str]]:
    scene = scene_at(verb, next(stage for stage in Stage if stage in MOVES[verb].origins))
    done = follow_twice()
    if verb not in scene.entries():  # what went before may have brought it about already
        WAYS[verb](scene, NOW)
    return done | follow_twice()


def _receive() -> set[tuple[str, str]]:
    ALONE.begin()
    return follow_twice()


def _hand_over() -> set[tuple[str, str]]:
    return _do(Verb.DELIVER)


def _parcel(outcome: str = "") -> Callable[[], set[tuple[str, str]]]:
    """A parcel is sent, and comes back where an outcome says so."""

    def send() -> set[tuple[str, str]]:
        scene = bring(SENT, Stage.ISSUED)
        assert scene is not None
        done, clerk = follow_twice(), staff(CLERK)
        said: dict[str, Any] = {"actor": clerk, "application_id": scene.application_id, "now": NOW}
        courier.ask_for_courier(
            **said, to=courier.Recipient("林知夏", "13800000001", "衢州市柯城区样例路1号")
        )
        courier.send_by_courier(**said, carrier="邮政速递", waybill="1")
        done |= follow_twice()
        if outcome:
            courier.record_proof(**said, outcome=outcome, signed_by="", at=NOW)
        return done | follow_twice()

    return send


def _rung() -> set[tuple[str, str]]:
    ALONE.begin()
    done = follow_twice()
    pass_time()
    return done | follow_twice()


def pass_time() -> None:
    while watching.fire_due(now=_MUCH_LATER):
        pass


def _calendar() -> set[tuple[str, str]]:
    scene = bring(ALONE, Stage.ACCEPTED)
    assert scene is not None
    done = follow_twice()
    give_a_day_off(scene, NOW)
    done |= follow_twice()
    forget()
    return done


def _recorded(verb: str) -> Callable[[], set[tuple[str, str]]]:
    """What a publication says that changes something of this kind."""

    def publish() -> set[tuple[str, str]]:
        ALONE.begin()
        done = follow_twice()
        record([Record(verb, "calendar", 0, {})], actor_kind="system", actor_id=0, now=NOW)
        return done | follow_twice()

    return publish


def _import(*, is_confirmed: bool = False, is_overtaken: bool = False) -> Callable[[], set[tuple[str, str]]]:
    """A spreadsheet that changes an item, perhaps confirmed, perhaps after somebody else published."""

    def bring_in() -> set[tuple[str, str]]:
        manager = staff("manager")
        content = "事项标识,改革前到现场次数\nbirth_certificate,6\n".encode()
        import_id = importing.bring_in(
            name="a.csv", content=content, mapping="", language="zh-hans", actor=manager, now=NOW
        )
        done = follow_twice()
        if is_confirmed:
            base = CatalogueImport.objects.get(id=import_id).base
            importing.confirm(import_id=import_id, base=base, actor=manager, now=NOW)
        if is_overtaken:
            publish_folder(replace(queries.folder(), overrides=()), base=base, actor=SYSTEM, now=NOW)
        return done | follow_twice()

    return bring_in


def _ask() -> set[tuple[str, str]]:
    """A member of a bundle that leaves it to the applicant is refused."""
    hauling = accepted("transport_company", applicant=COMPANY)
    refused = case_of(hauling, "road_freight_licence")
    officer = officer_of(refused.department_id)
    decided(hauling, refused.item_key, officer, outcome=Outcome.REFUSED)
    return follow_twice()


def _answer() -> set[tuple[str, str]]:
    done = _ask()
    (asked,) = Inquiry.objects.all()
    answer(actor=staff("clerk1"), application_id=asked.application_id, answer=Answer.GO_ON, now=NOW)
    return done | follow_twice()


def _extend_jointly() -> set[tuple[str, str]]:
    row = accepted("joint_completion_acceptance", applicant=COMPANY)
    done = follow_twice()
    extend_jointly(
        actor=staff("manager"),
        application_id=row.id,
        document="衢政办函〔2026〕1号",
        reason="量大。",
        now=NOW,
    )
    return done | follow_twice()


#: What is no act on a case.
OTHERS: dict[str, Callable[[], set[tuple[str, str]]]] = {
    "application.received": _receive,
    "hand_over.done": _hand_over,
    "parcel.sent": _parcel(),
    "parcel.returned": _parcel("returned"),
    "inquiry.opened": _ask,
    "inquiry.answered": _answer,
    "application.extended": _extend_jointly,
    "clock.rung": _rung,
    "calendar.changed": _calendar,
    "hours.changed": _recorded("hours.changed"),
    "ladders.changed": _recorded("ladders.changed"),
    "regimes.changed": _recorded("regimes.changed"),
    "import.brought_in": _import(),
    "import.confirmed": _import(is_confirmed=True),
    "import.overtaken": _import(is_confirmed=True, is_overtaken=True),
}
FOLLOWED = [verb for verb, steps in REACTIONS.items() if steps and verb not in _OF_A_PARTNER]


@pytest.mark.parametrize("verb", FOLLOWED)
@pytest.mark.usefixtures("police", "callbacks")
def test_what_follows_from_an_act_may_happen_twice(verb: str) -> None:
    done = _do(Verb(verb)) if verb in set(Verb) else OTHERS[verb]()
    assert expected(verb) <= done


def test_what_follows_from_a_departments_answer_may_happen_twice(police: Simulator, callbacks: Box) -> None:
    accepted("household_registration")
    done = follow_twice()
    take_in(callbacks.wait_for(1)[0])
    done |= follow_twice()
    for verb in _OF_A_PARTNER:
        assert expected(verb) <= done
    assert len(police.calls("case")) == 1


#: A case whose clock has a rung with this act.
RUNGS: dict[RungAct, tuple[Scene, Stage]] = {
    RungAct.REMIND: (ALONE, Stage.ACCEPTED),
    RungAct.ALERT: (ALONE, Stage.ACCEPTED),
    RungAct.DEEM_ACCEPTED: (ALONE, Stage.RECEIVED),
    RungAct.DEEM_WITHDRAWN: (ALONE, Stage.CORRECTING),
    RungAct.REVOKE_ACCEPTANCE: (WITH_GAP, Stage.ACCEPTED),
    RungAct.CLOSE_OPINIONS: (ASKED, Stage.IN_REVIEW),
}


@pytest.mark.parametrize("act", RungAct)
def test_what_a_rung_asks_for_may_happen_twice(act: RungAct) -> None:
    if act is RungAct.TAKE_SILENCE:
        _ask()
    else:
        scene, stage = RUNGS[act]
        assert bring(scene, stage) is not None
    follow_twice()
    pass_time()
    fired = Entry.objects.filter(verb="clock.rung").values_list("facts", flat=True)
    acts = {
        wanted
        for facts in fired
        for rung in ladder(facts["clock"])
        if rung.key == facts["rung"]
        for wanted in rung.acts
    }
    assert act in acts
    assert ("clock.rung", "act_on_rung") in follow_twice()
