"""Receiving (收件): one submission becomes one application with a case per item, in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from yichuang.base import ids
from yichuang.base.arrays import array
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt, encrypt_json
from yichuang.base.errors import Refused
from yichuang.base.pipelines import pipelined
from yichuang.cases import rules
from yichuang.cases.data import Person, Receipt, Settlement, Submission
from yichuang.cases.models import Application
from yichuang.cases.outline import Outline, outline
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Catalogue, Plan, SourceKind
from yichuang.identity import queries as identity_queries
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import Actor, Power
from yichuang.identity.rules import check_mandate
from yichuang.ledger.actions import Record, record_ahead

FORM_CONTEXT = "cases_application.form"
CODE_CONTEXT = "cases_application.query_code"

_DRAW = """
SELECT nextval('cases_application_id_seq'), ARRAY(SELECT nextval('cases_case_id_seq') FROM generate_series(1, %s)),
       nextval('cases_number_seq'), EXISTS (SELECT FROM cases_application WHERE key = %s)
"""
_INSERT_APPLICATION = """
INSERT INTO cases_application
    (id, number, key, target, target_name, release, party_id, agent_id, centre_id, counter_id, channel, form,
     query_code, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_INSERT_CASES = """
INSERT INTO cases_case
    (id, application_id, number, item_version_id, item_key, item_name, department_id, partner, waits_for, stage,
     outcome, waiting)
SELECT id, %s, %s || suffix, item_version_id, item_key, item_name, department_id, partner,
       string_to_array(waits_for, ','), %s, '', waiting
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
            %s::smallint[])
     AS new (id, suffix, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting)
"""
_INSERT_MATERIALS = """
INSERT INTO cases_material
    (application_id, material, items, necessity, source, reference, evidence_id, file_id, checked)
SELECT %s, material, string_to_array(items, ','), necessity, source, reference, evidence_id, file_id, checked
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[])
     AS new (material, items, necessity, source, reference, evidence_id, file_id, checked)
"""


class _ReceivedBefore(Exception):  # noqa: N818
    """The same submission is there already; nothing of this one may stay."""


def draw_number(now: datetime) -> str:
    """A fresh 申报号; no row is locked for it, and a number that is never used leaves a gap that nobody minds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number_seq')")
        return ids.public_number(local(now).date(), cursor.fetchone()[0])


def receive(*, actor: Actor, submission: Submission, now: datetime) -> Receipt:
    """Receive `submission` at the actor's counter.

    Raises `Incomplete` (everything missing, told once), `Invalid`, `Forbidden` (not at a counter; no mandate of
    a department concerned). The same `submission.key` again gives the first receipt and writes nothing, also
    where the catalogue would no longer take it.
    """
    rules.check_clerk(actor)
    try:
        prepared = outline(submission.target, submission.answers)
        rules.check_answers(prepared.plan)
        values = rules.check_form(prepared.plan, submission.values, submission.materials)
        check_mandates(actor, prepared.plan, Power.RECEIVE, catalogue_queries.current(), now)
    except Refused:
        known = find_receipt(submission.key)
        if known is not None:
            return known
        raise
    try:
        with pipelined(), transaction.atomic(durable=True):
            return _write(submission, values, prepared, actor=actor, now=now)
    except (_ReceivedBefore, IntegrityError):
        known = find_receipt(submission.key)
        if known is None:
            raise
        return known


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
    submission: Submission, values: dict[str, str], prepared: Outline, *, actor: Actor, now: datetime
) -> Receipt:
    """Everything in two turns to the server: ids and people; then rows, entries and, by the caller, the commit.

    A submission that was received before is found in the first. One that another process is receiving at this
    moment violates a constraint in the second.
    """
    plan, code = prepared.plan, ids.query_code()
    form = {"answers": dict(submission.answers), "values": values, "sources": dict(submission.sources)}
    with connection.cursor() as drawing, connection.cursor() as cursor:
        drawing.execute(_DRAW, [len(plan.cases), submission.key])
        party = _ensure(submission.applicant, now)
        agent = _ensure(submission.agent, now) if submission.agent else None
        application_id, case_ids, serial, known = drawing.fetchone()
        if known:
            raise _ReceivedBefore
        number = submission.number or ids.public_number(local(now).date(), serial)
        cursor.execute(
            _INSERT_APPLICATION,
            [
                application_id, number, submission.key, plan.target, plan.name, prepared.release, party, agent,
                actor.department_id, actor.counter_id, submission.channel, encrypt_json(form, FORM_CONTEXT),
                encrypt(code, CODE_CONTEXT), now,
            ],
        )  # fmt: skip
        columns = [array(case_ids), *prepared.case_columns]
        cursor.execute(_INSERT_CASES, [application_id, number, Stage.RECEIVED, *columns])
        if plan.materials:
            columns = [*prepared.material_columns, *_settled(submission, plan)]
            cursor.execute(_INSERT_MATERIALS, [application_id, *columns])
        cursor.execute("DELETE FROM cases_draft WHERE key = %s", [submission.key])
    entries = _entries(application_id, case_ids, submission, prepared)
    record_ahead(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)
    return Receipt(application_id, number, code, created=True)


def _ensure(person: Person, now: datetime) -> int:
    return ensure_party(kind=person.kind, number=person.number, name=person.name, phone=person.phone, now=now)


def _settled(submission: Submission, plan: Plan) -> list[str]:
    """How each material of the plan was settled, as the columns of its row."""
    columns: list[list[Any]] = [[], [], [], [], []]
    for planned in plan.materials:
        settled = submission.materials.get(planned.material.key)
        if settled is None and planned.source is SourceKind.SISTER:
            settled = Settlement(SourceKind.SISTER, planned.reference)
        row = (
            (settled.source, settled.reference, settled.evidence_id, settled.file_id, settled.checked)
            if settled
            else ("", "", None, None, False)
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return [array(column) for column in columns]


def _entries(
    application_id: int, case_ids: list[int], submission: Submission, prepared: Outline
) -> list[Record]:
    facts = {
        "target": prepared.plan.target,
        "release": prepared.release,
        "channel": submission.channel,
        "cases": case_ids,
    }
    cases = (
        Record(
            Verb.RECEIVE,
            "case",
            case_id,
            {"item": planned.item.key, "version": planned.item.version, "waiting": len(planned.waits_for)},
        )
        for case_id, planned in zip(case_ids, prepared.plan.cases, strict=True)
    )
    return [Record("application.received", "application", application_id, facts), *cases]
