"""The front of a case at the counter, through HTTP: gaps, one correction, withdrawal, correcting on the spot."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.counter_desk import PDF, clerk_client, text_of
from tests.factories import NOW, accepted, case_of, received, staff, submission
from yichuang.cases import queries
from yichuang.cases.actions.correction import allow_correction, ask_correction, correct
from yichuang.cases.actions.receipt import receive
from yichuang.cases.models import Case, Gap
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.web.counter import applications, cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
LICENCE = "food_business_licence"
SAFETY_RULES, CERTIFICATES = "safety_rules", "health_certificates"
FIRST, LAND = "birth_certificate", "real_estate_mortgage"


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are looked at when everything came in."""
    for module in (applications, cases):
        monkeypatch.setattr(module, "now", lambda: NOW)


def with_gaps(*missing: str, target: str = LICENCE) -> ApplicationRow:
    """An application received without some of what may follow."""
    materials = {key: settled for key, settled in submission(target).materials.items() if key not in missing}
    receipt = receive(actor=staff("clerk1"), submission=submission(target, materials=materials), now=NOW)
    return queries.application(staff("clerk1"), receipt.number, now=NOW)


def address(row: ApplicationRow, rest: str = "") -> str:
    return f"/counter/applications/{row.number}/{rest}"


def case_address(row: ApplicationRow, rest: str = "", item: str = LICENCE) -> str:
    return f"/counter/cases/{case_of(row, item).number}/{rest}"


def stored(row: ApplicationRow, item: str = LICENCE) -> Case:
    return Case.objects.get(number=case_of(row, item).number)


# ── 容缺 ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_may_follow_is_shown_with_its_date_before_anything_is_accepted() -> None:
    page = text_of(clerk_client().get(address(with_gaps(SAFETY_RULES))))
    assert "可以容缺受理" in page
    assert "安全管理制度" in page
    assert "2026-03-16 前补交" in page
    assert "全部受理" not in page


def test_nothing_is_accepted_with_gaps_until_the_clerk_says_that_the_applicant_was_told() -> None:
    row, client = with_gaps(SAFETY_RULES), clerk_client()
    refused = client.post(address(row, "accept/"))
    assert refused.status_code == 422
    assert '<a href="#told">' in refused.content.decode()
    assert stored(row).stage == Stage.RECEIVED
    page = text_of(client.post(address(row, "accept/"), {"told": "on"}, follow=True))
    assert "已受理1件" in page
    assert "03-16 前补交" in page
    assert stored(row).gap_until == date(2026, 3, 16)


def test_what_is_complete_is_accepted_without_a_word_of_gaps() -> None:
    row, client = received(LICENCE), clerk_client()
    assert "容缺" not in text_of(client.get(address(row)))
    client.post(address(row, "accept/"))
    assert stored(row).stage == Stage.ACCEPTED
    assert not Gap.objects.filter(case_id=stored(row).id).exists()


def test_what_follows_is_taken_in_piece_by_piece_on_paper_or_as_a_file() -> None:
    row, client = with_gaps(SAFETY_RULES, CERTIFICATES), clerk_client()
    client.post(address(row, "accept/"), {"told": "on"})
    page = client.get(case_address(row)).content.decode()
    assert f'id="m-{SAFETY_RULES}"' in page
    assert f'id="f-{CERTIFICATES}"' in page
    nothing = client.post(case_address(row, "supplied/"))
    assert nothing.status_code == 422
    assert "请勾选或上传至少一份待补的材料" in text_of(nothing)
    first = client.post(case_address(row, "supplied/"), {f"m-{SAFETY_RULES}": "on"}, follow=True)
    assert "还有材料没有补交" in text_of(first)
    assert f'id="m-{SAFETY_RULES}"' not in first.content.decode()
    scan = SimpleUploadedFile("a.pdf", PDF)
    last = client.post(case_address(row, "supplied/"), {f"f-{CERTIFICATES}": scan}, follow=True)
    assert "容缺材料已经补齐" in text_of(last)
    assert stored(row).gap_until is None
    assert client.post(case_address(row, "supplied/"), {f"m-{SAFETY_RULES}": "on"}).status_code == 409


def test_a_disguised_file_cures_nothing_and_the_sentence_stands_at_its_input() -> None:
    row, client = with_gaps(SAFETY_RULES), clerk_client()
    client.post(address(row, "accept/"), {"told": "on"})
    bad = client.post(
        case_address(row, "supplied/"), {f"f-{SAFETY_RULES}": SimpleUploadedFile("a.pdf", b"MZ")}
    )
    assert "不是PDF、JPEG或PNG" in text_of(bad)
    assert stored(row).gap_until is not None


# ── 补正 ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_date_to_correct_is_proposed_by_the_procedural_law_in_working_days() -> None:
    page = clerk_client().get(case_address(received(FIRST), item=FIRST)).content.decode()
    assert 'value="2026-03-23"' in page


def test_where_the_law_knows_no_correction_the_page_says_so_and_offers_none() -> None:
    response = clerk_client().get(case_address(received(LAND), item=LAND))
    assert "当场书面不予受理" in text_of(response)
    assert 'name="until"' not in response.content.decode()


def test_after_the_one_notice_the_page_offers_none_until_a_supervisor_allows_it() -> None:
    row, client = received(FIRST), clerk_client()
    case = case_of(row, FIRST)
    told: dict[str, Any] = {"actor": staff("clerk1"), "case_id": case.id, "now": NOW}
    ask_correction(text="照片不清。", until=date(2026, 3, 20), **told)
    correct(materials={}, **told)
    response = client.get(case_address(row, item=FIRST))
    assert "请督查人员放行" in text_of(response)
    assert 'name="until"' not in response.content.decode()
    allow_correction(actor=staff("supervisor"), case_id=case.id, reason="登记簿当天变更。", now=NOW)
    assert 'name="until"' in client.get(case_address(row, item=FIRST)).content.decode()


def test_a_notice_that_was_given_from_another_window_first_is_refused_and_nothing_typed_is_lost() -> None:
    row, client = received(FIRST), clerk_client()
    told: dict[str, Any] = {"actor": staff("clerk2"), "case_id": case_of(row, FIRST).id, "now": NOW}
    ask_correction(text="照片不清。", until=date(2026, 3, 20), **told)
    correct(materials={}, **told)
    late = {"text": "请补正姓名。", "until": "2026-03-20"}
    response = client.post(case_address(row, "correction/", item=FIRST), late)
    assert response.status_code == 403
    assert "请补正姓名。" in text_of(response)
    assert accepted(FIRST)
