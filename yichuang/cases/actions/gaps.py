"""容缺: accepting although secondary materials are missing, and curing what was missing.

Only materials that the guide marks as 容缺后补 may follow (浙江规定 art. 11; domain trap 5). What is open stands in
`Gap`; its clock reminds, and ends the acceptance where the date passes (`overdue.revoke_acceptance`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid, Overtaken
from yichuang.cases import clocks, rules
from yichuang.cases.data import OpenedGap, Settlement
from yichuang.cases.fold import to_facts
from yichuang.cases.locking import lock_with_sisters
from yichuang.cases.models import ApplicationMaterial, Case, Gap
from yichuang.cases.states import WORKED, Verb, may_cure
from yichuang.cases.writing import change
from yichuang.deadlines import keeping
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.keeping import NewClock
from yichuang.identity.data import Actor

PAUSE_REASON = "gap"


def open_all(
    cases: Sequence[Case],
    opened: Mapping[int, OpenedGap],
    facts: Mapping[int, Mapping[str, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept locked cases with their gaps, in the caller's transaction; `facts` are those of the acceptance."""
    concerned = [case for case in cases if case.id in opened]
    Gap.objects.bulk_create(
        Gap(
            case=case,
            materials=list(opened[case.id].materials),
            approved_by=actor.id,
            opened_at=now,
            until=opened[case.id].until,
        )
        for case in concerned
    )
    keeping.start(
        [NewClock(ClockKind.GAP, clocks.SUBJECT, case.id, opened[case.id].limit) for case in concerned],
        now=now,
    )
    for case in concerned:
        if opened[case.id].pauses and not case.waiting:
            keeping.pause(clocks.SUBJECT, case.id, reason=PAUSE_REASON, now=now)
    whole = [
        {
            **facts[case.id],
            **(clocks.STILL if opened[case.id].pauses else {}),
            "materials": list(opened[case.id].materials),
            **to_facts(gap_until=opened[case.id].until),
        }
        for case in concerned
    ]
    change(concerned, Verb.ACCEPT_WITH_GAPS, whole, actor=actor, now=now)


def cure(
    *, actor: Actor, case_id: int, materials: Mapping[str, Settlement], now: datetime
) -> tuple[str, ...]:
    """Take in materials that were missing; returns the keys of those that are still open.

    Once nothing is open the gap is cured and its clock stops. A material that a sister's gap waits for as well is
    brought once for both. Raises `Invalid` where nothing was given, `Overtaken` where the case has no open gap (any
    more).
    """
    rules.check_clerk(actor)
    with transaction.atomic(durable=True):
        case, sisters = lock_with_sisters(actor, case_id)
        gap = _open([case]).get(case_id)
        if gap is None:
            raise Overtaken(_("这一件没有待补的容缺材料：可能已经补齐。请刷新页面查看。"), code="no_gap")
        given = {key: settled for key, settled in materials.items() if key in gap.materials}
        if not given:
            raise Invalid(_("请勾选或上传至少一份待补的材料。"), code="nothing_given")
        return take_in(sisters, given, actor=actor, now=now)[case_id]


def take_in(
    cases: Sequence[Case], given: Mapping[str, Settlement], *, actor: Actor, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Write down how materials were settled, and of every open gap that waited for one of them what is left of it.

    In the caller's transaction; `cases` are all of the application, locked. Returns what is left, by case.
    """
    _settle(cases[0].application_id, given)
    missing = ApplicationMaterial.objects.filter(application_id=cases[0].application_id, source="")
    still = set(missing.values_list("material", flat=True))
    served = {key: gap for key, gap in _open(cases).items() if not given.keys().isdisjoint(gap.materials)}
    left = {key: tuple(one for one in gap.materials if one in still) for key, gap in served.items()}
    concerned = [case for case in cases if case.id in served]
    facts = [
        {
            "materials": sorted(given.keys() & set(served[case.id].materials)),
            "left": list(left[case.id]),
            **({} if left[case.id] else _cured(case, served[case.id], now)),
        }
        for case in concerned
    ]
    if concerned:
        change(concerned, Verb.CURE_GAP, facts, actor=actor, now=now)
    return left


def _open(cases: Sequence[Case]) -> dict[int, Gap]:
    """The gaps of these cases that can still be cured, by case."""
    curable = [case.id for case in cases if case.gap_until is not None and may_cure(case.stage, case.outcome)]
    if not curable:
        return {}
    return {gap.case_id: gap for gap in Gap.objects.filter(case_id__in=curable, cured_at=None).order_by("id")}


def _settle(application_id: int, materials: Mapping[str, Settlement]) -> None:
    for key, settled in materials.items():
        ApplicationMaterial.objects.filter(application_id=application_id, material=key).update(
            source=settled.source,
            reference=settled.reference,
            evidence_id=settled.evidence_id,
            file_id=settled.file_id,
            checked=settled.checked,
        )


def _cured(case: Case, gap: Gap, now: datetime) -> dict[str, Any]:
    gap.cured_at = now
    gap.save(update_fields=["cured_at"])
    keeping.stop(clocks.SUBJECT, [case.id], [ClockKind.GAP], now=now)
    facts: dict[str, Any] = {"gap_until": None}
    if case.due_at is None and case.started_at is not None and case.stage in WORKED:
        facts |= clocks.moved_facts(keeping.resume(clocks.SUBJECT, case.id, now=now))
    return facts
