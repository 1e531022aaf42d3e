"""Collecting the results by download, opening them, and rating afterwards."""

import io
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city import run_journey
from tests.factories import accepted, case_of, decided, staff
from tests.portal_visitors import applicant, fresh, holder_of, ready, text_of
from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.delivery.models import HandOver
from yichuang.feedback.queries import newest
from yichuang.ledger.models import Entry
from yichuang.licences.queries import of_cases
from yichuang.notices.queries import of_application

pytestmark = pytest.mark.django_db

FIRST = "birth_certificate"


def test_one_press_collects_everything_and_a_second_is_harmless() -> None:
    row = ready()
    client = holder_of(row)
    address = f"/track/{row.number}/results/"
    assert "领取全部结果" in text_of(client.get(address))
    assert client.post(address)["Location"] == address
    assert client.post(address)["Location"] == address
    assert HandOver.objects.filter(application_id=row.id).count() == 1
    page = text_of(client.get(address))
    assert "打包下载全部" in page
    assert "领取全部结果" not in page
    run_journey()
    assert {case.stage for case in fresh(row).cases} == {Stage.CLOSED}
    assert NoticeKind.DELIVERY in {paper.kind for paper in of_application(row.number)}


def test_it_is_recorded_that_the_applicant_collected_by_download() -> None:
    row = ready()
    applicant().post(f"/track/{row.number}/results/")
    entry = Entry.objects.filter(verb="hand_over.done").latest("id")
    assert (entry.actor_kind, entry.actor_id, entry.facts["channel"]) == (
        "applicant",
        row.party_id,
        "download",
    )


def test_a_result_is_not_given_out_before_it_is_collected() -> None:
    row = ready()
    client = holder_of(row)
    case = row.cases[0].number
    decision = next(paper for paper in of_application(row.number) if paper.kind == NoticeKind.GRANT)
    addresses = (f"licences/{case}/", f"notices/{decision.id}/", "results.zip")
    for address in addresses:
        assert client.get(f"/track/{row.number}/{address}").status_code == 404
    client.post(f"/track/{row.number}/results/")
    for address in addresses:
        assert client.get(f"/track/{row.number}/{address}").status_code == 200


def test_a_paper_of_another_application_is_not_given_out() -> None:
    row, other = ready(), ready()
    client = holder_of(row)
    client.post(f"/track/{row.number}/results/")
    paper = of_application(other.number)[0]
    assert client.get(f"/track/{row.number}/notices/{paper.id}/").status_code == 404
    assert client.get(f"/track/{row.number}/licences/{other.cases[0].number}/").status_code == 404


def test_the_archive_holds_every_result_sealed_as_it_was_and_each_is_recorded() -> None:
    row = ready()
    client = holder_of(row)
    client.post(f"/track/{row.number}/results/")
    before = Entry.objects.latest("id").id
    response = client.get(f"/track/{row.number}/results.zip")
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
        assert all(packed.read(name).startswith(b"%PDF-") for name in names)
    licence = of_cases([row.cases[0].number])[row.cases[0].number]
    assert f"01 {row.cases[0].item_name}·{licence.type_name}.pdf" in names
    assert len(names) == 2
    verbs = Entry.objects.filter(id__gt=before).order_by("id").values_list("verb", flat=True)
    assert sorted(verbs) == ["licence.read", "notice.read"]


def test_a_refused_case_is_collected_as_its_decision() -> None:
    row = ready(outcome=Outcome.REFUSED)
    client = holder_of(row)
    assert "决定书" in text_of(client.get(f"/track/{row.number}/results/"))
    client.post(f"/track/{row.number}/results/")
    assert "决定书" in text_of(client.get(f"/track/{row.number}/results/"))
    with zipfile.ZipFile(io.BytesIO(client.get(f"/track/{row.number}/results.zip").content)) as packed:
        assert len(packed.namelist()) == 1


def test_what_is_ready_can_be_collected_before_the_rest() -> None:
    row = accepted("newborn")
    decided(row, FIRST, "officer-weijian")
    run_journey()
    client = holder_of(row)
    page = text_of(client.get(f"/track/{row.number}/results/"))
    assert "还有 4 项在办" in page
    assert "先领取这些结果" in page
    client.post(f"/track/{row.number}/results/")
    assert case_of(fresh(row), FIRST).stage == Stage.DELIVERED


def test_with_nothing_ready_the_page_says_so_and_the_act_is_refused() -> None:
    row = accepted("newborn")
    client = holder_of(row)
    assert "还没有结果可领" in text_of(client.get(f"/track/{row.number}/results/"))
    response = client.post(f"/track/{row.number}/results/")
    assert response.status_code == 409
    assert "没有待领取的结果" in text_of(response)
    assert client.get(f"/track/{row.number}/results.zip").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_results() -> None:
    counts = []
    for target, officers in (
        ("housing_reform_proof", {"housing_reform_proof": "officer-zhujian"}),
        ("newborn", {FIRST: "officer-weijian", "medical_insurance": "officer-yibao"}),
    ):
        row = accepted(target)
        for item, officer in officers.items():
            decided(row, item, officer)
            run_journey()
            row = fresh(row)
        client = holder_of(row)
        client.post(f"/track/{row.number}/results/")
        client.get(f"/track/{row.number}/results/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/track/{row.number}/results/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


# ── Rating ───────────────────────────────────────────────────────────────────────────────────────


def collected() -> tuple[str, Client]:
    row = ready()
    client = holder_of(row)
    client.post(f"/track/{row.number}/results/")
    return f"/track/{row.number}/rate/", client


def test_a_rating_is_thanked_for_and_seen_by_the_manager_without_the_rater() -> None:
    address, client = collected()
    assert "办得怎么样" in text_of(client.get(address))
    response = client.post(address, {"grade": "very_good", "comment": "一次都没多跑"}, follow=True)
    page = text_of(response)
    assert "谢谢您的评价" in page
    assert "非常满意" in page
    seen = newest(staff("manager"))[0]
    assert (seen.grade, seen.comment) == ("very_good", "一次都没多跑")
    facts = Entry.objects.filter(verb="rating.given").latest("id").facts
    assert "一次都没多跑" not in str(facts)


def test_the_second_rating_is_told_so_and_changes_nothing() -> None:
    address, client = collected()
    client.post(address, {"grade": "good", "comment": ""})
    page = text_of(client.post(address, {"grade": "very_bad", "comment": ""}, follow=True))
    assert "您已经评价过这件申办" in page
    assert "满意" in page
    assert newest(staff("manager"))[0].grade == "good"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"comment": "我写了很多"}, "请选择五个等级中的一个"),
        ({"grade": "excellent", "comment": "我写了很多"}, "请选择五个等级中的一个"),
        ({"grade": "bad", "comment": "我写了很多" + "慢" * 500}, "意见最多500个字"),
    ],
    ids=["no grade", "no such grade", "too long"],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(sent: dict[str, str], sentence: str) -> None:
    address, client = collected()
    response = client.post(address, sent)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "我写了很多" in text_of(response)


def test_exactly_five_hundred_characters_in_lines_are_taken() -> None:
    address, client = collected()
    response = client.post(address, {"grade": "fair", "comment": "好\r\n" * 249 + "好好"}, follow=True)
    assert "谢谢您的评价" in text_of(response)


def test_before_anything_was_collected_there_is_no_rating() -> None:
    row = ready()
    client = holder_of(row)
    assert "还不到评价的时候" in text_of(client.get(f"/track/{row.number}/rate/"))
    assert client.post(f"/track/{row.number}/rate/", {"grade": "good"}).status_code == 422
