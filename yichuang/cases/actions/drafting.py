"""Keeping a draft while the clerk works; asking the registers for what the city already knows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base import ids
from yichuang.base.clock import local
from yichuang.base.codes import check_citizen_number, check_organisation_code, check_phone
from yichuang.base.errors import Invalid, NotVisible, Overtaken, Refused
from yichuang.base.files import check_upload, store
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import Person, Receipt, Settlement
from yichuang.cases.drafts import Asked, DraftContent, OpenDraft, open_draft, pack, submission_of
from yichuang.cases.models import Draft
from yichuang.cases.numbers import draw_number
from yichuang.cases.rules import check_clerk, check_offered, facts_told, subject_of
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.conditions import holds, names_in
from yichuang.catalogue.data import Catalogue, SourceKind
from yichuang.catalogue.in_force import closed_target
from yichuang.catalogue.planned import Known, Plan
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor
from yichuang.licences import queries as licence_queries
from yichuang.sharing import actions as sharing
from yichuang.sharing.data import Answer, DataRequest, Outcome

#: An answer may name the next person to ask about (marriage → spouse → household); this many steps suffice.
_ROUNDS = 3


def start(*, actor: Actor, target: str, now: datetime) -> UUID:
    """Begin a draft for a bundle or item and return its key.

    Raises `NotVisible` for an unknown target, `Forbidden` where the actor's counter does not offer its board,
    `Refused` where an item that is always part of it is not in force today.
    """
    check_clerk(actor)
    catalogue = catalogue_queries.current()
    chosen = catalogue.bundles.get(target) or catalogue.items.get(target)
    if chosen is None:
        raise NotVisible(_("目录中没有这个事项，可能已经下架。请重新查找。"))
    check_offered(identity_queries.counter(actor), chosen.board, chosen.name)
    if sentence := closed_target(catalogue, target, local(now).date()):
        raise Refused(sentence, code="not_in_force")
    key = ids.new_key()
    Draft.objects.create(
        key=key, number=draw_number(now), staff_id=actor.id, target=target, content=pack(DraftContent()),
        created_at=now, saved_at=now,
    )  # fmt: skip
    return key


def save(*, actor: Actor, key: UUID, revision: int, content: DraftContent, now: datetime) -> int:
    """Keep `content`; returns the new revision. Raises `Overtaken` if another tab saved meanwhile."""
    saved = Draft.objects.filter(key=key, staff_id=actor.id, revision=revision).update(
        content=pack(content), revision=revision + 1, saved_at=now
    )
    if not saved:
        open_draft(actor, key)
        raise Overtaken(
            _("这份草稿在另一个窗口改过。请刷新页面取回最新内容，再继续填写。"), code="draft_changed"
        )
    return revision + 1


def discard(*, actor: Actor, key: UUID) -> None:
    """Throw a draft of one's own away."""
    Draft.objects.filter(key=key, staff_id=actor.id).delete()


def identify(
    *, actor: Actor, key: UUID, person: Person, agent: Person | None = None, now: datetime
) -> OpenDraft:
    """Take in who applies (read from the card or typed), checked, and ask the registers. Raises `Invalid`."""
    draft = open_draft(actor, key)
    applicant = _check(person)
    representative = _check(agent, prefix="agent_") if agent else None
    catalogue = catalogue_queries.current()
    content = _for_applicant(
        draft.content, applicant, _applicant_values(catalogue, draft.target, draft.content.applicant)
    )
    content = replace(content, applicant=applicant, agent=representative)
    values = {**content.values, **_applicant_values(catalogue, draft.target, applicant)}
    save(actor=actor, key=key, revision=draft.revision, content=replace(content, values=values), now=now)
    return ask_registers(actor=actor, key=key, now=now)


def fill(
    *,
    actor: Actor,
    key: UUID,
    revision: int,
    answers: Mapping[str, str],
    values: Mapping[str, str],
    materials: Mapping[str, Settlement | None] | None = None,
    choice: Mapping[str, bool] | None = None,
    now: datetime,
) -> int:
    """Keep what was typed and ticked, unchecked; returns the revision.

    A value typed over a register's is the applicant's own (浙江规定 art. 7). `materials` settles those named
    (paper seen, file uploaded), or with None takes the tick away. `choice`: optional item → whether it is wanted.
    What is kept already is not written again, so that the same page sent twice is no conflict. Raises `Overtaken`.
    """
    draft = open_draft(actor, key)
    kept = replace(draft.content, without=left_out(draft.content, choice or {}))
    content = _filled(kept, answers, values, materials or {})
    if content == draft.content:
        return draft.revision
    try:
        return save(actor=actor, key=key, revision=revision, content=content, now=now)
    except Overtaken:
        draft = open_draft(actor, key)
        kept = replace(draft.content, without=left_out(draft.content, choice or {}))
        if _filled(kept, answers, values, materials or {}) != draft.content:
            raise
        return draft.revision


def attach(*, actor: Actor, key: UUID, material: str, name: str, content: bytes, now: datetime) -> None:
    """Take in an uploaded file that settles a material.

    Raises `Invalid` for a file that is empty, oversized, disguised or of a type that a counter does not take.
    """
    media_type = check_upload(name, content)
    draft = open_draft(actor, key)
    with transaction.atomic():
        file_id = store(name, media_type, content, now=now)
        settled = Settlement(SourceKind.UPLOAD, file_id=file_id, checked=True)
        filled = _filled(draft.content, {}, {}, {material: settled})
        save(actor=actor, key=key, revision=draft.revision, content=filled, now=now)


def submit(*, actor: Actor, key: UUID, now: datetime) -> Receipt:
    """Receive the draft. The same draft again gives the first receipt, also from a second tab or after Back."""
    from yichuang.cases.actions.receipt import find_receipt

    known = find_receipt(key)
    if known is not None:
        return known
    try:
        draft = open_draft(actor, key)
    except NotVisible:
        known = find_receipt(key)  # another tab may have submitted it between the two looks
        if known is None:
            raise
        return known
    return receive(actor=actor, submission=submission_of(draft), now=now)


def ask_registers(*, actor: Actor, key: UUID, now: datetime, refresh: bool = False) -> OpenDraft:
    """Fill in what registers and the licence store know, each value with its source; returns the saved draft.

    Only registers are asked that have something to say to this plan. Nothing that was typed is overwritten. A
    register that is down leaves its fields and materials to paper; `refresh` asks those again that did not
    find anything.
    """
    draft = open_draft(actor, key)
    catalogue = catalogue_queries.current()
    content = draft.content
    if refresh:
        asked = {name: said for name, said in content.asked.items() if said.outcome == Outcome.FOUND}
        content = replace(content, asked=asked)
    for _round in range(_ROUNDS):
        plan = _plan(draft.target, content, resources=frozenset(catalogue.resources))
        requests = list(_open_requests(catalogue, plan, content))
        if not requests:
            break
        answers = sharing.fetch(requests, application_number=draft.number, actor=actor, now=now)
        content = _tell(plan, _take_in(catalogue, content, answers))
    content = _settle_known(draft.target, content, now)
    if content == draft.content:
        return draft
    with transaction.atomic():
        save(actor=actor, key=key, revision=draft.revision, content=content, now=now)
    return open_draft(actor, key)


def plan_of(draft: OpenDraft) -> Plan:
    """The plan of a draft with what is known so far; a register that was not asked yet counts as able to answer."""
    catalogue = catalogue_queries.current()
    content = draft.content
    silent = {key for key, asked in content.asked.items() if asked.outcome != Outcome.FOUND}
    licences = frozenset(
        settled.reference for settled in content.materials.values() if settled.source is SourceKind.LICENCE
    )
    resources = frozenset(catalogue.resources) - silent
    return _plan(draft.target, content, licences=licences, resources=resources)


def _plan(
    target: str,
    content: DraftContent,
    *,
    licences: frozenset[str] = frozenset(),
    resources: frozenset[str] = frozenset(),
) -> Plan:
    known = Known(
        licences=licences,
        values=content.sources,
        resources=resources,
        subject=subject_of(content.applicant),
        facts=facts_told(content.values, content.sources),
    )
    return make_plan(catalogue_queries.current(), target, content.answers, known, content.without)


def left_out(content: DraftContent, choice: Mapping[str, bool]) -> tuple[str, ...]:
    """The items that are left out after this choice; what it does not name stays as it was."""
    kept = [item for item in content.without if item not in choice]
    return tuple(sorted([*kept, *(item for item, wanted in choice.items() if not wanted)]))


def _filled(
    content: DraftContent,
    answers: Mapping[str, str],
    values: Mapping[str, str],
    materials: Mapping[str, Settlement | None],
) -> DraftContent:
    typed = {**content.values, **values}
    sources = {
        name: source
        for name, source in content.sources.items()
        if typed.get(name) == content.values.get(name)
    }
    settled = {**content.materials, **materials}
    filled = replace(
        content,
        answers={**content.answers, **answers},
        values=typed,
        sources=sources,
        materials={name: how for name, how in settled.items() if how is not None},
    )
    return _without_stale(filled, content.values)


def _without_stale(content: DraftContent, former: Mapping[str, str]) -> DraftContent:
    """The content without what registers told under a number (of a father, a project) that was typed anew since."""
    resources = catalogue_queries.current().resources
    stale = {
        key
        for key in content.asked.keys() & resources.keys()
        if content.values.get(resources[key].subject) != former.get(resources[key].subject)
    }
    return replace(
        content,
        values={
            name: value for name, value in content.values.items() if content.sources.get(name) not in stale
        },
        sources={name: key for name, key in content.sources.items() if key not in stale},
        asked={key: said for key, said in content.asked.items() if key not in stale},
        materials={
            name: how
            for name, how in content.materials.items()
            if not (how.source is SourceKind.SHARED and how.reference in stale)
        },
    )


def _for_applicant(content: DraftContent, person: Person, former: Mapping[str, str]) -> DraftContent:
    """The content without what is known of somebody else (`former`), whose card was read before by mistake."""
    if content.applicant is None or content.applicant.number == person.number:
        return content
    fetched = {SourceKind.LICENCE, SourceKind.SHARED}
    return replace(
        content,
        values={
            name: value
            for name, value in content.values.items()
            if name not in content.sources and former.get(name) != value
        },
        sources={},
        asked={},
        told={},
        answers={key: code for key, code in content.answers.items() if content.told.get(key) != code},
        materials={name: how for name, how in content.materials.items() if how.source not in fetched},
    )


def _check(person: Person, *, prefix: str = "") -> Person:
    """The person with checked numbers. `prefix` tells apart in `Invalid.field` who is meant."""
    check = check_citizen_number if person.kind == "person" else check_organisation_code
    number = check(person.number, field=f"{prefix}number")
    name = person.name.strip()
    if not name:
        raise Invalid(_("请填写姓名或单位名称。"), code="no_name", field=f"{prefix}name")
    phone = check_phone(person.phone, field=f"{prefix}phone") if person.phone else ""
    return Person(person.kind, number, name, phone)


def _applicant_values(catalogue: Catalogue, target: str, person: Person | None) -> dict[str, str]:
    holder: Bundle | None = catalogue.bundles.get(target)
    mapping = holder.applicant if holder else catalogue.items[target].applicant
    if person is None:
        return {}
    facts = {"number": person.number, "name": person.name, "phone": person.phone}
    return {element: facts[fact] for fact, element in mapping.items() if facts.get(fact)}


def _open_requests(catalogue: Catalogue, plan: Plan, content: DraftContent) -> Iterable[DataRequest]:
    """What can be asked now: under every grant of the plan's items, each register that the plan wants something of,
    whose subject is known and that was not asked yet."""
    items = {planned.item.key for planned in plan.cases}
    wanted = {lookup.resource for lookup in plan.lookups} - content.asked.keys()
    for grant in catalogue.grants:
        if grant.item not in items or grant.resource not in wanted:
            continue
        subject = _subject(catalogue, grant.resource, content)
        if subject:
            yield DataRequest(resource=grant.resource, item=grant.item, subject=subject)


def _subject(catalogue: Catalogue, resource: str, content: DraftContent) -> str:
    """Whom or what a register is asked about, in the form in which registers keep it; empty where that was not
    typed yet or cannot be right."""
    element = catalogue.elements[catalogue.resources[resource].subject]
    typed = content.values.get(element.key, "")
    try:
        return check_value(element, typed) if typed else ""
    except Invalid:
        return ""


def _take_in(catalogue: Catalogue, content: DraftContent, answers: Mapping[str, Answer]) -> DraftContent:
    values, sources, asked = dict(content.values), dict(content.sources), dict(content.asked)
    for key, answer in answers.items():
        asked[key] = Asked(answer.outcome, answer.evidence_id, answer.at.isoformat())
        for element, value in answer.values.items():
            if not values.get(element):
                values[element] = value
                sources[element] = key
    return replace(content, values=values, sources=sources, asked=asked)


def _tell(plan: Plan, content: DraftContent) -> DraftContent:
    """The content with the answers that follow from what registers know; each once, so that the applicant's own
    answer (浙江规定 art. 7) stands afterwards, and one that was chosen before, other than the default, too."""
    answers, told = dict(content.answers), dict(content.told)
    for situation in plan.situations:
        chosen = answers.get(situation.key)
        if situation.key in told or chosen not in {None, "", situation.default}:
            continue
        for code, expression in situation.known.items():
            if content.sources.keys() >= set(names_in(expression)) and holds(expression, content.values):
                answers[situation.key] = told[situation.key] = code
    return replace(content, answers=answers, told=told)


def _settle_known(target: str, content: DraftContent, now: datetime) -> DraftContent:
    found = frozenset(key for key, asked in content.asked.items() if asked.outcome == Outcome.FOUND)
    person = content.applicant
    held = licence_queries.held(person.kind, person.number, now=now) if person else []
    plan = _plan(target, content, licences=frozenset(row.type_key for row in held), resources=found)
    materials = dict(content.materials)
    for planned in plan.materials:
        settled = materials.get(planned.material.key)
        if planned.source in {SourceKind.LICENCE, SourceKind.SHARED} and settled is None:
            asked = content.asked.get(planned.reference)
            materials[planned.material.key] = Settlement(
                planned.source, planned.reference, asked.evidence_id if asked else None, checked=True
            )
    return replace(content, materials=materials)
