"""Proposing (起草): beginning a proposal, commenting, sending it to review, taking it back, giving it up."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Invalid, NotVisible
from yichuang.catalogue import queries, stored
from yichuang.catalogue.actions import publishing
from yichuang.catalogue.authoring import keys, proposals, sheets, typed
from yichuang.catalogue.authoring.kinds import SHEETS, SUBJECTS
from yichuang.catalogue.authoring.moves import change, check_stage, lock
from yichuang.catalogue.authoring.states import OPEN, Change, Verb
from yichuang.catalogue.models import Proposal, Revision
from yichuang.identity.data import Actor

_LONGEST_NAME = 80


def begin(*, actor: Actor, kind: str, name: str, department: str, like: str = "", now: datetime) -> int:
    """Begin an item or bundle that nobody has yet; its key is made from its name. Returns the proposal's id.

    `like`: one in force whose content it starts with. Raises `Invalid` without a name or a department or where
    there is none such, `Forbidden` for another department's.
    """
    words = name.strip()
    if not words or len(words) > _LONGEST_NAME:
        raise Invalid(
            _("请填写名称，最多%(most)d个字。") % {"most": _LONGEST_NAME}, code="no_name", field="name"
        )
    if not department:
        raise Invalid(_("请选择实施部门。"), code="no_department", field="department")
    proposals.check_may_write(actor, department)
    folder = queries.folder()
    catalogue = folder.catalogue
    if like and like not in getattr(catalogue, kind):
        raise Invalid(_("目录里没有要照着写的那一个，请重新选择。"), code="like_unknown", field="like")
    with transaction.atomic(durable=True):
        publishing.lock()
        key = keys.key_of(
            words, lambda key: key in catalogue.items or key in catalogue.bundles or _is_known(key)
        )
        content = sheets.new_content(folder, kind, key, words, department, like=like)
        row = _write(_Subject(kind, key, words, department), content, actor=actor, now=now)
        change(row, Verb.BEGIN, actor=actor, now=now, facts={"change": Change.WRITE, "version": 0})
        return row.id


def begin_version(*, actor: Actor, kind: str, key: str, now: datetime) -> int:
    """Begin the next version of what is in force; where somebody has begun it already, that one's id.

    Raises `NotVisible` where there is none, `Forbidden` for another department's.
    """
    folder = queries.folder()
    subject = _subject(actor, kind, key)
    with transaction.atomic(durable=True):
        publishing.lock()  # of two who begin at the same instant the second finds the first one's
        known = _open_id(kind, key)
        if known is not None:
            return known
        row = _write(subject, sheets.content_of(folder, kind, key), actor=actor, now=now)
        facts = {"change": Change.WRITE, "version": subject.base_version}
        change(row, Verb.BEGIN, actor=actor, now=now, facts=facts)
        return row.id


def begin_withdrawal(*, actor: Actor, kind: str, key: str, reason: str, now: datetime) -> int:
    """Propose that an item or bundle is withdrawn (停用), with the reason, and send it to review.

    Raises `Invalid` without a reason, while another proposal for it is under way, and for a template.
    """
    subject = _subject(actor, kind, key)
    if kind == "templates":
        raise Invalid(
            _("文书都要有模板，不能停用；要换写法，请修改它。"), code="template_needed", field="reason"
        )
    if not reason.strip():
        raise Invalid(_("请写明停用的理由。"), code="no_reason", field="reason")
    folder = queries.folder()
    with transaction.atomic(durable=True):
        publishing.lock()
        if _open_id(kind, key):
            raise Invalid(_("它有一份没有结束的草案，请先放弃那一份。"), code="proposal_open", field="reason")
        content = sheets.content_of(folder, kind, key)
        row = _write(subject, content, actor=actor, now=now, wanted=Change.WITHDRAW)
        facts = {"change": Change.WITHDRAW, "version": subject.base_version}
        change(row, Verb.BEGIN, actor=actor, now=now, facts=facts)
        row.publish_on = local(now).date()
        change(row, Verb.SEND, reason, actor=actor, now=now)
        return row.id


def comment(*, actor: Actor, proposal_id: int, text: str, now: datetime) -> None:
    """Say something to a proposal that is under way. Raises `Invalid` without words."""
    if not text.strip():
        raise Invalid(_("请写下意见。"), code="no_text", field="text")
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.COMMENT)
        change(row, Verb.COMMENT, text, actor=actor, now=now)


def send(*, actor: Actor, proposal_id: int, publish_on: date, text: str = "", now: datetime) -> None:
    """Send a draft to the centre's review (送审), to be in force from `publish_on` on (today: once it is approved).

    Raises `Incomplete` with everything that `catalogue check` would say.
    """
    if publish_on < local(now).date():
        raise Invalid(_("生效日期不能早于今天。"), code="date", field="publish_on")
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.SEND)
        check_sound(row)
        row.publish_on = publish_on
        change(row, Verb.SEND, text, actor=actor, now=now, facts={"publish_on": publish_on.isoformat()})


def recall(*, actor: Actor, proposal_id: int, text: str = "", now: datetime) -> None:
    """Take a proposal back to change it (撤回修改), until it is in force."""
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.RECALL)
        change(row, Verb.RECALL, text, actor=actor, now=now)


def discard(*, actor: Actor, proposal_id: int, now: datetime) -> None:
    """Give a draft up (放弃草案); what was typed is kept."""
    with transaction.atomic(durable=True):
        row = lock(actor, proposal_id)
        check_stage(row, Verb.DISCARD)
        change(row, Verb.DISCARD, actor=actor, now=now)


class Incomplete(Invalid):
    """The proposal has faults; `faults` as in `sheets.Proposed`."""

    code = "proposal_incomplete"

    def __init__(self, faults: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__(_("还有%(count)d处要改，改好后再送审。") % {"count": len(faults)})
        self.faults = faults


def check_sound(row: Proposal) -> sheets.Proposed:
    """The catalogue with the proposal in it. Raises `Incomplete` where that has faults that were not there before."""
    folder = queries.folder()
    if row.change == Change.WITHDRAW:
        proposed = sheets.without(folder, row.kind, row.key)
    else:
        proposed = sheets.applied(folder, row.kind, proposals.content(row))
    if proposed.faults:
        raise Incomplete(proposed.faults)
    return proposed


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a proposal is about."""

    kind: str
    key: str
    name: str
    department: str
    base_version: int = 0


def _subject(actor: Actor, kind: str, key: str) -> _Subject:
    """What is in force, where the actor writes it. A template's version is the release that it is in force by."""
    if kind == "templates":
        folder = queries.folder()
        if key not in folder.templates:
            raise NotVisible(_("没有这个文书模板，请返回列表重新选择。"), code="target_unknown")
        template = sheets.template_of(folder, key)
        proposals.check_may_write(actor, template.department)
        return _Subject(kind, key, template.name, template.department, queries.current().release)
    rows = getattr(queries.current(), kind) if kind in SHEETS else {}
    if key not in rows:
        raise NotVisible(_("目录里没有它，请返回列表重新选择。"), code="target_unknown")
    department: str = getattr(rows[key], SUBJECTS[kind][1])
    proposals.check_may_write(actor, department)
    return _Subject(kind, key, rows[key].name, department, rows[key].version)


def _open_id(kind: str, key: str) -> int | None:
    rows = Proposal.objects.filter(kind=kind, key=key, stage__in=sorted(OPEN))
    return rows.values_list("id", flat=True).first()


def _is_known(key: str) -> bool:
    """Whether a proposal had this key before: a key that was given once means the same for ever."""
    return Proposal.objects.filter(key=key).exists()


def _write(
    subject: _Subject, content: typed.Content, *, actor: Actor, now: datetime, wanted: Change = Change.WRITE
) -> Proposal:
    """The proposal's row with its first revision; `change` brings it to its first stage."""
    row = Proposal.objects.create(
        **asdict(subject), change=wanted, stage="", revision=1, author_id=actor.id, moved_at=now
    )
    text = stored.to_text(content)
    Revision.objects.create(proposal=row, number=1, content=text, author_id=actor.id, saved_at=now)
    return row
