"""kill -9 under load, and what must still be so afterwards: nothing lost, nothing doubled, everything done.

The platform runs as an operator has it, with fsync. Clients do not know what became of a request whose connection
broke, so they send it again, unchanged. Nothing here sleeps: every wait is for a state that can be seen.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from tests.identities import citizen_number
from tests.platform import Person, Platform, exists, new_platform, stages, submission, until

pytestmark = pytest.mark.processes

OFFICERS = {"卫健委": "officer-weijian", "医保局": "officer-yibao", "人社局": "officer-renshe"}
POLICE_ITEM = "household_registration"
ITEMS = 5
#: Acts that somebody must have confirmed between one kill and the next, so that each strikes in the middle.
BETWEEN_KILLS = 10
MOST_APPLICATIONS = 20
#: Seconds.
WELL_UNDER_A_MINUTE = 40.0
GRANT = {"outcome": "granted", "opinion": "材料齐全，符合条件。"}


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """One running platform for this module; what a test kills it brings back."""
    with new_platform() as running:
        for username in ("clerk1", "clerk2", *OFFICERS.values()):
            running.person(username)
        yield running


@pytest.fixture(autouse=True)
def told(platform: Platform) -> None:
    """The police decides quickly and calls back."""
    platform.control_police(decide_after=1)


# ── A life over REST ─────────────────────────────────────────────────────────────────────────────


@dataclass
class Life:
    """One application of the newborn's bundle, from the submission to the end, pushed on whenever somebody can."""

    platform: Platform
    confirmed: Callable[[], None] = lambda: None
    body: dict[str, Any] = field(default_factory=lambda: submission(number=citizen_number()))
    receipt: dict[str, Any] = field(default_factory=dict)
    finished: bool = False

    @property
    def clerk(self) -> Person:
        return self.platform.person("clerk1")

    @property
    def number(self) -> str:
        return str(self.receipt["number"])

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.clerk.get(f"/api/applications/{self.number}").json()
        return found

    def submit(self) -> None:
        answer = self.clerk.post("/api/applications", self.body)
        assert answer.status_code in {200, 201}, answer.text
        self.receipt = answer.json()
        self.confirmed()

    def accept(self) -> None:
        answer = self.clerk.post(f"/api/applications/{self.number}/accept")
        assert answer.status_code == 200, answer.text
        self.confirmed()

    def decide(self, case: dict[str, Any]) -> None:
        """409 says that an earlier try, whose answer was lost, had come through."""
        officer = self.platform.person(OFFICERS[case["department"]])
        for act, body in (("claim", None), ("decide", GRANT)):
            answer = officer.post(f"/api/cases/{case['number']}/{act}", body)
            assert answer.status_code in {200, 409}, answer.text
        self.confirmed()

    def hand_over(self) -> None:
        answer = self.platform.person("clerk2").post(f"/api/applications/{self.number}/hand-over")
        assert answer.status_code in {200, 409}, answer.text
        self.confirmed()

    def advance(self) -> None:
        """Do what can be done now."""
        application = self.look()
        for case in application["cases"]:
            open_now = case["stage"] in {"accepted", "in_review"} and not case["waits_for"]
            if open_now and case["item"] != POLICE_ITEM:
                self.decide(case)
        if application["ready"]:
            self.hand_over()
        self.finished = set(stages(application)) == {"closed"}

    def finish(self) -> None:
        """Push it to its end."""

        def closed() -> bool:
            self.advance()
            return self.finished

        until(closed, f"{self.number} to be closed", every=0.2)


class Crowd:
    """Four threads, each with some lives at a time; it counts what was confirmed to anybody."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.lives: list[Life] = []
        self.acts = 0
        self.faults: list[BaseException] = []
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._guarded) for _number in range(4)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def go_on(self) -> None:
        """Return when so much more was confirmed that the next kill strikes in the middle of something."""
        mark = self.acts + BETWEEN_KILLS
        until(lambda: self.acts >= mark or self.faults, "acts to be confirmed")
        assert not self.faults, self.faults

    def finish(self) -> None:
        """Nobody comes any more; return when every life is at its end."""
        self._enough.set()
        for thread in self._threads:
            thread.join()
        assert not self.faults, self.faults

    def _confirmed(self) -> None:
        with self._lock:
            self.acts += 1

    def _begin(self) -> Life | None:
        with self._lock:
            if self._enough.is_set() or len(self.lives) >= MOST_APPLICATIONS:
                return None
            self.lives.append(Life(self.platform, self._confirmed))
            return self.lives[-1]

    def _guarded(self) -> None:
        try:
            self._work()
        except BaseException as fault:
            self.faults.append(fault)

    def _work(self) -> None:
        open_lives: list[Life] = []

        def done() -> bool:
            if len(open_lives) < 5 and (life := self._begin()) is not None:
                life.submit()
                life.accept()
                open_lives.append(life)
            for life in open_lives:
                life.advance()
            open_lives[:] = [life for life in open_lives if not life.finished]
            return not open_lives and (self._enough.is_set() or len(self.lives) >= MOST_APPLICATIONS)

        until(done, "all lives to end", seconds=300, every=0.1)


# ── What must be so ──────────────────────────────────────────────────────────────────────────────


def check_ledger(platform: Platform) -> None:
    """Every case is what its entries say, and the entries are what was sealed."""
    platform.seal()
    verified = platform.command("verify")
    assert verified.returncode == 0, verified.stdout
    assert "0 differ" in verified.stdout
    assert "0 faults" in verified.stdout


def check_everything(platform: Platform, lives: list[Life]) -> None:
    """Nothing lost, nothing doubled, every job done, both books agree."""
    platform.settle()
    assert platform.failed_jobs() == []
    told = {life.body["key"]: life.number for life in lives}
    written = platform.rows("SELECT key::text, number FROM cases_application")
    assert dict(written).items() >= told.items()
    assert len({number for _key, number in written}) == len({key for key, _number in written}) == len(written)
    numbers = list(told.values())
    check_cases(platform, numbers)
    check_papers(platform, numbers)
    check_partner(platform, numbers)


def check_cases(platform: Platform, numbers: list[str]) -> None:
    """Every case was accepted, decided, issued, delivered and closed exactly once."""
    ends = platform.rows(
        "SELECT application.number, count(*), min(stage), max(stage), min(outcome), max(outcome) "
        "FROM cases_case JOIN cases_application AS application ON application.id = application_id "
        "WHERE application.number = ANY(%s) GROUP BY 1",
        numbers,
    )
    assert sorted(ends) == [
        (number, ITEMS, "closed", "closed", "granted", "granted") for number in sorted(numbers)
    ]
    acts = platform.rows(
        "SELECT verb, count(*), count(DISTINCT subject_id) FROM ledger_entry "
        "JOIN cases_case ON cases_case.id = subject_id JOIN cases_application AS a ON a.id = application_id "
        "WHERE subject_kind = 'case' AND a.number = ANY(%s) AND verb IN "
        "('case.received', 'case.accepted', 'case.decided', 'case.issued', 'case.delivered', 'case.closed') GROUP BY 1",
        numbers,
    )
    assert {(count, cases) for _verb, count, cases in acts} == {(ITEMS * len(numbers),) * 2}
    assert len(acts) == 6


def check_papers(platform: Platform, numbers: list[str]) -> None:
    """One of each paper, one licence for each case; what is counted by year has no gaps."""
    papers = platform.rows(
        "SELECT kind, count(*), count(DISTINCT key), count(file_id) FROM notices_notice "
        "WHERE application_number = ANY(%s) GROUP BY kind",
        numbers,
    )
    each = {"receipt": 1, "acceptance": ITEMS, "grant": ITEMS, "delivery": 1, "closing": 1}
    assert {kind: counts for kind, *counts in papers} == {
        kind: [count * len(numbers)] * 3 for kind, count in each.items()
    }
    licences = platform.rows(
        "SELECT count(*), count(DISTINCT case_number), count(file_id) FROM licences_licence "
        "WHERE left(case_number, 12) = ANY(%s)",
        numbers,
    )
    assert licences == [(ITEMS * len(numbers),) * 3]
    issued = dict(platform.rows("SELECT verb, count(*) FROM ledger_entry GROUP BY verb"))
    assert issued["notice.issued"] == platform.one("SELECT count(*) FROM notices_notice")
    assert issued["notice.issued"] == platform.one(
        "SELECT count(DISTINCT (department_id, number)) FROM notices_notice"
    )
    assert issued["licence.issued"] == platform.one("SELECT count(*) FROM licences_licence")
    assert issued["licence.issued"] == platform.one("SELECT count(DISTINCT identifier) FROM licences_licence")


def check_partner(platform: Platform, numbers: list[str]) -> None:
    """The partner's own book has every case of its department exactly once, and answered what we took over."""
    cases = platform.rows(
        "SELECT number FROM cases_case WHERE partner = 'police' AND left(number, 12) = ANY(%s)", numbers
    )
    book = Counter(entry["case"] for entry in platform.police_book() if entry["case"][:12] in set(numbers))
    assert book == Counter(number for (number,) in cases)
    states = platform.rows(
        "SELECT DISTINCT state FROM departments_dispatch WHERE left(case_number, 12) = ANY(%s)", numbers
    )
    assert states == [("confirmed",)]


# ── The tests ────────────────────────────────────────────────────────────────────────────────────


def test_whatever_is_killed_under_load_nothing_is_lost_and_nothing_doubled(platform: Platform) -> None:
    with platform.explained():
        crowd = Crowd(platform)
        crowd.start()
        for victim in ("worker-1", "web", "database", "simulators.police"):
            crowd.go_on()
            if victim == "simulators.police":
                until(
                    lambda: platform.one("SELECT count(*) > 1 FROM departments_dispatch"), "cases to be sent"
                )
            killed = platform.kill(victim)
            until(
                lambda name=victim, pid=killed: platform.pids().get(name, pid) != pid,
                f"{victim} to come back",
            )
        crowd.go_on()
        platform.kill_web_worker()
        crowd.go_on()
        platform.kill_everything()
        platform.start()
        crowd.go_on()
        crowd.finish()
        check_everything(platform, crowd.lives)
        check_ledger(platform)
    assert sum(person.unknown for person in platform.people.values()) > 0, "no kill was felt by anybody"


def test_a_journey_ends_well_after_the_death_of_everything_in_the_middle(platform: Platform) -> None:
    with platform.explained():
        life = Life(platform)
        life.submit()
        with held_inside(platform):
            life.accept()
            until(lambda: inside(platform) > 0, "a step to be in the middle")
            platform.kill_everything()
        platform.start()
        again = life.clerk.post("/api/applications", life.body)
        assert again.json() == {**life.receipt, "created": False}
        life.finish()
        code = {"number": life.number, "code": life.receipt["query_code"]}
        followed = life.clerk.post("/api/track", code).json()
        assert stages(followed) == ["closed"] * ITEMS
        rated = life.clerk.post("/api/track/rating", {**code, "grade": "very_good"})
        assert rated.status_code == 204, rated.text
        check_everything(platform, [life])
        check_ledger(platform)


def test_what_a_killed_worker_was_doing_is_soon_done_once_by_another(platform: Platform) -> None:
    with platform.explained():
        life = Life(platform)
        life.submit()
        with held_inside(platform):
            life.accept()
            until(lambda: inside(platform) > 0, "a step to be in the middle")
            for name in ("worker-1", "worker-2"):
                platform.kill(name)
        platform.settle(seconds=WELL_UNDER_A_MINUTE)
        life.finish()
        check_everything(platform, [life])


def test_a_worker_that_is_told_to_stop_ends_what_it_does(platform: Platform) -> None:
    with platform.explained():
        life = Life(platform)
        life.submit()
        printed = platform.log.stat().st_size
        with held_inside(platform):
            life.accept()
            until(lambda: inside(platform) > 0, "a step to be in the middle")
            stopped = [platform.pids()[name] for name in ("worker-1", "worker-2")]
            for pid in stopped:
                os.kill(pid, signal.SIGTERM)
        until(lambda: not any(exists(pid) for pid in stopped), "the workers to end")
        life.finish()
        check_everything(platform, [life])
        assert "taken up again" not in platform.printed(printed)
        assert platform.printed(printed).count("code=0") == 2


def test_a_worker_that_others_took_for_dead_starts_anew(platform: Platform) -> None:
    with platform.explained():
        platform.rows("DELETE FROM procrastinate_workers RETURNING id")
        life = Life(platform)
        life.submit()
        life.accept()
        life.finish()
        check_everything(platform, [life])


@contextmanager
def held_inside(platform: Platform) -> Iterator[None]:
    """Every step that issues a paper stops in its middle, at the number that it draws, until the block ends."""
    with platform.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE base_serial IN EXCLUSIVE MODE")
        yield
        with suppress(psycopg.OperationalError):  # it may have been killed
            connection.execute("ROLLBACK")


def inside(platform: Platform) -> int:
    """How many sessions wait for the lock that `held_inside` holds."""
    return int(
        platform.one("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'base_serial'::regclass")
    )
