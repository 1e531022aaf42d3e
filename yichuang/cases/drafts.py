"""Drafts: what a clerk has typed, kept at every step so that nothing typed is ever lost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from yichuang.base.crypto import decrypt_json, encrypt_json
from yichuang.base.errors import NotVisible
from yichuang.cases.data import Person, Settlement, Submission
from yichuang.cases.models import Draft
from yichuang.catalogue.data import SourceKind
from yichuang.identity.data import Actor, ActorKind

_CONTEXT = "cases_draft.content"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a register said when it was asked for this draft: outcome, evidence, and when."""

    outcome: str
    evidence_id: int | None
    at: str


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that is typed, read and fetched.

    `sources` names the register behind a value not changed since; `told` holds the answers of the situation
    that followed from what registers know. `without`: optional items that the applicant leaves out.
    """

    applicant: Person | None = None
    agent: Person | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    materials: Mapping[str, Settlement] = field(default_factory=dict)
    asked: Mapping[str, Asked] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft of the actor's own, opened."""

    key: UUID
    number: str
    target: str
    revision: int
    saved_at: datetime
    content: DraftContent


def pack(content: DraftContent) -> bytes:
    """The content, encrypted for its column."""
    return encrypt_json(asdict(content), _CONTEXT)


def open_draft(actor: Actor, key: UUID) -> OpenDraft:
    """A draft of the actor's own. Raises `NotVisible`: another clerk's draft does not exist for her."""
    row = Draft.objects.filter(key=key, staff_id=actor.id).first() if actor.kind is ActorKind.STAFF else None
    if row is None:
        raise NotVisible(_("这份草稿不存在：可能已经提交，或属于其他窗口人员。"))
    return _opened(row)


def own_drafts(actor: Actor, rows: int = 10) -> list[OpenDraft]:
    """The actor's newest drafts, opened."""
    if actor.kind is not ActorKind.STAFF:
        return []
    return [_opened(row) for row in Draft.objects.filter(staff_id=actor.id).order_by("-saved_at")[:rows]]


def submission_of(draft: OpenDraft) -> Submission:
    """What is handed in when the draft is received; its applicant must be known."""
    content = draft.content
    if content.applicant is None:
        raise NotVisible(_("还没有录入申请人。请先读取身份证或手工录入。"), code="no_applicant")
    return Submission(
        key=draft.key, number=draft.number, target=draft.target, applicant=content.applicant, agent=content.agent,
        answers=content.answers, values=content.values, sources=content.sources, materials=content.materials,
        without=content.without,
    )  # fmt: skip


def _opened(row: Draft) -> OpenDraft:
    return OpenDraft(row.key, row.number, row.target, row.revision, row.saved_at, _unpack(row.content))


def _unpack(stored: bytes | memoryview) -> DraftContent:
    plain: dict[str, Any] = decrypt_json(stored, _CONTEXT)
    return DraftContent(
        applicant=Person(**plain["applicant"]) if plain["applicant"] else None,
        agent=Person(**plain["agent"]) if plain["agent"] else None,
        answers=plain["answers"],
        values=plain["values"],
        sources=plain["sources"],
        materials={
            key: Settlement(**{**settled, "source": SourceKind(settled["source"])})
            for key, settled in plain["materials"].items()
        },
        asked={key: Asked(**asked) for key, asked in plain["asked"].items()},
        told=plain["told"],
        without=tuple(plain.get("without", ())),  # drafts from before there was a choice
    )
