"""Opening what is encrypted: each read is narrowed to what the actor's work needs and goes to the ledger.

浙江规定 art. 39 and 个人信息保护法 art. 34: personal data for one's own duty and no further. An officer sees
the fields that the items of the officer's department ask for; the counter sees the form it took in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.crypto import decrypt_json, decrypt_text
from yichuang.base.errors import Forbidden
from yichuang.cases import remarks
from yichuang.cases.actions.receipt import CODE_CONTEXT, FORM_CONTEXT
from yichuang.cases.models import Application, Case, Remark
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Verb
from yichuang.catalogue import queries as catalogue_queries
from yichuang.identity.data import Actor, ActorKind, Role
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class FormField:
    """One filled field: its label, value as people read it, and the register that filled it in."""

    key: str
    label: str
    section: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One entry of the history: when, who (kind and id), what, and the free text that goes with it."""

    at: datetime
    verb: str
    actor_kind: str
    actor_id: int
    facts: Mapping[str, Any]
    text: str
    case_number: str


def form(
    actor: Actor, application: ApplicationRow, items: Iterable[str] | None, *, now: datetime
) -> list[FormField]:
    """The filled fields of the form that `items` ask for (None: all), recorded as read.

    Raises `Forbidden` for actors whose work needs no personal data (centre manager, administrator).
    """
    if actor.kind is ActorKind.STAFF and not actor.has(
        Role.CLERK, Role.OFFICER, Role.CHIEF_OFFICER, Role.SUPERVISOR
    ):
        raise Forbidden(_("您的岗位不需要查看申请人填写的内容。"), code="no_personal_data")
    stored = read_form(application.id)
    wanted = [case.item_key for case in application.cases if items is None or case.item_key in set(items)]
    facts = {"items": wanted}
    record(
        [Record("form.read", "application", application.id, facts)],
        actor_kind=actor.kind,
        actor_id=actor.id,
        now=now,
    )
    return _fields(application.id, stored, set(wanted))


def read_form(application_id: int) -> dict[str, Any]:
    """The decrypted form {answers, values, sources}, for the platform's own steps (not for screens)."""
    stored = Application.objects.values_list("form", flat=True).get(id=application_id)
    opened: dict[str, Any] = decrypt_json(stored, FORM_CONTEXT)
    return opened


def query_code(application_id: int) -> str:
    """The query code, to be printed on the receipt again."""
    stored = Application.objects.values_list("query_code", flat=True).get(id=application_id)
    return decrypt_text(stored, CODE_CONTEXT)


def case_values(case_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """(values, answers) of the form, narrowed to the fields that the case's item asks for."""
    case = Case.objects.get(id=case_id)
    stored = read_form(case.application_id)
    asked = {field.element for field in catalogue_queries.item_version(case.item_version_id).elements}
    return {key: value for key, value in stored["values"].items() if key in asked}, stored["answers"]


def history(application: ApplicationRow, case_ids: Iterable[int] | None = None) -> list[HistoryRow]:
    """What was done to the application's cases (all, or those given), oldest first; two queries."""
    numbers = {case.id: case.number for case in application.cases}
    wanted = [case_id for case_id in numbers if case_ids is None or case_id in set(case_ids)]
    entries = Entry.objects.filter(
        subject_kind="case", subject_id__in=wanted, at__gte=application.received_at
    ).order_by("id")
    texts = {row.id: remarks.text_of(row) for row in Remark.objects.filter(case_id__in=wanted).order_by("id")}
    return [
        HistoryRow(
            at=entry.at,
            verb=entry.verb,
            actor_kind=entry.actor_kind,
            actor_id=entry.actor_id,
            facts=entry.facts,
            text=texts.get(entry.facts.get("remark", 0), ""),
            case_number=numbers[entry.subject_id],
        )
        for entry in entries
    ]


def reason_of(case_id: int, verb: Verb) -> str:
    """The text that goes with the newest entry of this verb, for papers."""
    kind = {
        Verb.DECIDE: "decision",
        Verb.DECLINE: "decline",
        Verb.ASK_CORRECTION: "correction",
        Verb.REVOKE_ACCEPTANCE: "revocation",
        Verb.TERMINATE: "ending",
        Verb.RESCIND: "ending",
        Verb.REOPEN_REVIEW: "difference",
        Verb.REOPEN: "reopening",
        Verb.INSPECT: "inspection",
    }[verb]
    row = Remark.objects.filter(case_id=case_id, kind=kind).order_by("-id").first()
    return remarks.text_of(row) if row else ""


def _fields(application_id: int, stored: Mapping[str, Any], items: set[str]) -> list[FormField]:
    catalogue = catalogue_queries.current()
    versions = Case.objects.filter(application_id=application_id, item_key__in=items).order_by("id")
    shown: dict[str, FormField] = {}
    for version_id in versions.values_list("item_version_id", flat=True):
        for field in catalogue_queries.item_version(version_id).elements:
            value = stored["values"].get(field.element)
            element = catalogue.elements.get(field.element)
            if value is None or element is None or field.element in shown:
                continue
            resource = catalogue.resources.get(stored["sources"].get(field.element, ""))
            shown[field.element] = FormField(
                key=field.element,
                label=element.label,
                section=field.section,
                value=element.choices.get(value, value) + (f" {element.unit}" if element.unit else ""),
                source=resource.name if resource else "",
            )
    return list(shown.values())
