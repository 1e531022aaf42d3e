"""The ledger: append-only, partitioned, sealed over finished transactions only, and tampering is seen."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import NOW
from tests.platform import until
from yichuang.base.errors import Refused
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry, Seal
from yichuang.ledger.partitions import ensure_partitions, month_after
from yichuang.ledger.sealing import seal, verify_seals

pytestmark = pytest.mark.usefixtures("committed_db")


def write(subject: int = 1, *, at: datetime = NOW) -> int:
    return record(
        [Record("test.done", "test", subject, {"n": subject})], actor_kind="system", actor_id=0, now=at
    )[0]


def sealed(entry: int) -> Seal:
    """The seal that covers the entry, made as it is periodically: again, while another test's transaction runs."""

    def covering() -> Seal | None:
        seal(NOW)
        xid = Entry.objects.values_list("xid", flat=True).get(id=entry)
        return Seal.objects.filter(from_xid__lte=xid, to_xid__gt=xid).first()

    return until(covering, "the entry to be sealed")


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The database as a burglar with the owner's rights finds it: the triggers off. Put right afterwards."""

    def triggers(state: str) -> None:
        with connection.cursor() as cursor:
            for table in ("ledger_entry", "ledger_seal"):
                cursor.execute(f"ALTER TABLE {table} {state} TRIGGER USER")

    triggers("DISABLE")
    yield
    triggers("ENABLE")


def tampered(change: str, undo: str, parameters: list) -> tuple[str, ...]:
    """What verification says after `change`; `undo` puts it right for the tests that follow."""
    with connection.cursor() as cursor:
        cursor.execute(change, parameters)
    faults = verify_seals().faults
    with connection.cursor() as cursor:
        cursor.execute(undo, parameters)
    assert verify_seals().faults == ()
    return faults


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET verb = 'x' WHERE id = %s",
        "DELETE FROM ledger_entry WHERE id = %s",
    ],
)
def test_an_entry_can_neither_be_changed_nor_deleted(statement: str) -> None:
    entry = write()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement, [entry])
    assert Entry.objects.get(id=entry).verb == "test.done"


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_seal"])
def test_the_ledger_cannot_be_truncated(table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def test_what_is_sealed_verifies() -> None:
    sealed(write())
    check = verify_seals()
    assert check.faults == ()
    assert check.entries > 0


def test_a_changed_entry_is_named_by_its_seal(unguarded: None) -> None:
    entry = write(subject=4711)
    made = sealed(entry)
    faults = tampered(
        "UPDATE ledger_entry SET facts = '{\"n\": 1}' WHERE id = %s",
        "UPDATE ledger_entry SET facts = '{\"n\": 4711}' WHERE id = %s",
        [entry],
    )
    assert len(faults) == 1
    assert f"seal {made.id}" in faults[0]


def test_a_changed_seal_breaks_the_chain(unguarded: None) -> None:
    made = sealed(write())
    faults = tampered(
        "UPDATE ledger_seal SET entry_count = entry_count + 1 WHERE id = %s",
        "UPDATE ledger_seal SET entry_count = entry_count - 1 WHERE id = %s",
        [made.id],
    )
    assert any("does not follow" in fault for fault in faults)
    assert any("were sealed" in fault for fault in faults)


def test_a_forged_seal_fails_its_signature(unguarded: None) -> None:
    made = sealed(write())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_seal SET signature = sha256('x') || sha256('y') WHERE id = %s", [made.id]
        )
    assert any("signature" in fault for fault in verify_seals().faults)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_seal SET signature = %s WHERE id = %s", [bytes(made.signature), made.id]
        )


def test_entries_that_a_running_transaction_can_still_precede_are_left_for_the_next_seal() -> None:
    """The slow transaction draws the smaller number and commits after the seal: it must be in the next one."""
    written, may_commit = threading.Event(), threading.Event()
    slow: list[int] = []

    def slowly() -> None:
        with transaction.atomic():
            slow.append(write(subject=1))
            written.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert written.wait(10)
    quick = write(subject=2)
    assert slow[0] < quick
    seal(NOW)
    xid = Entry.objects.values_list("xid", flat=True).get(id=quick)
    assert not Seal.objects.filter(to_xid__gt=xid).exists()
    may_commit.set()
    thread.join(10)
    # A transaction of somebody else that began between the two may still part them.
    assert sealed(slow[0]).id <= sealed(quick).id
    assert verify_seals().faults == ()


def test_two_sealers_at_once_make_one_chain() -> None:
    for subject in range(20):
        write(subject)

    def run() -> None:
        seal(NOW)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    seal(NOW)
    assert verify_seals().faults == ()


def test_an_act_that_fails_leaves_no_entry() -> None:
    kept: list[int] = []

    def act() -> None:
        with transaction.atomic():
            kept.append(write())
            raise Refused("after the entry was written")

    with pytest.raises(Refused):
        act()
    assert not Entry.objects.filter(id=kept[0]).exists()


def test_partitions_are_made_ahead_and_only_once() -> None:
    far = datetime(2041, 11, 5, tzinfo=UTC)
    assert ensure_partitions(far) == [
        "ledger_entry_2041_11", "ledger_entry_2041_12", "ledger_entry_2042_01", "ledger_entry_2042_02",
    ]  # fmt: skip
    assert ensure_partitions(far) == []


def test_a_month_without_a_partition_refuses_no_act() -> None:
    far = datetime(2055, 6, 1, tzinfo=UTC)
    entry = write(at=far)
    assert Entry.objects.get(id=entry).at == far
    assert "ledger_entry_2055_06" not in ensure_partitions(far - timedelta(days=1))


def test_months_follow_each_other_over_the_year() -> None:
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)
