"""办结通知: one for the application, once nothing of it is being handled any more, saying how each item ended."""

from pathlib import Path

import pytest

from tests.city import run_journey
from tests.courses import every_case_folds, every_step_repeats, settle
from tests.factories import NOW, accepted, case_of, staff
from tests.papers import needs_poppler, said_by
from tests.scenes import REFUSED, WAYS, bring
from yichuang.base import files
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage, Verb
from yichuang.delivery.actions import hand_over
from yichuang.ledger.models import Entry
from yichuang.notices.data import NoticeFacts, NoticeKind
from yichuang.notices.queries import of_application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_step_repeats")]
__all__ = ["every_case_folds", "every_step_repeats"]


def closing_notices(number: str) -> list[NoticeFacts]:
    return [notice for notice in of_application(number) if notice.kind == NoticeKind.CLOSING]


def text_of(notice: NoticeFacts, folder: Path) -> str:
    return said_by("pdftotext", files.read(notice.file_id).content, folder, "-layout").replace(" ", "")


@needs_poppler
def test_it_comes_with_the_last_end_and_names_every_item_with_its_result(tmp_path: Path) -> None:
    row = accepted("restaurant_opening")
    given_up, refused, *others = [case.item_key for case in row.cases]
    for item in others:
        settle(row, item)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    settle(row, refused, Outcome.REFUSED)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    assert closing_notices(row.number) == []
    withdraw(
        actor=staff("clerk1"), application_id=row.id, case_ids=[case_of(row, given_up).id], reason="不办了。",
        now=NOW,
    )  # fmt: skip
    run_journey()
    (notice,) = closing_notices(row.number)
    assert notice.department_id == row.centre_id
    text = text_of(notice, tmp_path)
    assert (text.count("已撤回"), text.count("不予许可"), text.count("准予")) == (1, 1, len(others))
    assert text.count("2026年3月9日") >= len(row.cases)


def test_what_is_handed_over_together_is_closed_in_one_act_and_told_once() -> None:
    row = accepted("restaurant_opening")
    for case in row.cases:
        settle(row, case.item_key)
    hand_over(actor=staff("clerk1"), application_id=row.id, now=NOW)
    run_journey()
    ids = [case.id for case in row.cases]
    assert set(Case.objects.filter(id__in=ids).values_list("stage", flat=True)) == {Stage.CLOSED}
    closed = Entry.objects.filter(subject_kind="case", subject_id__in=ids, verb=Verb.CLOSE)
    assert closed.count() == len(ids)
    assert len(closing_notices(row.number)) == 1


def test_who_withdrew_everything_has_the_confirmation_and_no_closing_notice() -> None:
    row = accepted("temporary_relief")
    withdraw(
        actor=staff("clerk1"), application_id=row.id, case_ids=[row.cases[0].id], reason="不办了。", now=NOW
    )
    run_journey()
    assert [notice.kind for notice in of_application(row.number)][-1] == NoticeKind.WITHDRAWAL
    assert closing_notices(row.number) == []


def test_an_end_after_a_reopened_review_is_told_anew() -> None:
    scene = bring(REFUSED, Stage.CLOSED)
    assert scene is not None
    run_journey()
    assert len(closing_notices(scene.number)) == 1
    for verb in (Verb.REOPEN, Verb.CLAIM, Verb.DECIDE):
        WAYS[verb](scene, NOW)
    run_journey()
    WAYS[Verb.DELIVER](scene, NOW)
    run_journey()
    assert len(closing_notices(scene.number)) == 2
