"""Withdrawing on pages: the applicant from her phone, a clerk at her written wish."""

import pytest
from django.test import Client

from tests.city import run_journey
from tests.counter_desk import clerk_client
from tests.factories import NOW, accepted, case_of, received, staff
from tests.officers_desk import stopped_clock
from tests.portal_visitors import holder_of, ready, text_of
from yichuang.cases import queries
from yichuang.cases.models import Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.identity.models import User
from yichuang.ledger.models import Entry
from yichuang.notices.queries import of_application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

CARD, PROOF = "citizen_card", "housing_reform_proof"
REASON = "暂时不办市民卡了。"


def stage_of(row: ApplicationRow, item: str) -> str:
    return case_of(queries.application(staff("clerk1"), row.number, now=NOW), item).stage


def test_the_mother_takes_back_one_matter_from_her_phone_and_the_others_go_on() -> None:
    row = accepted("newborn")
    client, address = holder_of(row), f"/track/{row.number}/withdraw/"
    assert address in client.get(f"/track/{row.number}/").content.decode()
    sent = {"case": case_of(row, CARD).number, "text": REASON}
    told = client.post(address, sent, follow=True)
    assert "已撤回1项" in text_of(told)
    assert [stage_of(row, CARD), stage_of(row, "birth_certificate")] == [Stage.WITHDRAWN, Stage.ACCEPTED]
    entry = Entry.objects.get(verb="case.withdrawn", subject_id=case_of(row, CARD).id)
    assert entry.actor_kind == "applicant"
    run_journey(NOW)
    papers = [notice.kind for notice in of_application(row.number)]
    assert papers.count(NoticeKind.WITHDRAWAL) == 1


def test_the_same_form_sent_twice_withdraws_once() -> None:
    row = accepted(PROOF)
    client = holder_of(row)
    sent = {"case": row.cases[0].number, "text": REASON}
    for _ in range(2):
        assert client.post(f"/track/{row.number}/withdraw/", sent).status_code == 302
    assert Entry.objects.filter(verb="case.withdrawn", subject_id=row.cases[0].id).count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({"text": REASON}, "请选择要撤回的事项"), ({"case": "{number}", "text": " "}, "请填写撤回的理由")],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(sent: dict[str, str], sentence: str) -> None:
    row = received(PROOF)
    filled = {name: value.format(number=row.cases[0].number) for name, value in sent.items()}
    response = clerk_client().post(f"/counter/applications/{row.number}/withdraw/", filled)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert (REASON in text_of(response)) == (sent["text"] == REASON)
    assert ("checked" in response.content.decode()) == ("case" in sent)


def test_the_counter_records_the_applicants_written_wish() -> None:
    row = received(PROOF)
    sent = {"case": row.cases[0].number, "text": REASON}
    response = clerk_client().post(f"/counter/applications/{row.number}/withdraw/", sent, follow=True)
    assert "已撤回1项" in text_of(response)
    assert Case.objects.get(id=row.cases[0].id).stage == Stage.WITHDRAWN
    assert Entry.objects.get(verb="case.withdrawn", subject_id=row.cases[0].id).actor_kind == "staff"


def test_nobody_is_offered_to_withdraw_what_is_done() -> None:
    row = ready()
    for client, page in (
        (holder_of(row), f"/track/{row.number}/"),
        (clerk_client(), f"/counter/applications/{row.number}/"),
    ):
        assert "withdraw/" not in client.get(page).content.decode()
        assert "不能在这里撤回" in text_of(client.get(f"{page}withdraw/"))


def test_a_stranger_is_asked_for_the_code_and_withdraws_nothing() -> None:
    row = accepted(PROOF)
    sent = {"case": row.cases[0].number, "text": REASON}
    stranger = Client()
    stranger.force_login(User.objects.get(username="wujingting"))
    response = stranger.post(f"/track/{row.number}/withdraw/", sent)
    assert response["Location"].startswith("/track/?number=")
    assert Case.objects.get(id=row.cases[0].id).stage == Stage.ACCEPTED
