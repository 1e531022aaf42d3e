"""Asking registers (数据共享): all at once, within the time that somebody waits at a counter, and on record."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from yichuang.base import circuit
from yichuang.base.crypto import blind_index
from yichuang.base.errors import Forbidden
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.queries import current
from yichuang.identity.data import Actor
from yichuang.ledger.actions import Record, record
from yichuang.sharing import evidence, rules
from yichuang.sharing.contract import PATIENCE, Down, Question, adapter
from yichuang.sharing.data import Answer, DataRequest, Outcome
from yichuang.sharing.models import Evidence, ProviderLine

log = structlog.get_logger(__name__)

#: The same question for the same application is answered from its evidence for so long.
REUSE = timedelta(minutes=30)
SUBJECT = "evidence.subject"


@dataclass(slots=True)
class _Query:
    """A question on its way: what may be asked, and what came of it."""

    request: DataRequest
    permission: rules.Permission | None
    sentence: str = ""
    outcome: Outcome = Outcome.DENIED
    code: str = ""
    values: Mapping[str, str] | None = None
    kept: Evidence | None = None

    @property
    def provider(self) -> str:
        return self.permission.resource.provider if self.permission else ""


def fetch(
    requests: Sequence[DataRequest],
    *,
    application_number: str,
    actor: Actor,
    now: datetime,
    refresh: bool = False,
) -> dict[str, Answer]:
    """Ask the registers, and return their answers by resource key. Call it outside any transaction.

    Every question leaves sealed evidence and a ledger entry. Without a grant nothing is called and the answer
    is `denied`; a register that does not answer within two seconds is `down`. Where two items ask the same
    resource, the answer holds what both may know. The same question for the same application is answered
    from its evidence for half an hour unless `refresh`. Raises `Invalid` for a question without an
    application or a subject.
    """
    for request in requests:
        rules.check_question(application_number, request)
    catalogue = current()
    queries = [_prepare(catalogue, request) for request in dict.fromkeys(requests)]
    if not refresh:
        _reuse(queries, application_number, now)
    _call([query for query in queries if query.permission and not query.kept], application_number, now)
    fresh = [query for query in queries if not query.kept]
    if fresh:
        _keep(fresh, application_number, actor, now)
    answers: dict[str, Answer] = {}
    for query in queries:
        answer = _answer(catalogue, query)
        known = answers.get(answer.resource)
        answers[answer.resource] = _merged(known, answer) if known else answer
    return answers


def _prepare(catalogue: Catalogue, request: DataRequest) -> _Query:
    try:
        return _Query(request, rules.check_grant(catalogue, request))
    except Forbidden as error:
        log.warning("register_query_denied", resource=request.resource, item=request.item, code=error.code)
        return _Query(request, None, str(error), code=error.code)


def _reuse(queries: Iterable[_Query], application_number: str, now: datetime) -> None:
    """Mark the questions that this application has had answered a short while ago."""
    known = Evidence.objects.filter(
        application_number=application_number,
        resource__in={query.request.resource for query in queries},
        outcome__in=[Outcome.FOUND, Outcome.ABSENT],
        asked_at__gt=now - REUSE,
    ).order_by("id")
    rows = {(row.resource, row.item_key, bytes(row.subject_index), tuple(row.fields)): row for row in known}
    for query in queries:
        if query.permission is not None:
            subject = blind_index(query.request.subject, SUBJECT)
            key = (query.request.resource, query.request.item, subject, query.permission.fields)
            query.kept = rows.get(key)


def _call(queries: Sequence[_Query], application_number: str, now: datetime) -> None:
    """Ask, all at the same time, and write into each query what came of it."""
    providers = {query.provider for query in queries}
    passing = circuit.passing(ProviderLine, providers, now) if providers else frozenset()
    asked: dict[Future[Mapping[str, str] | None], _Query] = {}
    for query in queries:
        query.outcome, query.code = Outcome.DOWN, "line_closed"
    open_queries = [query for query in queries if query.provider in passing]
    if not open_queries:
        return
    pool = ThreadPoolExecutor(len(open_queries), thread_name_prefix="register")
    for query in open_queries:
        question = _question(query, application_number)
        if question is not None:
            asked[pool.submit(adapter(question[0]).ask, question[1])] = query
    done, late = wait(asked, timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    for future in late:
        asked[future].code = "timeout"
    for future in done:
        _read(future, asked[future])
    succeeded = {query.provider for query in open_queries if query.outcome is not Outcome.DOWN}
    circuit.note(ProviderLine, succeeded=succeeded, failed=passing - succeeded, now=now)


def _question(query: _Query, application_number: str) -> tuple[str, Question] | None:
    if query.permission is None:
        return None
    resource = query.permission.resource
    question = Question(
        endpoint=resource.endpoint,
        subject=query.request.subject,
        fields=query.permission.fields,
        case=application_number,
        item=query.request.item,
        purpose=query.permission.purpose,
    )
    return resource.adapter, question


def _read(future: Future[Mapping[str, str] | None], query: _Query) -> None:
    """The register's word; of the record only what was asked for, under the city's own names."""
    try:
        found = future.result()
    except Down as error:
        query.code = str(error)
        log.warning("register_down", resource=query.request.resource, code=query.code)
        return
    query.code = ""
    query.outcome = Outcome.ABSENT if found is None else Outcome.FOUND
    if found is not None and query.permission is not None:
        elements = query.permission.resource.answers
        query.values = {elements[name]: found[name] for name in query.permission.fields if found.get(name)}


@transaction.atomic(durable=True)
def _keep(queries: Sequence[_Query], application_number: str, actor: Actor, now: datetime) -> None:
    """The evidence, in one insert, and the ledger entries, in another."""
    rows = [_evidence(query, application_number, actor, now) for query in queries]
    for query, row in zip(queries, Evidence.objects.bulk_create(rows), strict=True):
        query.kept = row
    entries = [
        Record(
            "data.queried",
            "evidence",
            row.id,
            {
                "application": application_number,
                "item": row.item_key,
                "resource": row.resource,
                "outcome": row.outcome,
            },
        )
        for row in rows
    ]
    record(entries, actor_kind=actor.kind, actor_id=actor.id, now=now)


def _evidence(query: _Query, application_number: str, actor: Actor, now: datetime) -> Evidence:
    permission = query.permission
    row = Evidence(
        application_number=application_number,
        item_key=query.request.item,
        resource=query.request.resource,
        provider=query.provider,
        purpose=permission.purpose if permission else "",
        subject_index=blind_index(query.request.subject, SUBJECT),
        fields=list(permission.fields) if permission else [],
        outcome=query.outcome,
        code=query.code,
        asked_at=now,
        asked_by_kind=actor.kind,
        asked_by_id=actor.id,
    )
    evidence.seal(row, evidence.Content(query.request.subject, query.values or {}))
    return row


def _answer(catalogue: Catalogue, query: _Query) -> Answer:
    row = query.kept
    if row is None:
        raise AssertionError("every question leaves evidence")
    outcome = Outcome(row.outcome)
    permission = query.permission
    resource = permission.resource if permission else None
    return Answer(
        resource=row.resource,
        outcome=outcome,
        values=evidence.content(row).values if outcome is Outcome.FOUND else {},
        evidence_id=row.id,
        source_name=rules.source_name(catalogue, row.resource),
        purpose=row.purpose,
        at=row.asked_at,
        sentence=query.sentence or (rules.sentence(outcome, resource) if resource else ""),
        fallback=resource.fallback if resource and outcome is not Outcome.FOUND else "",
    )


def _merged(first: Answer, second: Answer) -> Answer:
    """Two answers of one resource, asked for two items."""
    if Outcome.FOUND not in {first.outcome, second.outcome}:
        return first
    better, other = (first, second) if first.outcome is Outcome.FOUND else (second, first)
    return replace(better, values={**other.values, **better.values})
