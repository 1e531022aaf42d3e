"""Opinions (审批意见) that officers are still writing: encrypted, each its writer's alone."""

from collections.abc import Collection
from datetime import datetime

from yichuang.base.crypto import decrypt_text, encrypt
from yichuang.cases.models import OpinionDraft
from yichuang.identity.data import Actor

_CONTEXT = "cases_opinion_draft.text"


def opinion_draft(actor: Actor, case_id: int) -> str:
    """What the actor herself has typed on a case so far, "" where nothing."""
    row = OpinionDraft.objects.filter(case_id=case_id, staff_id=actor.id).first()
    return decrypt_text(row.text, _CONTEXT) if row else ""


def write(case_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Keep what is typed in place of what was kept before; of an empty box nothing is kept."""
    if not text.strip():
        OpinionDraft.objects.filter(case_id=case_id, staff_id=actor.id).delete()
        return
    OpinionDraft.objects.update_or_create(
        case_id=case_id, staff_id=actor.id, defaults={"text": encrypt(text, _CONTEXT), "saved_at": now}
    )


def forget(case_ids: Collection[int]) -> None:
    """Delete what anybody has typed on these cases: they are decided, or ended without a decision."""
    OpinionDraft.objects.filter(case_id__in=case_ids).delete()
