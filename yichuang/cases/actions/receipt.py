"""Receiving (收件): one submission becomes one application with a case per item, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yichuang.base import ids
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt, encrypt_json
from yichuang.base.errors import Refused
from yichuang.cases import rules
from yichuang.cases.data import Receipt, Settlement, Submission
from yichuang.cases.models import Application
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Catalogue, Known, Plan, SourceKind
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity import queries as identity_queries
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import Actor, Power
from yichuang.identity.rules import check_mandate
from yichuang.ledger.actions import Record, record

FORM_CONTEXT = "cases_application.form"
CODE_CONTEXT = "cases_application.query_code"

_INSERT_APPLICATION = """
INSERT INTO cases_application
    (number, key, target, target_name, release, party_id, agent_id, centre_id, counter_id, channel, form,
     query_code, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
_INSERT_CASES = """
INSERT INTO cases_case
    (application_id, number, item_version_id, item_key, item_name, department_id, partner, waits_for, stage,
     outcome, waiting)
SELECT %s, number, item_version_id, item_key, item_name, department_id, partner,
       string_to_array(waits_for, ','), %s, '', waiting
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::smallint[])
     AS new (number, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting)
RETURNING id
"""
_INSERT_MATERIALS = """
INSERT INTO cases_material
    (application_id, material, items, necessity, source, reference, evidence_id, file_id, checked)
SELECT %s, material, string_to_array(items, ','), necessity, source, reference, evidence_id, file_id, checked
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[])
     AS new (material, items, necessity, source, reference, evidence_id, file_id, checked)
"""


def draw_number(now: datetime) -> str:
    """A fresh 申报号; no row is locked for it, and a number that is never used leaves a gap that nobody minds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number_seq')")
        return ids.public_number(local(now).date(), cursor.fetchone()[0])


def receive(*, actor: Actor, submission: Submission, now: datetime) -> Receipt:
    """Receive `submission` at the actor's counter.

    Raises `Incomplete` (everything missing, told once), `Invalid`, `Forbidden` (not at a counter; no mandate of
    a department concerned). The same `submission.key` again gives the first receipt and writes nothing.
    """
    rules.check_clerk(actor)
    known = find_receipt(submission.key)
    if known is not None:
        return known
    catalogue = catalogue_queries.current()
    plan = make_plan(catalogue, submission.target, submission.answers, Known())
    rules.check_answers(plan)
    values = rules.check_form(plan, submission.values, submission.materials)
    check_mandates(actor, plan, Power.RECEIVE, catalogue, now)
    with transaction.atomic(durable=True):
        written = _write(submission, values, plan, catalogue.release, actor=actor, now=now)
    receipt = written or find_receipt(submission.key)
    assert receipt is not None, "the application that was there a moment ago cannot vanish"  # noqa: S101
    return receipt


def find_receipt(key: UUID) -> Receipt | None:
    """The receipt of an application that was received under this key before."""
    row = Application.objects.filter(key=key).values_list("id", "number", "query_code").first()
    return Receipt(row[0], row[1], decrypt_text(row[2], CODE_CONTEXT), created=False) if row else None


def check_mandates(actor: Actor, plan: Plan, power: Power, catalogue: Catalogue, now: datetime) -> None:
    """The actor's centre holds a mandate for every item of the plan. Raises `Forbidden` naming the department."""
    if actor.department_id is None:
        raise Refused("an actor without a department holds no mandates")
    scope = identity_queries.mandated_items(actor.department_id, power, local(now).date())
    for planned in plan.cases:
        item = planned.item
        check_mandate(scope, item.department, item.key, catalogue.department_names[item.department])


def _write(
    submission: Submission, values: dict[str, str], plan: Plan, release: int, *, actor: Actor, now: datetime
) -> Receipt | None:
    number = submission.number or draw_number(now)
    code = ids.query_code()
    party = _party_of(submission, applicant=True, now=now)
    agent = _party_of(submission, applicant=False, now=now) if submission.agent else None
    form = {"answers": dict(submission.answers), "values": values, "sources": dict(submission.sources)}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_APPLICATION,
            [
                number,
                submission.key,
                plan.target,
                plan.name,
                release,
                party,
                agent,
                actor.department_id,
                actor.counter_id,
                submission.channel,
                encrypt_json(form, FORM_CONTEXT),
                encrypt(code, CODE_CONTEXT),
                now,
            ],
        )
        written = cursor.fetchone()
        if written is None:
            return None
        application_id: int = written[0]
        case_ids = _insert_cases(cursor, application_id, number, plan)
        _insert_materials(cursor, application_id, submission, plan)
        cursor.execute("DELETE FROM cases_draft WHERE key = %s", [submission.key])
    record(
        _entries(application_id, case_ids, submission, plan, release),
        actor_kind=actor.kind,
        actor_id=actor.id,
        now=now,
    )
    return Receipt(application_id, number, code, created=True)


def _party_of(submission: Submission, *, applicant: bool, now: datetime) -> int:
    person = submission.applicant if applicant or submission.agent is None else submission.agent
    return ensure_party(kind=person.kind, number=person.number, name=person.name, phone=person.phone, now=now)


def _insert_cases(cursor: Any, application_id: int, number: str, plan: Plan) -> list[int]:
    columns: Sequence[Sequence[Any]] = list(
        zip(
            *(
                (
                    f"{number}-{position:02d}",
                    catalogue_queries.item_version_id(planned.item.key, planned.item.version),
                    planned.item.key,
                    planned.item.name,
                    identity_queries.department_id(planned.item.department),
                    planned.item.partner,
                    ",".join(planned.waits_for),
                    len(planned.waits_for),
                )
                for position, planned in enumerate(plan.cases, start=1)
            ),
            strict=True,
        )
    )
    cursor.execute(_INSERT_CASES, [application_id, Stage.RECEIVED, *map(list, columns)])
    return [row[0] for row in cursor.fetchall()]


def _insert_materials(cursor: Any, application_id: int, submission: Submission, plan: Plan) -> None:
    rows = []
    for planned in plan.materials:
        settled = submission.materials.get(planned.material.key)
        if settled is None and planned.source is SourceKind.SISTER:
            settled = Settlement(SourceKind.SISTER, planned.reference)
        rows.append(
            (
                planned.material.key,
                ",".join(planned.items),
                planned.necessity,
                settled.source if settled else "",
                settled.reference if settled else "",
                settled.evidence_id if settled else None,
                settled.file_id if settled else None,
                settled.checked if settled else False,
            )
        )
    if rows:
        cursor.execute(_INSERT_MATERIALS, [application_id, *map(list, zip(*rows, strict=True))])


def _entries(
    application_id: int, case_ids: list[int], submission: Submission, plan: Plan, release: int
) -> list[Record]:
    facts = {"target": plan.target, "release": release, "channel": submission.channel, "cases": case_ids}
    cases = (
        Record(
            Verb.RECEIVE,
            "case",
            case_id,
            {"item": planned.item.key, "version": planned.item.version, "waiting": len(planned.waits_for)},
        )
        for case_id, planned in zip(case_ids, plan.cases, strict=True)
    )
    return [Record("application.received", "application", application_id, facts), *cases]
