"""Proof that every case is what its entries say, and that the entries are what was sealed."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from yichuang.cases.fold import COLUMNS, CaseState, Unlawful, fold
from yichuang.cases.models import Case
from yichuang.cases.states import Verb
from yichuang.cases.writing import column_value, state_of
from yichuang.ledger.models import Entry
from yichuang.ledger.sealing import verify_seals

_BATCH = 2000
_ENTRIES = RawSQL(
    "SELECT jsonb_agg(jsonb_build_array(id, verb, facts) ORDER BY id) FROM ledger_entry "
    "WHERE subject_kind = 'case' AND subject_id = cases_case.id",
    [],
    output_field=JSONField(),
)


def verify_all(report: Callable[[str], None]) -> bool:
    """Refold every case, compare with its row, check the seals. Tells each difference; True where there is none."""
    cases, faults = 0, 0
    for difference in _compare_all():
        cases += 1
        if difference:
            faults += 1
            report(difference)
    for orphan in _entries_without_case():
        faults += 1
        report(f"case {orphan}: has entries but no row")
    check = verify_seals()
    for fault in check.faults:
        report(fault)
    sealed = f"{check.entries} entries under {check.seals} seals, {len(check.faults)} faults"
    report(f"{cases} cases folded, {faults} differ; {sealed}")
    return not faults and not check.faults


def _compare_all() -> Iterator[str]:
    """For every case the difference, or an empty text.

    A row and its entries are read by one statement, so that a case that changes meanwhile is seen either
    before or after the act, never in between.
    """
    last = 0
    while batch := list(Case.objects.filter(id__gt=last).annotate(entries=_ENTRIES).order_by("id")[:_BATCH]):
        for case in batch:
            yield _compare(case, case.entries or [])
        last = batch[-1].id


def _entries_without_case() -> list[int]:
    lost = Entry.objects.filter(subject_kind="case").exclude(
        subject_id__in=Case.objects.order_by().values("id")
    )
    return list(lost.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def _compare(case: Case, entries: list[list[Any]]) -> str:
    state: CaseState | None = None
    for entry_id, verb, facts in entries:
        try:
            state = fold(state, Verb(verb), facts)
        except (Unlawful, ValueError) as error:
            return f"case {case.number}: entry {entry_id} does not fold: {error}"
    if state is None:
        return f"case {case.number}: has a row but no entries"
    row = state_of(case)
    differences = [
        f"{name} is {column_value(row, name)!r} but its entries say {column_value(state, name)!r}"
        for name in COLUMNS
        if getattr(row, name) != getattr(state, name)
    ]
    return f"case {case.number}: " + "; ".join(differences) if differences else ""
