"""联合办理延长 (行政许可法 art. 42): the limit of the whole, once, approved by the government, told with its reason."""

from datetime import datetime

import pytest

from tests.city import run_journey
from tests.counter_desk import COMPANY, clerk_client, text_of
from tests.courses import at, every_case_folds, every_step_repeats
from tests.factories import NOW, accepted, staff
from tests.test_guides import pdf_text
from yichuang.base import files
from yichuang.base.clock import now
from yichuang.base.errors import Forbidden, Invalid
from yichuang.cases import queries, whole
from yichuang.cases.actions.joint_extension import extend_jointly
from yichuang.cases.queries import ApplicationRow
from yichuang.catalogue.papers import NoticeKind
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.models import Clock
from yichuang.ledger.models import Entry
from yichuang.notices.models import Message
from yichuang.notices.queries import of_application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]

DOCUMENT, WHY = "衢政办函〔2026〕1号", "分项多，现场整改没有完成。"


def completed(now: datetime = NOW) -> ApplicationRow:
    return accepted("joint_completion_acceptance", applicant=COMPANY, now=now)


def extend(row: ApplicationRow, *, who: str = "manager", document: str = DOCUMENT, reason: str = WHY) -> None:
    extend_jointly(actor=staff(who), application_id=row.id, document=document, reason=reason, now=NOW)


def limit_of(row: ApplicationRow) -> int:
    return Clock.objects.get(subject_kind="application", subject_id=row.id, kind=ClockKind.BUNDLE).limit_value


def test_the_clock_of_the_whole_moves_by_fifteen_working_days_and_that_of_no_member() -> None:
    row = completed()
    before, members = limit_of(row), [case.due_at for case in row.cases]
    extend(row)
    assert limit_of(row) == before + 15
    entry = Entry.objects.get(verb=whole.EXTENDED, subject_id=row.id)
    assert entry.facts["due_before"] < entry.facts["due_at"]
    again = queries.application(staff("clerk1"), row.number, now=NOW)
    assert [case.due_at for case in again.cases] == members


def test_the_applicant_is_told_in_writing_who_approved_it_and_why() -> None:
    row = completed()
    extend(row)
    run_journey()
    (paper,) = [one for one in of_application(row.number) if one.kind == NoticeKind.EXTENSION]
    text = pdf_text(files.read(paper.file_id).content)
    assert f"本级人民政府负责人批准（{DOCUMENT}）" in text
    assert WHY in text
    assert Message.objects.filter(application_number=row.number, key__startswith="longer:").count() == 1


def test_it_is_extended_once() -> None:
    row = completed()
    extend(row)
    with pytest.raises(Invalid, match="已经延长过一次"):
        extend(row)


def test_only_the_centres_manager_records_it_with_document_and_reason() -> None:
    row = completed()
    for who in ("supervisor", "clerk1", "chief-zhujian"):
        with pytest.raises(Forbidden):
            extend(row, who=who)
    with pytest.raises(Invalid, match="文号"):
        extend(row, document=" ")
    with pytest.raises(Invalid, match="理由"):
        extend(row, reason="")
    assert not Entry.objects.filter(verb=whole.EXTENDED).exists()


def test_what_the_bundle_does_not_know_or_is_over_is_not_extended() -> None:
    with pytest.raises(Invalid, match="没有联合办理的延长期限"):
        extend(accepted("newborn"))
    row = completed()
    with pytest.raises(Invalid, match="期限已过"):
        extend_jointly(
            actor=staff("manager"), application_id=row.id, document=DOCUMENT, reason=WHY,
            now=at("2026-12-01T09:00"),
        )  # fmt: skip
    clock = whole.clock_of(row.id, now=NOW)
    assert clock is not None


def test_the_manager_does_it_on_the_page_of_a_case() -> None:
    row = completed(now())
    client, address = clerk_client("manager"), f"/manage/cases/{row.cases[0].number}/"
    assert "延长联合办理期限" in text_of(client.get(address))
    assert "延长联合办理期限" not in text_of(clerk_client("supervisor").get(address))
    refused = client.post(f"{address}extend-jointly/", {"document": "", "grounds": WHY})
    assert (refused.status_code, WHY in text_of(refused)) == (422, True)
    told = client.post(f"{address}extend-jointly/", {"document": DOCUMENT, "grounds": WHY}, follow=True)
    assert "整体时限已延长" in text_of(told)
    assert "延长联合办理期限" not in text_of(client.get(address))
