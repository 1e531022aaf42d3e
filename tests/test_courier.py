"""邮寄送达: delivered when it is signed for and not before; what comes back lies at the counter."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.city import run_journey
from tests.counter_desk import clerk_client, text_of
from tests.courses import again, at, clocks_of, every_case_folds, every_step_repeats, settle
from tests.factories import NOW, accepted, case_of, staff
from tests.papers import needs_poppler, said_by
from tests.portal_visitors import holder_of
from yichuang.base import files
from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Forbidden, Invalid, Overtaken, Refused
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.deadlines.data import ClockKind
from yichuang.delivery.actions import hand_over
from yichuang.delivery.courier import (
    Recipient,
    ask_for_courier,
    open_recipient,
    parcels_of,
    record_proof,
    send_by_courier,
)
from yichuang.delivery.models import HandOver, Parcel, ParcelState
from yichuang.ledger.models import Entry
from yichuang.notices.data import NoticeKind
from yichuang.notices.models import Message
from yichuang.notices.queries import of_application
from yichuang.notices.reminders import PARCEL_RETURNED, open_reminders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

FIRE = "fire_design_review"
HOME = Recipient("林知夏", "13800000001", "浙江省衢州市柯城区样例路1号2幢301室")
LATER = NOW + timedelta(days=2)


def ready() -> ApplicationRow:
    """A fire review that is granted and whose papers lie at the counter."""
    row = accepted(FIRE)
    settle(row, FIRE)
    return row


def sent(waybill: str = "1234567890123") -> ApplicationRow:
    row = ready()
    clerk = staff("clerk1")
    ask_for_courier(actor=clerk, application_id=row.id, to=HOME, now=NOW)
    send_by_courier(actor=clerk, application_id=row.id, carrier="邮政速递", waybill=waybill, now=NOW)
    run_journey()
    return row


def proved(row: ApplicationRow, outcome: ParcelState, signed_by: str = "") -> None:
    record_proof(
        actor=staff("clerk1"), application_id=row.id, outcome=outcome, signed_by=signed_by,
        at=at("2026-03-11T08:30"), now=LATER,
    )  # fmt: skip
    run_journey(LATER)


def test_on_its_way_nothing_is_delivered_and_the_limit_runs_on() -> None:
    row = sent()
    case = case_of(row, FIRE)
    assert again(case).stage == Stage.ISSUED
    assert ClockKind.DELIVERY in clocks_of(case)
    assert Message.objects.filter(application_number=row.number, key__startswith="parcel:").count() == 1
    with pytest.raises(Refused, match="运单号1234567890123"):
        hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    with pytest.raises(Refused, match="已由邮政速递寄出"):
        ask_for_courier(actor=staff("clerk1"), application_id=row.id, to=HOME, now=NOW)


@needs_poppler
def test_signed_for_is_delivered_with_a_proof_that_says_who_and_when(tmp_path: Path) -> None:
    row = sent()
    proved(row, ParcelState.SIGNED, "陈晓明")
    case = again(case_of(row, FIRE))
    assert case.stage == Stage.CLOSED
    assert ClockKind.DELIVERY not in clocks_of(case)
    given = HandOver.objects.get(application_id=row.id)
    assert (given.channel, given.handed_over_at) == ("courier", at("2026-03-11T08:30"))
    (paper,) = [one for one in of_application(row.number) if one.kind == NoticeKind.DELIVERY]
    text = "".join(said_by("pdftotext", files.read(paper.file_id).content, tmp_path).split())
    for words in ("邮寄送达", "邮政速递1234567890123", "陈晓明", "代收", "2026年3月11日08:30"):
        assert words in text, words
    with pytest.raises(Overtaken):
        proved(row, ParcelState.SIGNED, "陈晓明")


@pytest.mark.parametrize("outcome", [ParcelState.REFUSED, ParcelState.RETURNED])
def test_what_comes_back_lies_at_the_counter_and_the_counter_is_reminded(outcome: ParcelState) -> None:
    row = sent()
    proved(row, outcome)
    case = case_of(row, FIRE)
    assert again(case).stage == Stage.ISSUED
    assert ClockKind.DELIVERY in clocks_of(case)
    assert PARCEL_RETURNED in open_reminders(staff("clerk1"))[0].rung
    assert "邮件被退回" in text_of(clerk_client("clerk1").get("/counter/"))
    assert Message.objects.filter(application_number=row.number, key__startswith="parcel:").count() == 2
    ask_for_courier(actor=staff("clerk1"), application_id=row.id, to=HOME, now=LATER)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=LATER)
    assert again(case).stage == Stage.DELIVERED


def test_what_was_downloaded_meanwhile_is_delivered_once() -> None:
    row = sent()
    holder_of(row).post(f"/track/{row.number}/results/")
    proved(row, ParcelState.SIGNED, "林知夏")
    assert [one.channel for one in HandOver.objects.filter(application_id=row.id)] == ["download"]
    assert parcels_of(row.id)[0].state == ParcelState.SIGNED


def test_name_and_address_are_encrypted_and_each_read_is_on_record() -> None:
    row = ready()
    ask_for_courier(actor=staff("clerk1"), application_id=row.id, to=HOME, now=NOW)
    (parcel,) = parcels_of(row.id)
    assert HOME.name.encode() not in bytes(parcel.recipient)
    assert open_recipient(actor=staff("clerk1"), parcel=parcel, now=NOW) == HOME
    assert Entry.objects.filter(verb="parcel.read", subject_id=parcel.id).count() == 1
    for entry in Entry.objects.filter(subject_kind="parcel", subject_id=parcel.id):
        assert HOME.name not in str(entry.facts)


def test_only_what_may_be_sent_is_sent_once_and_by_who_may() -> None:
    other = accepted("temporary_relief")
    with pytest.raises(Refused, match="不提供邮寄"):
        ask_for_courier(actor=staff("clerk1"), application_id=other.id, to=HOME, now=NOW)
    row = ready()
    with pytest.raises(Refused, match="没有选择邮寄"):
        send_by_courier(
            actor=staff("clerk1"), application_id=row.id, carrier="邮政速递", waybill="1", now=NOW
        )
    ask_for_courier(actor=staff("clerk1"), application_id=row.id, to=HOME, now=NOW)
    ask_for_courier(actor=staff("clerk1"), application_id=row.id, to=HOME, now=NOW)
    assert Parcel.objects.filter(application_id=row.id).count() == 1
    with pytest.raises(Forbidden):
        send_by_courier(
            actor=staff("officer-zhujian"), application_id=row.id, carrier="邮政速递", waybill="1", now=NOW
        )
    sent("77")
    with pytest.raises(Invalid, match="已经用过"):
        send_by_courier(
            actor=staff("clerk1"), application_id=row.id, carrier="邮政速递", waybill="77", now=NOW
        )


@pytest.mark.parametrize(
    ("outcome", "signed_by", "moment", "sentence"),
    [
        ("lost", "林知夏", "2026-03-11T08:30", "请选择签收、拒收或退回"),
        ("signed", " ", "2026-03-11T08:30", "请填写签收人"),
        ("signed", "林知夏", "2026-03-09T08:30", "寄出之后"),
        ("signed", "林知夏", "2026-03-12T08:30", "现在之前"),
    ],
)
def test_a_proof_says_what_who_and_a_time_that_can_be(
    outcome: str, signed_by: str, moment: str, sentence: str
) -> None:
    row = sent()
    with pytest.raises(Invalid, match=sentence):
        record_proof(
            actor=staff("clerk1"), application_id=row.id, outcome=outcome, signed_by=signed_by, at=at(moment),
            now=LATER,
        )  # fmt: skip
    assert again(case_of(row, FIRE)).stage == Stage.ISSUED


# ── On the pages ─────────────────────────────────────────────────────────────────────────────────


def test_applicant_and_clerk_go_all_the_way_on_their_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ready()
    monkeypatch.setattr("yichuang.web.counter.courier.now", lambda: LATER)
    visitor, page = holder_of(row), f"/track/{row.number}/"
    assert "邮寄给我" in text_of(visitor.get(page))
    wrong = visitor.post(f"{page}courier/", {"name": "林知夏", "phone": "1380", "address": HOME.address})
    assert (wrong.status_code, "手机号应为" in text_of(wrong)) == (422, True)
    assert HOME.address in wrong.content.decode()
    typed = {"name": HOME.name, "phone": HOME.phone, "address": HOME.address}
    assert visitor.post(f"{page}courier/", typed).status_code == 302
    assert "您选了邮寄" in text_of(visitor.get(page))
    desk, parcel = clerk_client("clerk1"), f"/counter/applications/{row.number}/parcel/"
    assert HOME.address in text_of(desk.get(parcel))
    assert desk.post(parcel, {"carrier": "邮政速递", "waybill": ""}).status_code == 422
    assert desk.post(parcel, {"carrier": "邮政速递", "waybill": "99001"}).status_code == 302
    run_journey()
    assert "99001，等您签收" in text_of(visitor.get(page))
    proof = {
        "outcome": "signed",
        "signed_by": "林知夏",
        "at": f"{LATER.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}",
    }
    assert desk.post(parcel, {**proof, "at": "昨天"}).status_code == 422
    assert desk.post(parcel, proof).status_code == 302
    run_journey()
    assert "签收（邮政速递 99001）" in text_of(visitor.get(page))
    assert "邮寄签收 1 件" in text_of(desk.get(f"/counter/applications/{row.number}/"))
