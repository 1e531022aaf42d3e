"""Receiving (收件): one submission becomes one application with a case per item, in one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from yichuang.base import ids
from yichuang.base.arrays import columns
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_text, encrypt, encrypt_json
from yichuang.base.errors import Refused
from yichuang.cases import credit, rules
from yichuang.cases.data import Receipt, Settlement, Submission
from yichuang.cases.models import Application
from yichuang.cases.numbers import draw_number
from yichuang.cases.outline import Outline, outline
from yichuang.cases.states import Stage, Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import BY_ITSELF, Catalogue
from yichuang.catalogue.planned import Plan
from yichuang.identity import queries as identity_queries
from yichuang.identity.actions.parties import ENSURE_PARTIES, GIVEN_PARTIES, party_parameters
from yichuang.identity.data import Actor, Power
from yichuang.identity.rules import check_mandate
from yichuang.ledger.actions import WRITE_ENTRIES, entry_parameters

FORM_CONTEXT = "cases_application.form"
CODE_CONTEXT = "cases_application.query_code"

# One statement, so one turn to the server and one transaction. Of an application that is there already nothing is
# written: neither people nor cases, materials or entries. (psycopg keeps no statement in mind that is longer than 4096
# characters: reading it anew costs as much as sending it, hence without line breaks.)
_RECEIVE = f"""
WITH new_party AS (
  SELECT * FROM {GIVEN_PARTIES} WHERE NOT EXISTS (SELECT FROM cases_application WHERE key = %(key)s)
), {ENSURE_PARTIES}, application AS (
  INSERT INTO cases_application
      (number, key, target, target_name, release, party_id, agent_id, centre_id, counter_id, channel, form,
       query_code, received_at)
  SELECT %(number)s, %(key)s, %(target)s, %(target_name)s, %(release)s, party.id,
         (SELECT id FROM party WHERE number_index = (%(party_indexes)s::bytea[])[2]),
         %(centre)s, %(counter)s, %(channel)s, %(form)s, %(query_code)s, %(now)s
  FROM party WHERE number_index = (%(party_indexes)s::bytea[])[1]
  ON CONFLICT DO NOTHING RETURNING id, number
), planned_case AS (
  SELECT * FROM unnest(%(case_suffixes)s::text[], %(case_versions)s::bigint[], %(case_items)s::text[],
      %(case_names)s::text[], %(case_departments)s::bigint[], %(case_partners)s::text[], %(case_waits_for)s::text[],
      %(case_waiting)s::smallint[], %(case_facts)s::jsonb[])
  WITH ORDINALITY AS planned (suffix, item_version_id, item_key, item_name, department_id, partner, waits_for,
                              waiting, facts, position)
), new_case AS (
  INSERT INTO cases_case
      (application_id, number, item_version_id, item_key, item_name, department_id, partner, waits_for, waiting,
       stage, outcome)
  SELECT application.id, application.number || suffix, item_version_id, item_key, item_name, department_id, partner,
         string_to_array(waits_for, ','), waiting, %(stage)s, ''
  FROM application, planned_case ORDER BY position
  RETURNING id, item_key
), new_material AS (
  INSERT INTO cases_material
      (application_id, material, items, necessity, source, reference, evidence_id, file_id, checked)
  SELECT application.id, material, string_to_array(items, ','), necessity, source, reference, evidence_id, file_id,
         checked
  FROM application,
       unnest(%(material_keys)s::text[], %(material_items)s::text[], %(material_necessities)s::text[],
              %(material_sources)s::text[], %(material_references)s::text[], %(material_evidence)s::bigint[],
              %(material_files)s::bigint[], %(material_checked)s::boolean[])
       AS new (material, items, necessity, source, reference, evidence_id, file_id, checked)
), draft AS (
  DELETE FROM cases_draft WHERE key = %(key)s
), new_entry AS (
  SELECT 'application.received' AS verb, 'application' AS subject_kind, id AS subject_id,
         jsonb_build_object('target', %(target)s::text, 'release', %(release)s::int, 'channel', %(channel)s::text,
                            'cases', (SELECT jsonb_agg(id ORDER BY id) FROM new_case)) AS facts, 0 AS position
  FROM application
  UNION ALL
  SELECT %(verb)s, 'case', new_case.id, planned_case.facts, planned_case.position
  FROM new_case JOIN planned_case USING (item_key)
), {WRITE_ENTRIES}
SELECT id FROM application
"""  # noqa: S608 - constants only
_RECEIVE = " ".join(_RECEIVE.split())


def receive(*, actor: Actor, submission: Submission, now: datetime) -> Receipt:
    """Receive `submission` at the actor's counter.

    Raises `Incomplete` (everything missing, told once), `Invalid`, `Forbidden` (not at a counter; no mandate of
    a department concerned), `Refused` (an item that is not in force today). The same `submission.key` again
    gives the first receipt and writes nothing, also where the catalogue would no longer take it.
    """
    rules.check_clerk(actor)
    try:
        prepared = outline(submission)
        rules.check_in_force(prepared.plan, local(now).date())
        rules.check_answers(prepared.plan)
        credit.check_may_commit(prepared.plan, submission.applicant, local(now).date())
        values = rules.check_form(prepared.plan, submission.values, submission.materials)
        check_mandates(actor, prepared.plan, Power.RECEIVE, catalogue_queries.current(), now)
    except Refused:
        known = find_receipt(submission.key)
        if known is not None:
            return known
        raise
    received = _write(submission, values, prepared, actor=actor, now=now) or find_receipt(submission.key)
    if received is None:
        raise LookupError(f"the number {submission.number} belongs to another application")
    return received


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
) -> Receipt | None:
    """Write everything; None where this submission was received before."""
    plan, code = prepared.plan, ids.query_code()
    number = submission.number or draw_number(now)
    form = {
        "answers": dict(submission.answers),
        "values": values,
        "sources": dict(submission.sources),
        "without": list(submission.without),
    }
    people = [submission.applicant, *([submission.agent] if submission.agent else [])]
    given = {
        "number": number,
        "key": submission.key,
        "target": plan.target,
        "target_name": plan.name,
        "release": prepared.release,
        "centre": actor.department_id,
        "counter": actor.counter_id,
        "channel": submission.channel,
        "form": encrypt_json(form, FORM_CONTEXT),
        "query_code": encrypt(code, CODE_CONTEXT),
        "stage": Stage.RECEIVED,
        "verb": Verb.RECEIVE,
        **party_parameters([(who.kind, who.number, who.name, who.phone) for who in people]),
        **prepared.columns,
        **_settled(submission, plan),
        **entry_parameters(actor_kind=actor.kind, actor_id=actor.id, now=now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, given)
        row = cursor.fetchone()
    return Receipt(row[0], number, code, created=True) if row else None


def _settled(submission: Submission, plan: Plan) -> dict[str, str]:
    """How each material of the plan was settled, as columns of the statement."""
    rows = []
    for planned in plan.materials:
        settled = submission.materials.get(planned.material.key)
        if settled is None and planned.source in BY_ITSELF:
            settled = Settlement(planned.source, planned.reference)
        rows.append(
            (settled.source, settled.reference, settled.evidence_id, settled.file_id, settled.checked)
            if settled
            else ("", "", None, None, False)
        )
    return columns("material", ("sources", "references", "evidence", "files", "checked"), rows)
