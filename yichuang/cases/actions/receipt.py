"""Receiving (收件): one submission becomes one application with a case per item, in one transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yichuang.base import ids
from yichuang.base.arrays import array
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt, encrypt_json
from yichuang.base.errors import Refused
from yichuang.cases import rules
from yichuang.cases.data import Receipt, Settlement, Submission
from yichuang.cases.models import Application
from yichuang.cases.numbers import draw_number
from yichuang.cases.outline import Outline, outline
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Catalogue, SourceKind
from yichuang.catalogue.planned import Plan
from yichuang.identity import queries as identity_queries
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import Actor, Power
from yichuang.identity.rules import check_mandate
from yichuang.ledger.actions import Record, record

FORM_CONTEXT = "cases_application.form"
CODE_CONTEXT = "cases_application.query_code"

# Of an application that is there already, nothing is inserted: neither cases nor materials.
_INSERT = """
WITH application AS (
  INSERT INTO cases_application
      (number, key, target, target_name, release, party_id, agent_id, centre_id, counter_id, channel, form,
       query_code, received_at)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
  ON CONFLICT DO NOTHING RETURNING id, number
), new_case AS (
  INSERT INTO cases_case
      (application_id, number, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting,
       stage, outcome)
  SELECT application.id, application.number || suffix, item_version_id, item_key, item_name, department_id, partner,
         string_to_array(waits_for, ','), waiting, %s, ''
  FROM application,
       unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::smallint[])
       AS new (suffix, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting)
  RETURNING id
), new_material AS (
  INSERT INTO cases_material
      (application_id, material, items, necessity, source, reference, evidence_id, file_id, checked)
  SELECT application.id, material, string_to_array(items, ','), necessity, source, reference, evidence_id, file_id,
         checked
  FROM application,
       unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[])
       AS new (material, items, necessity, source, reference, evidence_id, file_id, checked)
), draft AS (
  DELETE FROM cases_draft WHERE key = %s
)
SELECT (SELECT id FROM application), ARRAY(SELECT id FROM new_case ORDER BY id)
"""


class _ReceivedBefore(Exception):  # noqa: N818
    """The same submission is there already; nothing of this one may stay."""


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
        with transaction.atomic(durable=True):
            return _write(submission, values, prepared, actor=actor, now=now)
    except _ReceivedBefore:
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
    """Everything in three statements: the people, the application with cases and materials, the entries."""
    plan, code = prepared.plan, ids.query_code()
    number = submission.number or draw_number(now)
    party, agent = _ensure_people(submission, now)
    form = {"answers": dict(submission.answers), "values": values, "sources": dict(submission.sources)}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                number, submission.key, plan.target, plan.name, prepared.release, party, agent,
                actor.department_id, actor.counter_id, submission.channel, encrypt_json(form, FORM_CONTEXT),
                encrypt(code, CODE_CONTEXT), now,
                Stage.RECEIVED, *prepared.case_columns,
                *prepared.material_columns, *_settled(submission, plan),
                submission.key,
            ],
        )  # fmt: skip
        application_id, case_ids = cursor.fetchone()
    if application_id is None:
        raise _ReceivedBefore
    entries = _entries(application_id, case_ids, submission, prepared)
    record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)
    return Receipt(application_id, number, code, created=True)


def _ensure_people(submission: Submission, now: datetime) -> tuple[int, int | None]:
    """Applicant and agent. Their rows are locked in one order, or two who act for each other would deadlock."""
    people = [submission.applicant, *([submission.agent] if submission.agent else [])]
    ensured = {
        person: ensure_party(
            kind=person.kind, number=person.number, name=person.name, phone=person.phone, now=now
        )
        for person in sorted(people, key=lambda person: (person.kind, person.number))
    }
    return ensured[submission.applicant], ensured[submission.agent] if submission.agent else None


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
