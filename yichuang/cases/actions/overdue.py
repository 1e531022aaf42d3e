"""What the law makes of a limit that has passed: the acts of the clocks (视为受理, 视为撤回, 撤销受理).

Each is the platform's own act, safe to repeat: a case that somebody has meanwhile moved on is left alone.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yichuang.cases import branches, clocks, remarks, whole
from yichuang.cases.actions.acceptance import material_names
from yichuang.cases.fold import FREED, to_facts
from yichuang.cases.models import ApplicationMaterial, Case, Gap
from yichuang.cases.states import Stage, Verb, may_cure
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.regimes import Silence
from yichuang.identity.data import SYSTEM


def deem_accepted(*, case_id: int, since: datetime, now: datetime) -> None:
    """视为受理: a case that was left without a word counts as accepted **from the day of receipt**, `since`.

    行政许可法 art. 32(4); domain trap 4. Where the procedural law gives silence no meaning nothing happens.
    """
    with transaction.atomic(durable=True):
        application = Case.objects.filter(id=case_id).values("application_id")
        sisters = list(_locked(Case.objects.filter(application_id__in=application)))
        case = next(case for case in sisters if case.id == case_id)
        if case.stage != Stage.RECEIVED or not _silence_accepts(case):
            return
        bonds = whole.bonds_of(case.application_id)
        waiting = branches.waiting(case, sisters, bonds, now)
        clocks.stop([case_id], now=now)
        started = {} if waiting else clocks.start([case], now=since)[case_id]
        whole.begin(sisters, bonds, now=since)
        facts = {"waiting": waiting, **started, **to_facts(abnormal_at=now)}
        change([case], Verb.DEEM_ACCEPTED, [facts], actor=SYSTEM, now=now)


def deem_withdrawn(*, case_id: int, now: datetime) -> None:
    """视为撤回: what was not corrected by its date counts as withdrawn (浙江规定 art. 11)."""
    with transaction.atomic(durable=True):
        case = _locked(Case.objects.filter(id=case_id)).get()
        if case.stage == Stage.CORRECTING:
            clocks.stop([case_id], now=now)
            change([case], Verb.DEEM_WITHDRAWN, [{}], actor=SYSTEM, now=now)


def revoke_acceptance(*, case_id: int, now: datetime) -> None:
    """撤销受理: gaps that were not cured by their date end the acceptance, with the reasons (浙江规定 art. 11).

    With it falls a grant that waited for them to be handed over; of a refusal nothing is left to be cured.
    """
    with transaction.atomic(durable=True):
        case = _locked(Case.objects.filter(id=case_id)).get()
        gap = Gap.objects.filter(case_id=case_id, cured_at=None).first()
        if gap is None or not may_cure(case.stage, case.outcome):
            return
        names = material_names()
        missing = ApplicationMaterial.objects.filter(
            application_id=case.application_id, material__in=gap.materials, source=""
        )
        words = {
            "until": gap.until.isoformat(),
            "names": "、".join(names.get(row.material, row.material) for row in missing.order_by("id")),
        }
        text = _("容缺受理时约定在%(until)s前补交的材料仍未补齐：%(names)s。") % words
        if case.outcome:
            text += _("已经作出、还没有送达的准予决定随之失效。")
        remark = remarks.write(case_id, "revocation", text, actor=SYSTEM, now=now)
        clocks.stop([case_id], now=now)
        facts = {"remark": remark, "gap_until": None, **FREED}
        change([case], Verb.REVOKE_ACCEPTANCE, [facts], actor=SYSTEM, now=now)


def _locked(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.select_for_update(no_key=True).order_by("id")


def _silence_accepts(case: Case) -> bool:
    item = catalogue_queries.item_version(case.item_version_id)
    return catalogue_queries.regime(item).silence is Silence.ACCEPTED
