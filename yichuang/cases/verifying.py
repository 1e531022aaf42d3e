"""Proof that every case is what its entries say, and that the entries are what was sealed."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from yichuang.cases.fold import COLUMNS, CaseState, Unlawful, fold
from yichuang.cases.models import Case
from yichuang.cases.states import Verb
from yichuang.cases.writing import column_value, state_of
from yichuang.ledger.models import Entry
from yichuang.ledger.sealing import verify_seals

_BATCH = 2000


def verify_all(report: Callable[[str], None]) -> bool:
    """Refold every case, compare with its row, check the seals. Tells each difference; True where there is none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cases, faults = 0, 0
        for cases, difference in _compare_all():  # noqa: B007 - the last count is told below
            if difference:
                faults += 1
                report(difference)
        check = verify_seals()
    for fault in check.faults:
        report(fault)
    sealed = f"{check.entries} entries under {check.seals} seals, {len(check.faults)} faults"
    report(f"{cases} cases folded, {faults} differ; {sealed}")
    return not faults and not check.faults


def _compare_all() -> Iterator[tuple[int, str]]:
    """(how many so far, the difference or an empty text) for every case, in batches of rows and entries."""
    done, last = 0, 0
    while batch := list(Case.objects.filter(id__gt=last).order_by("id")[:_BATCH]):
        entries: dict[int, list[tuple[int, str, dict[str, Any]]]] = {case.id: [] for case in batch}
        found = Entry.objects.filter(
            subject_kind="case", subject_id__gte=batch[0].id, subject_id__lte=batch[-1].id
        )
        for entry_id, subject, verb, facts in found.order_by("subject_id", "id").values_list(
            "id", "subject_id", "verb", "facts"
        ):
            if subject in entries:
                entries[subject].append((entry_id, verb, facts))
        for case in batch:
            done += 1
            yield done, _compare(case, entries[case.id])
        last = batch[-1].id


def _compare(case: Case, entries: list[tuple[int, str, dict[str, Any]]]) -> str:
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
