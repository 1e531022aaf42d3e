"""一次性告知: asking once for everything that is to be corrected (补正), and taking it in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Forbidden, Invalid
from yichuang.cases import clocks, remarks, rules
from yichuang.cases.actions.acceptance import check_power, check_required, mandates_of, missing_materials
from yichuang.cases.actions.gaps import take_in
from yichuang.cases.data import Settlement
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_cases, lock_with_sisters
from yichuang.cases.models import ApplicationMaterial
from yichuang.cases.states import Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind, Limit, Unit
from yichuang.deadlines.keeping import NewClock
from yichuang.identity.data import Actor, ActorKind, Power, Role


def ask_correction(
    *, actor: Actor, case_id: int, text: str, materials: Sequence[str] = (), until: date, now: datetime
) -> None:
    """Tell once everything that is to be corrected, with a date (行政许可法 art. 32(4); 浙江规定 art. 11).

    `materials` are keys of materials to be supplied anew; they become missing. Raises `Invalid` for a date that
    is not after today; `Forbidden` for a second notice that no supervisor has allowed, and under a procedural
    law that knows no correction (不动产登记: what is incomplete is declined at once, with the full list).
    """
    rules.check_clerk(actor)
    told = rules.check_remark(text, what=_("需要补正的内容"))
    if until <= local(now).date():
        raise Invalid(_("补正期限应在今天之后，请重新选择日期。"), code="date", field="until")
    scope = mandates_of(actor, Power.ACCEPT, now)
    with transaction.atomic(durable=True):
        case = lock_cases(actor, [case_id])[0]
        check_power(scope, [case])
        regime = catalogue_queries.regime(catalogue_queries.item_version(case.item_version_id))
        rules.check_may_ask(case.item_name, case.corrections_left, regime)
        unsettled = ApplicationMaterial.objects.filter(
            application_id=case.application_id, material__in=materials
        )
        unsettled.update(source="", reference="", evidence_id=None, file=None, checked=False)
        remark = remarks.write(case_id, "correction", told, actor=actor, now=now)
        clocks.stop([case_id], now=now)
        days = (until - local(now).date()).days
        keeping.start(
            [NewClock(ClockKind.CORRECTION, clocks.SUBJECT, case_id, Limit(days, Unit.CALENDAR_DAYS))],
            now=now,
        )
        facts = {
            "remark": remark,
            "materials": sorted(materials),
            "corrections_left": case.corrections_left - 1,
            **to_facts(correct_until=until),
        }
        change([case], Verb.ASK_CORRECTION, [facts], actor=actor, now=now)


def allow_correction(*, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """Let the counter ask once more: a supervisor's recorded release, where the fault could not be seen before.

    Raises `Forbidden` for anybody but a supervisor, `Invalid` without a reason.
    """
    if not actor.has(Role.SUPERVISOR):
        raise Forbidden(_("再次告知补正须由督查人员放行。"), code="not_a_supervisor")
    text = rules.check_remark(reason, what=_("放行的理由"), is_told=False)
    with transaction.atomic(durable=True):
        case = lock_cases(actor, [case_id])[0]
        remark = remarks.write(case_id, "release", text, actor=actor, now=now)
        change(
            [case], Verb.ALLOW_CORRECTION, [{"remark": remark, "corrections_left": 1}], actor=actor, now=now
        )


def correct(*, actor: Actor, case_id: int, materials: Mapping[str, Settlement], now: datetime) -> None:
    """Take in what was corrected; the case is received again, and its limit for accepting runs anew.

    A clerk takes it in at the counter, or the applicant sends it herself. Raises `Incomplete` naming what is still
    missing.
    """
    if actor.kind is not ActorKind.APPLICANT:
        rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        case, sisters = lock_with_sisters(actor, case_id)
        take_in(sisters, materials, actor=actor, now=now)
        check_required(missing_materials(case.application_id, [case]), [case])
        keeping.stop(clocks.SUBJECT, [case_id], [ClockKind.CORRECTION], now=now)
        clocks.await_acceptance([case], since=now)
        facts = {"materials": sorted(materials), "correct_until": None}
        change([case], Verb.CORRECT, [facts], actor=actor, now=now)
