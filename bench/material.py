"""What is measured with: sessions of trial accounts, complete submissions, people whose ID numbers check."""

import itertools
import json
import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from stdnum.cn import ric

from yichuang.base import ids
from yichuang.cases.data import Person, Settlement, Submission
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.data import Element, SourceKind
from yichuang.catalogue.planned import Known
from yichuang.catalogue.planning import plan as make_plan
from yichuang.identity.data import Actor
from yichuang.identity.models import User
from yichuang.identity.queries import actor_of
from yichuang.identity.sessions import SessionStore

#: The bundle that everything is measured with: five items, four departments.
BUNDLE = "newborn"
_SAMPLES = {
    "organisation_code": "91110000600037341L",
    "phone": "13857000101",
    "date": "2026-03-02",
    "number": "1",
    "address": "浙江省衢州市柯城区样例路1号",
    "text": "样例",
    "project_code": "2605-330802-04-01-990001",
}
#: What stands in the template of a submission where each one has its own.
_KEY, _NUMBER = "00000000-0000-0000-0000-000000000000", "330802199504182463"


def staff(username: str) -> Actor:
    """The actor of a trial account."""
    return actor_of(User.objects.get(username=username))


def session_of(username: str) -> str:
    """The key of a session that is logged in as a trial account."""
    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def token() -> str:
    """A CSRF token, good with itself as the cookie."""
    return secrets.token_hex(16)


def citizen_numbers(first: int = 0) -> Iterator[str]:
    """Valid 公民身份号码 of nobody, each once: 柯城区, a day of birth, a serial, the check digit."""
    for index in itertools.count(first):
        serial, day = index % 1000, index // 1000
        year, rest = 1950 + day // 336 % 50, day % 336
        body = f"330802{year}{rest // 28 + 1:02d}{rest % 28 + 1:02d}{serial:03d}"
        yield body + ric.calc_check_digit(body + "0")


def _sample(element: Element) -> str:
    if element.type == "choice":
        return next(iter(element.choices))
    return _NUMBER if element.type == "citizen_number" else _SAMPLES[element.type]


def submission(target: str = BUNDLE, *, number: str = _NUMBER) -> Submission:
    """A complete submission: every field filled, every material shown on paper."""
    catalogue = catalogue_queries.current()
    answers: dict[str, str] = {}
    while (plan := make_plan(catalogue, target, answers, Known())).unanswered:
        for situation in plan.situations:
            if situation.key in plan.unanswered:
                answers[situation.key] = situation.default or next(iter(situation.options))
    return Submission(
        key=ids.new_key(),
        target=target,
        applicant=Person("person", number, "林知夏", "13857000101"),
        answers=answers,
        values={planned.element.key: _sample(planned.element) for planned in plan.fields},
        materials={
            planned.material.key: Settlement(SourceKind.PAPER, checked=True)
            for planned in plan.materials
            if planned.source is not SourceKind.SISTER
        },
    )


class Bodies:
    """The JSON of one submission after the other, each with its own key and applicant."""

    def __init__(self, first_person: int, target: str = BUNDLE) -> None:
        given = submission(target)
        document: dict[str, Any] = {
            "key": _KEY,
            "target": given.target,
            "applicant": {"kind": "person", "number": _NUMBER, "name": "林知夏", "phone": "13857000101"},
            "answers": given.answers,
            "values": given.values,
            "materials": {
                key: {"source": how.source, "checked": how.checked} for key, how in given.materials.items()
            },
        }
        self._template = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        self._numbers = citizen_numbers(first_person)

    def next(self) -> bytes:
        """The next one."""
        body = self._template.replace(_KEY.encode(), str(ids.new_key()).encode())
        return body.replace(_NUMBER.encode(), next(self._numbers).encode())
