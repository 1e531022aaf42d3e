"""Accepting (受理), with gaps where the guide allows (容缺受理, 先予受理), and declining (不予受理)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden
from yichuang.cases import branches, clocks, remarks, rules, whole
from yichuang.cases.actions import gaps
from yichuang.cases.awaited import gaps_of
from yichuang.cases.locking import lock_cases, lock_cases_of
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.states import Stage, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Necessity
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, MandateScope, Power
from yichuang.identity.rules import check_mandate


def accept(*, actor: Actor, application_id: int, with_gaps: bool = False, now: datetime) -> list[int]:
    """Accept every received case of the application; returns the ids of the accepted cases.

    The clocks of cases that start at once start now; one that waits for a sister starts when that one is
    decided (浙江规定 art. 5). Accepting again what is accepted already changes nothing. Where only materials
    are missing that may follow (容缺后补), the case is accepted with gaps (浙江规定 art. 11) if `with_gaps` says
    that the clerk has told the applicant so; else raises `GapsOpen` naming them and until when. Raises
    `Incomplete` where a required material is missing, `Forbidden` without a mandate to accept.
    """
    rules.check_clerk(actor)
    scope = mandates_of(actor, Power.ACCEPT, now)
    with transaction.atomic(durable=True):
        application, cases = lock_cases_of(actor, application_id)
        received = [case for case in cases if case.stage == Stage.RECEIVED]
        if not received:
            return []
        check_power(scope, received)
        missing = missing_materials(application.id, received)
        check_required(missing, received)
        opened = gaps_of(received, {row.material: row.items for row in missing}, now)
        if opened and not with_gaps:
            raise rules.GapsOpen(opened, material_names())
        keeping.stop(clocks.SUBJECT, [case.id for case in received], [ClockKind.ACCEPTANCE], now=now)
        bonds = whole.bonds_of(application_id)
        waiting = {case.id: branches.waiting(case, cases, bonds, now) for case in received}
        started = clocks.start([case for case in received if not waiting[case.id]], now=now)
        whole.begin(cases, bonds, now=now)
        facts = {case.id: {"waiting": waiting[case.id], **started.get(case.id, {})} for case in received}
        complete = [case for case in received if case.id not in opened]
        if complete:
            change(complete, Verb.ACCEPT, [facts[case.id] for case in complete], actor=actor, now=now)
        if opened:
            gaps.open_all(received, opened, facts, actor=actor, now=now)
        return [case.id for case in received]


def decline(*, actor: Actor, case_id: int, reason: str, competent: str = "", now: datetime) -> None:
    """Decline a received case with its reason; `competent` names the organ whose power it is, where it is not ours.

    行政许可法 art. 32(1)(2): told at once, with the organ to turn to.
    """
    rules.check_clerk(actor)
    text = rules.check_remark(reason, what=_("不予受理的理由"))
    if competent:
        text += "\n" + _("请向%(organ)s申请。") % {"organ": competent.strip()}
    scope = mandates_of(actor, Power.ACCEPT, now)
    with transaction.atomic(durable=True):
        cases = lock_cases(actor, [case_id])
        check_power(scope, cases)
        remark = remarks.write(case_id, "decline", text, actor=actor, now=now)
        clocks.stop([case_id], now=now)
        change(cases, Verb.DECLINE, [{"remark": remark}], actor=actor, now=now)


def mandates_of(actor: Actor, power: Power, now: datetime) -> MandateScope:
    """What the clerk's centre is mandated with; asked before the transaction of the act, where it is kept for a second.

    Raises `Forbidden` where she sits at no counter.
    """
    if actor.department_id is None:
        raise Forbidden(_("请先选择今天所在的窗口。"), code="not_at_a_counter")
    return identity_queries.mandated_items(actor.department_id, power, local(now).date())


def check_power(scope: MandateScope, cases: Sequence[Case]) -> None:
    """A mandate covers every case. Raises `Forbidden` naming the department."""
    names = catalogue_queries.current().department_names
    for case in cases:
        item = catalogue_queries.item_version(case.item_version_id)
        check_mandate(scope, item.department, item.key, names.get(item.department, item.department))


def missing_materials(application_id: int, cases: Sequence[Case]) -> list[ApplicationMaterial]:
    """What these cases still need, in the order of the application; what may be left out does not count."""
    found = ApplicationMaterial.objects.filter(
        application_id=application_id, source="", items__overlap=[case.item_key for case in cases]
    )
    return list(found.exclude(necessity=Necessity.OPTIONAL).order_by("id"))


def check_required(missing: Sequence[ApplicationMaterial], cases: Sequence[Case]) -> None:
    """Nothing that must be there is missing. Raises `Incomplete` with all of it."""
    concerned = {case.item_key for case in cases}
    required = [
        row.material
        for row in missing
        if row.necessity == Necessity.REQUIRED and not concerned.isdisjoint(row.items)
    ]
    if required:
        names = material_names()
        raise rules.Incomplete({}, required, (names.get(key, key) for key in required))


def material_names() -> Mapping[str, str]:
    """Material type key → name, of the catalogue in force."""
    return {key: kind.name for key, kind in catalogue_queries.current().materials.items()}
