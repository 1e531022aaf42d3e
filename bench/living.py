"""One life of the bundle after the other by the acts themselves: `python -m bench.living BEGIN END FIRST_PERSON`.

BEGIN and END are seconds of the clock, FIRST_PERSON numbers the applicants. No HTTP, no papers, no messages, no
queue: what remains is what hand-written SQL would have to do as well.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

if __name__ == "__main__":
    from yichuang.config import setup

    setup.django()  # before anything of the domain is imported

from bench import material
from bench.specimens import OPINION, officers
from yichuang.base import clock, ids
from yichuang.cases.actions import issuing, joining, review
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.receipt import receive
from yichuang.cases.data import Submission
from yichuang.cases.models import Case
from yichuang.cases.states import Outcome, Stage
from yichuang.delivery.actions import hand_over
from yichuang.identity.data import Actor


def live(clerk: Actor, able: dict[int, Actor], given: Submission, now: datetime) -> str:
    """Submit, accept, decide and issue five cases as they fall due, hand over, close; the application's number."""
    receipt = receive(actor=clerk, submission=given, now=now)
    accept(actor=clerk, application_id=receipt.application_id, now=now)
    cases = Case.objects.filter(application_id=receipt.application_id).order_by("id")
    while due := list(cases.filter(stage=Stage.ACCEPTED, waiting=0)):
        for case in due:
            _decide(case, able, now)
            joining.join(case_id=case.id, now=now)
            issuing.issue(case_id=case.id, notice_id=0, licence_id=None, now=now)
    hand_over(actor=clerk, application_id=receipt.application_id, now=now)
    issuing.close(case_id=cases[0].id, now=now)
    return receipt.number


def submissions(first: int) -> Iterator[Submission]:
    """The bundle for one applicant after the other."""
    given = material.submission()
    for number in material.citizen_numbers(first):
        yield replace(given, key=ids.new_key(), applicant=replace(given.applicant, number=number))


def _decide(case: Case, able: dict[int, Actor], now: datetime) -> None:
    if case.partner:
        partner = case.department_id
        review.begin_review_elsewhere(case_id=case.id, partner_id=partner, now=now)
        review.decide_elsewhere(
            case_id=case.id, partner_id=partner, outcome=Outcome.GRANTED, reason=OPINION, facts={}, now=now
        )
    else:
        officer = able[case.department_id]
        review.decide(actor=officer, case_id=case.id, outcome=Outcome.GRANTED, opinion=OPINION, now=now)


def main() -> None:
    """Live until the end."""
    begin, end, first = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    clerk, able, given = material.staff("clerk1"), officers(), submissions(first)
    live(clerk, able, next(given), clock.now())
    time.sleep(max(begin - time.time(), 0))
    for submission in itertools.takewhile(lambda _submission: time.time() < end, given):
        live(clerk, able, submission, clock.now())


if __name__ == "__main__":
    main()
