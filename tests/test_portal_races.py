"""Public acts at the same moment, from several devices: real commits, one thread each."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from tests.portal_visitors import holder_of, ready
from yichuang.delivery.models import HandOver
from yichuang.feedback.models import Rating


def test_two_presses_at_the_same_moment_are_one_hand_over(committed_db: None) -> None:
    """Whoever comes a moment too late is shown the same page: everything is collected."""

    def press(_number: int) -> int:
        try:
            return holder_of(row).post(f"/track/{row.number}/results/").status_code
        finally:
            connection.close()

    row = ready()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))
    assert answers == [302] * 4
    assert HandOver.objects.filter(application_id=row.id).count() == 1


def test_two_ratings_at_the_same_moment_are_one(committed_db: None) -> None:
    def rate(grade: str) -> int:
        try:
            sent = {"grade": grade, "comment": ""}
            return holder_of(row).post(f"/track/{row.number}/rate/", sent).status_code
        finally:
            connection.close()

    row = ready()
    holder_of(row).post(f"/track/{row.number}/results/")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(rate, ("very_good", "good", "bad", "very_bad")))
    assert answers == [302] * 4
    assert Rating.objects.filter(application_id=row.id).count() == 1
