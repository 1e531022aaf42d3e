"""What a department's own system gets of a case that it handles."""

from datetime import datetime
from typing import Any

from yichuang.cases import reading
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.whole import expected_results


def partner_payload(case: Case, now: datetime) -> dict[str, Any]:
    """What the department's own system gets of a case: the fields that its item asks for, nothing more.

    `simulated_on`: the sisters on whose expected results it is reviewed (模拟审批); its answer is then a pre-decision.
    """
    values, answers = reading.case_values(case.id)
    settled = ApplicationMaterial.objects.filter(
        application_id=case.application_id, items__contains=[case.item_key]
    ).order_by("id")
    return {
        "case": case.number,
        "item": case.item_key,
        "received_at": case.application.received_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "simulated_on": [{"case": one.number, "item": one.item_key} for one in expected_results(case, now)],
        "answers": answers,
        "values": values,
        "materials": [
            {"material": row.material, "source": row.source, "reference": row.reference} for row in settled
        ],
    }
