"""当场更正: an error in the form that can be put right on the spot is put right on the spot (行政许可法 art. 32(3)).

Before the acceptance only: what a department works on is not changed under its hands. What stood there and what stands
there now is kept, encrypted; the ledger says which fields.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.crypto import encrypt_json
from yichuang.base.errors import Invalid, Overtaken
from yichuang.cases import reading, remarks, rules
from yichuang.cases.actions.receipt import FORM_CONTEXT
from yichuang.cases.data import CaseRow
from yichuang.cases.locking import lock_cases_of
from yichuang.cases.models import Application, Case
from yichuang.cases.states import MOVES, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.data import ItemElement
from yichuang.identity.data import Actor


def amendable(cases: Sequence[Case | CaseRow]) -> dict[str, ItemElement]:
    """The fields of the form that may still be amended: those that no accepted case asks for; by element.

    Who applies is no error in a form: number and name stay.
    """
    fields: dict[str, ItemElement] = {}
    barred: set[str] = set()
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        asked = {field.element: field for field in item.elements}
        barred |= {item.applicant[part] for part in ("number", "name") if part in item.applicant}
        if case.stage in MOVES[Verb.AMEND].origins:
            fields |= asked
        else:
            barred |= asked.keys()
    return {key: field for key, field in fields.items() if key not in barred}


def amend(*, actor: Actor, application_id: int, values: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """Put fields right that the applicant says are wrong; the elements that changed.

    What the applicant says prevails over what a register told (浙江规定 art. 7). Raises `Invalid` where nothing changes
    and, with the field, for a value that its element does not take; `Overtaken` where nothing can be amended any more.
    """
    rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        _application, cases = lock_cases_of(actor, application_id)
        fields = amendable(cases)
        if not fields:
            raise Overtaken(_("已经受理，不能再当场更正。"), code="accepted")
        form = reading.read_form(application_id)
        before: dict[str, str] = form["values"]
        changed = _changed(fields, before, values)
        if not changed:
            raise Invalid(_("没有改动，不用更正。"), code="unchanged")
        kept = {key: value for key, value in before.items() if key not in changed}
        form["values"] = {**kept, **{key: value for key, value in changed.items() if value}}
        form["sources"] = {key: source for key, source in form["sources"].items() if key not in changed}
        Application.objects.filter(id=application_id).update(form=encrypt_json(form, FORM_CONTEXT))
        concerned = [
            case for case in cases if _asks(case, changed) and case.stage in MOVES[Verb.AMEND].origins
        ]
        text = _told(before, changed)
        facts = [
            {
                "fields": sorted(changed),
                "amendment": remarks.write(case.id, "amendment", text, actor=actor, now=now),
            }
            for case in concerned
        ]
        change(concerned, Verb.AMEND, facts, actor=actor, now=now)
        return tuple(changed)


def _changed(
    fields: Mapping[str, ItemElement], before: Mapping[str, str], typed: Mapping[str, str]
) -> dict[str, str]:
    """Element → its new value, checked; "" where a field that may be empty is emptied."""
    elements = catalogue_queries.current().elements
    changed = {}
    for key in fields.keys() & typed.keys() & elements.keys():
        text = typed[key].strip()
        if text == before.get(key, ""):
            continue
        if not text and fields[key].required:
            sentence = _("“%(label)s”还没有填写。") % {"label": elements[key].label}
            raise Invalid(sentence, code="missing", field=key)
        try:
            value = check_value(elements[key], text) if text else ""
        except Invalid as refusal:
            raise Invalid(str(refusal), code=refusal.code, field=key) from refusal
        if value != before.get(key, ""):
            changed[key] = value
    return changed


def _asks(case: Case, changed: Mapping[str, str]) -> bool:
    asked = catalogue_queries.item_version(case.item_version_id).elements
    return any(field.element in changed for field in asked)


def _told(before: Mapping[str, str], changed: Mapping[str, str]) -> str:
    """What stood there and what stands there now, a line for each field."""
    elements = catalogue_queries.current().elements
    lines = [(elements[key].label, before.get(key, ""), value) for key, value in sorted(changed.items())]
    return "\n".join(f"{label}：{old or '—'} → {new or '—'}" for label, old, new in lines)
