"""The centre's pages: ratings, open cases, departments' systems, failed steps, mandates."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.city import failed_job, run_journey
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, case_of, decided, received, staff
from tests.officers_desk import LATER, stopped_clock
from yichuang.base.errors import Forbidden, Invalid
from yichuang.cases import counting, queries
from yichuang.cases.models import Application, Case
from yichuang.cases.states import ENDED, Stage, Verb
from yichuang.delivery.actions import hand_over
from yichuang.feedback.actions import rate
from yichuang.feedback.data import Grade
from yichuang.feedback.models import Rating
from yichuang.identity.data import Actor, ActorKind
from yichuang.identity.models import Mandate
from yichuang.identity.seal_keys import SealKeyExpired
from yichuang.journey import failures, runner, steps
from yichuang.journey.steps import STEPS
from yichuang.ledger.models import Entry
from yichuang.web.manage.pictures import praise_share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

PROOF = "housing_reform_proof"
PAGES = ("", "ratings/", "partners/", "steps/", "mandates/", "standards/")
#: What administrators see too: what does not get on by itself.
KEPT = ("partners/", "steps/")


def rated(grade: Grade, comment: str = "") -> str:
    """An application that was handed over and rated."""
    whole = accepted(PROOF)
    decided(whole, PROOF, "officer-zhujian")
    run_journey(NOW)
    hand_over(actor=staff("clerk1"), application_id=whole.id, now=NOW)
    run_journey(NOW)
    actor = Actor(ActorKind.APPLICANT, Application.objects.get(id=whole.id).party_id)
    row = queries.application(actor, whole.number, now=NOW)
    rate(actor=actor, application=row, grade=grade, comment=comment, now=NOW)
    return whole.number


def decision() -> tuple[str, int]:
    """The number of a case whose result was not issued, and the entry of its decision."""
    whole = accepted(PROOF)
    decided(whole, PROOF, "officer-zhujian")
    case = case_of(whole, PROOF)
    return case.number, Entry.objects.get(verb=Verb.DECIDE, subject_id=case.id).id


# ── Whose pages they are ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_the_managers_and_the_supervisors(page: str) -> None:
    for username in ("manager", "supervisor"):
        assert clerk_client(username).get(f"/manage/{page}").status_code == 200
    expected = 200 if page in KEPT else 403
    assert clerk_client("administrator").get(f"/manage/{page}").status_code == expected
    for username in ("clerk1", "officer-weijian", "chief-weijian", "linzhixia"):
        response = clerk_client(username).get(f"/manage/{page}")
        assert response.status_code == 403
        assert "只有中心管理" in text_of(response)


def test_the_navigation_leads_each_role_to_its_own_pages() -> None:
    manager = text_of(clerk_client("manager").get("/manage/"))
    assert "业务委托书" in manager
    assert "审批工作台" not in manager
    administrator = clerk_client("administrator").get("/manage/steps/").content.decode()
    assert 'href="/accounts/staff/"' in administrator
    assert 'href="/manage/mandates/"' not in administrator


# ── Ratings ──────────────────────────────────────────────────────────────────────────────────────


def test_ratings_show_their_grade_and_words_but_not_who_gave_them() -> None:
    number = rated(Grade.VERY_BAD, "等了两个小时")
    response = clerk_client("manager").get("/manage/ratings/")
    text = text_of(response)
    assert number in text
    assert "等了两个小时" in text
    assert 'class="is-bad"' in response.content.decode()
    assert "林" not in text


def test_ratings_of_another_centre_are_not_shown() -> None:
    number = rated(Grade.GOOD)
    other = staff("officer-weijian").department_id
    Application.objects.filter(number=number).update(centre_id=other)
    Rating.objects.filter(application__number=number).update(centre_id=other)
    assert number not in text_of(clerk_client("manager").get("/manage/ratings/"))
    assert number in text_of(clerk_client("supervisor").get("/manage/ratings/"))


def test_praise_is_the_first_two_grades() -> None:
    counts = dict.fromkeys(Grade, 0) | {Grade.VERY_GOOD: 1, Grade.GOOD: 1, Grade.FAIR: 1, Grade.BAD: 1}
    assert praise_share(counts) == 50
    assert praise_share(dict.fromkeys(Grade, 0)) is None


@pytest.mark.parametrize("days", ["7", "365", "", "12", "-1", "x"])
def test_any_period_is_answered(days: str) -> None:
    assert clerk_client("manager").get("/manage/ratings/", {"days": days}).status_code == 200


# ── Open cases ───────────────────────────────────────────────────────────────────────────────────


def test_open_cases_are_counted_by_department_and_stage() -> None:
    received("newborn")
    accepted(PROOF, now=NOW - timedelta(days=5))
    manager = staff("manager")
    found = counting.stage_counts(manager, now=LATER)
    rows = Case.objects.filter(application__centre_id=manager.department_id).exclude(stage__in=list(ENDED))
    assert sum(row.number for row in found) == rows.count()
    assert {row.stage for row in found} >= {Stage.RECEIVED, Stage.ACCEPTED}
    late = rows.filter(stage__in=["accepted", "in_review"], due_at__lt=LATER).count()
    assert sum(row.overdue for row in found) == late > 0
    text = text_of(clerk_client("manager").get("/manage/"))
    assert f"{rows.count()} 件没有办结" in text
    assert f"超期 {late} 件" in text


def test_another_centre_counts_nothing_of_it() -> None:
    accepted(PROOF)
    stranger = Actor(ActorKind.STAFF, 1, "", staff("manager").roles, staff("officer-weijian").department_id)
    assert counting.stage_counts(stranger, now=LATER) == ()


def test_the_overview_costs_the_same_however_much_there_is(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = clerk_client("manager")
    for _ in range(3):
        _number, entry_id = decision()
        failures.note("issue_result", entry_id, TimeoutError(), now=LATER)
        failed_job(entry_id)
    rated(Grade.GOOD)
    client.get("/manage/")
    with django_assert_max_num_queries(23):
        client.get("/manage/")


# ── Departments' systems ─────────────────────────────────────────────────────────────────────────


def test_a_dispatch_that_was_not_answered_stands_on_the_board() -> None:
    whole = accepted("newborn")
    decided(whole, "birth_certificate", "officer-weijian")
    run_journey(LATER)
    away = next(case for case in whole.cases if case.partner)
    text = text_of(clerk_client("manager").get("/manage/partners/"))
    assert "公安人口管理系统" in text
    assert away.number in text
    assert "林知夏" not in text


# ── Steps that failed ────────────────────────────────────────────────────────────────────────────


def test_a_failing_step_leaves_the_class_of_its_error_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    _number, entry_id = decision()

    def fails(_entry: object, _now: object) -> None:
        raise Invalid("林知夏的数据不对", code="wrong_data")

    monkeypatch.setitem(STEPS, "issue_result", fails)
    with pytest.raises(Invalid):
        runner.step.func("issue_result", entry_id)
    entry = Entry.objects.get(verb="step.failed", subject_id=entry_id)
    assert entry.facts == {"step": "issue_result", "error": "Invalid", "code": "wrong_data"}


def test_failed_steps_say_what_failed_for_which_case_and_how_often() -> None:
    number, entry_id = decision()
    for _ in range(2):
        failures.note("issue_result", entry_id, TimeoutError("秘密"), now=LATER)
    failed_job(entry_id)
    text = text_of(clerk_client("manager").get("/manage/steps/"))
    assert "制证并出具决定书" in text
    assert number in text
    assert "TimeoutError" in text
    assert "2 次" in text
    assert "秘密" not in text


def test_a_known_error_comes_with_what_to_do_first() -> None:
    _number, entry_id = decision()
    failures.note("issue_result", entry_id, SealKeyExpired("…"), now=LATER)
    failed_job(entry_id)
    assert "请系统管理员更换后再试" in text_of(clerk_client("manager").get("/manage/steps/"))


def test_trying_again_queues_the_job_records_who_and_the_step_is_done() -> None:
    number, entry_id = decision()
    job_id = failed_job(entry_id)
    response = clerk_client("manager").post(f"/manage/steps/{job_id}/retry/", follow=True)
    assert "已重新排队" in text_of(response)
    assert ProcrastinateJob.objects.get(id=job_id).status == "todo"
    entry = Entry.objects.get(verb="step.retried", subject_id=job_id)
    assert (entry.actor_id, entry.facts["entry_id"]) == (staff("manager").id, entry_id)
    run_journey(LATER)
    assert Case.objects.get(number=number).stage == Stage.ISSUED


def test_trying_again_twice_queues_it_once() -> None:
    _number, entry_id = decision()
    job_id, client = failed_job(entry_id), clerk_client("administrator")
    client.post(f"/manage/steps/{job_id}/retry/")
    assert "已经重试或已经完成" in text_of(client.post(f"/manage/steps/{job_id}/retry/", follow=True))
    assert Entry.objects.filter(verb="step.retried", subject_id=job_id).count() == 1


def test_the_supervisor_sees_failed_steps_but_changes_nothing() -> None:
    _number, entry_id = decision()
    job_id, client = failed_job(entry_id), clerk_client("supervisor")
    assert "再试一次 " not in text_of(client.get("/manage/steps/")).replace("之后再试一次", "")
    assert client.post(f"/manage/steps/{job_id}/retry/").status_code == 403
    assert ProcrastinateJob.objects.get(id=job_id).status == "failed"


def test_a_step_of_another_centre_is_neither_seen_nor_tried_again() -> None:
    number, entry_id = decision()
    Application.objects.filter(cases__number=number).update(centre_id=staff("officer-weijian").department_id)
    job_id = failed_job(entry_id)
    assert number not in text_of(clerk_client("manager").get("/manage/steps/"))
    assert clerk_client("manager").post(f"/manage/steps/{job_id}/retry/").status_code == 404
    assert number in text_of(clerk_client("supervisor").get("/manage/steps/"))


def test_a_step_that_hangs_on_an_application_finds_its_number() -> None:
    whole = received(PROOF)
    receipt = Entry.objects.get(verb="application.received", subject_id=whole.id)
    failed_job(receipt.id, "issue_receipt")
    assert whole.number in {row.subject for row in failures.failed_steps(staff("manager"))}


def test_only_who_watches_over_the_journey_is_told_of_failed_steps() -> None:
    with pytest.raises(Forbidden):
        failures.failed_steps(staff("officer-weijian"))


def test_every_step_has_a_name_that_people_read() -> None:
    assert set(failures.STEP_NAMES) == set(steps.STEPS)


# ── Mandates ─────────────────────────────────────────────────────────────────────────────────────


def test_mandates_about_which_something_must_be_done_come_first() -> None:
    soon = Mandate.objects.filter(centre_id=staff("manager").department_id, valid_until=None).order_by("id")[
        0
    ]
    Mandate.objects.filter(id=soon.id).update(valid_until=(LATER + timedelta(days=20)).date())
    text = text_of(clerk_client("manager").get("/manage/mandates/"))
    expired, ending, lasting = (text.index(words) for words in ("已过期", "还有20天到期", "长期有效"))
    assert expired < ending < lasting
    overview = text_of(clerk_client("manager").get("/manage/"))
    assert soon.number in overview
    assert "还有20天到期" in overview


def test_a_new_edition_of_the_standard_list_is_a_task_with_its_difference_and_day() -> None:
    text = text_of(clerk_client("manager").get("/manage/standards/"))
    assert "公共场所卫生许可（新办）" in text
    assert "法定办结时限" in text
    assert "10个工作日" in text
    assert "20个工作日" in text
    assert "2027-03-31" in text
    assert "100%" in text
