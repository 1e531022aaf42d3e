"""Accepting (受理), declining (不予受理), asking for correction (一次性告知) and its answer (补正)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden, Invalid
from yichuang.cases import clocks, remarks, rules
from yichuang.cases.data import Settlement
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases, lock_cases_of
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.states import Stage, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Necessity
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, Power
from yichuang.identity.rules import check_mandate


def undecided_items(cases: Sequence[Case]) -> set[str]:
    """The items among `cases` whose decision is still to come."""
    return {case.item_key for case in cases if case.decided_at is None and case.stage != Stage.DECLINED}


def accept(*, actor: Actor, application_id: int, now: datetime) -> list[int]:
    """Accept every received case of the application; returns the ids of the accepted cases.

    The clocks of cases that start at once start now; one that waits for a sister starts when that one is
    decided (浙江规定 art. 5). Accepting again what is accepted already changes nothing. Raises `Incomplete`
    where a required material is missing, `Forbidden` without a mandate to accept.
    """
    rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        application, cases = lock_cases_of(actor, application_id)
        received = [case for case in cases if case.stage == Stage.RECEIVED]
        if not received:
            return []
        check_power(actor, received, Power.ACCEPT, now)
        _check_materials(application.id, received)
        undecided = undecided_items(cases)
        waiting = {case.id: len(undecided.intersection(case.waits_for)) for case in received}
        started = clocks.start([case for case in received if not waiting[case.id]], now=now)
        facts = [{"waiting": waiting[case.id], **started.get(case.id, {})} for case in received]
        change(received, Verb.ACCEPT, facts, actor=actor, now=now)
        return [case.id for case in received]


def decline(*, actor: Actor, case_id: int, reason: str, competent: str = "", now: datetime) -> None:
    """Decline a received case with its reason; `competent` names the organ whose power it is, where it is not ours.

    行政许可法 art. 32(1)(2): told at once, with the organ to turn to.
    """
    rules.check_clerk(actor)
    text = rules.check_remark(reason, what=_("不予受理的理由"))
    if competent:
        text += "\n" + _("请向%(organ)s申请。") % {"organ": competent.strip()}
    with transaction.atomic(durable=True):
        cases = lock_cases(actor, [case_id])
        check_power(actor, cases, Power.ACCEPT, now)
        remark = remarks.write(case_id, "decline", text, actor=actor, now=now)
        change(cases, Verb.DECLINE, [{"remark": remark}], actor=actor, now=now)


def ask_correction(
    *, actor: Actor, case_id: int, text: str, materials: Sequence[str] = (), until: date, now: datetime
) -> None:
    """Tell once everything that is to be corrected, with a date (补正告知).

    `materials` are keys of materials to be supplied anew; they become missing. Raises `Invalid` for a date that
    is not after today.
    """
    rules.check_clerk(actor)
    told = rules.check_remark(text, what=_("需要补正的内容"))
    if until <= local(now).date():
        raise Invalid(_("补正期限应在今天之后，请重新选择日期。"), code="date", field="until")
    with transaction.atomic(durable=True):
        cases = lock_cases(actor, [case_id])
        check_power(actor, cases, Power.ACCEPT, now)
        unsettled = ApplicationMaterial.objects.filter(
            application_id=cases[0].application_id, material__in=materials
        )
        unsettled.update(source="", reference="", evidence_id=None, file=None, checked=False)
        remark = remarks.write(case_id, "correction", told, actor=actor, now=now)
        facts = {"remark": remark, "materials": sorted(materials), **to_facts(correct_until=until)}
        change(cases, Verb.ASK_CORRECTION, [facts], actor=actor, now=now)


def correct(*, actor: Actor, case_id: int, materials: Mapping[str, Settlement], now: datetime) -> None:
    """Take in what was corrected; the case is received again. Raises `Invalid` naming what is still missing."""
    rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        cases = lock_cases(actor, [case_id])
        for key, settled in materials.items():
            ApplicationMaterial.objects.filter(application_id=cases[0].application_id, material=key).update(
                source=settled.source,
                reference=settled.reference,
                evidence_id=settled.evidence_id,
                file_id=settled.file_id,
                checked=settled.checked,
            )
        _check_materials(cases[0].application_id, cases)
        facts = {"materials": sorted(materials), "correct_until": None}
        change(cases, Verb.CORRECT, [facts], actor=actor, now=now)


def check_power(actor: Actor, cases: Sequence[Case], power: Power, now: datetime) -> None:
    """The clerk's centre holds a mandate with this power for every case. Raises `Forbidden` naming the department."""
    if actor.department_id is None:
        raise Forbidden(_("请先选择今天所在的窗口。"), code="not_at_a_counter")
    scope = identity_queries.mandated_items(actor.department_id, power, local(now).date())
    names = catalogue_queries.current().department_names
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        check_mandate(scope, item.department, item.key, names.get(item.department, item.department))


def _check_materials(application_id: int, cases: Sequence[Case]) -> None:
    items = [case.item_key for case in cases]
    missing = list(
        ApplicationMaterial.objects.filter(
            application_id=application_id, necessity=Necessity.REQUIRED, source="", items__overlap=items
        )
        .order_by("id")
        .values_list("material", flat=True)
    )
    if missing:
        types = catalogue_queries.current().materials
        raise rules.Incomplete({}, missing, (types[key].name if key in types else key for key in missing))
