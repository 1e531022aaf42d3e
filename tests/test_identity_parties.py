"""Parties: one encrypted row each, found by a blind index, read for a recorded purpose only."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.identities import (
    NOW,
    SmallCity,
    citizen_number,
    fresh_departments,
    kept_db,
    make_staff,
    small_city,
)
from yichuang.base.errors import Invalid, NotVisible
from yichuang.identity import queries
from yichuang.identity.actions.parties import ensure_party
from yichuang.identity.data import ANONYMOUS, SYSTEM, Actor, ActorKind, MaskedParty, Role
from yichuang.identity.models import Party
from yichuang.ledger.models import Entry

__all__ = ["fresh_departments", "kept_db", "small_city"]

NUMBER = "330802199504182463"


def mother(**changes: str) -> int:
    facts = {"kind": "person", "number": NUMBER, "name": "林知夏", "phone": "13857000101"} | changes
    return ensure_party(now=NOW, **facts)


@pytest.mark.usefixtures("db")
def test_the_same_number_is_the_same_party_and_costs_one_round_trip(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        first = mother()
    assert mother(number=" 330802 19950418 2463 ") == first
    assert queries.find_party("person", NUMBER) == first
    assert queries.find_party("person", citizen_number()) is None


@pytest.mark.usefixtures("db")
def test_a_name_or_phone_replaces_the_old_one_only_when_it_is_given() -> None:
    party_id = mother()
    mother(name="", phone="")
    assert queries.party(SYSTEM, party_id, purpose="test", now=NOW).name == "林知夏"
    mother(name="林知秋", phone="13857000999")
    facts = queries.party(SYSTEM, party_id, purpose="test", now=NOW)
    assert (facts.kind, facts.number, facts.name, facts.phone) == ("person", NUMBER, "林知秋", "13857000999")
    assert queries.parties_by_phone("138 5700 0999") == (party_id,)
    assert queries.parties_by_phone("13857000101") == ()


@pytest.mark.usefixtures("db")
def test_a_person_and_an_organisation_are_told_apart() -> None:
    company = mother(kind="organisation", number="91110000600037341L", name="样例公司")
    assert company != mother()
    assert queries.find_party("organisation", "91110000600037341L") == company


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": "330802199504182464"}, "citizen_number_check"),
        ({"kind": "organisation"}, "organisation_code_check"),
        ({"kind": "robot"}, "party_kind"),
        ({"phone": "12345"}, "phone"),
    ],
)
def test_what_fails_its_check_makes_no_party(wrong: dict[str, str], code: str) -> None:
    before = Party.objects.count()
    with pytest.raises(Invalid) as refusal:
        mother(**wrong)
    assert refusal.value.code == code
    assert Party.objects.count() == before


@pytest.mark.usefixtures("db")
def test_nothing_of_a_person_is_readable_at_rest() -> None:
    party_id = mother()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_party WHERE id = %s", [party_id])
        row = b"|".join(
            bytes(str(value), "utf-8") if not isinstance(value, memoryview | bytes) else bytes(value)
            for value in cursor.fetchone()
        )
    for secret in (NUMBER, "林知夏", "13857000101"):
        assert secret.encode() not in row


def test_many_at_once_make_one_party(kept_db: None) -> None:
    number = citizen_number()

    def enter(turn: int) -> int:
        try:
            return mother(number=number, name=f"甲{turn}", phone="")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(enter, range(32)))
    assert len(ids) == 1
    assert Party.objects.filter(id__in=ids).count() == 1


@pytest.mark.usefixtures("db")
def test_lists_show_masked_parties_with_one_query(django_assert_num_queries: Any) -> None:
    first, second = mother(), mother(number="11010519491231002X", name="王二", phone="")
    with django_assert_num_queries(1):
        shown = queries.masked_parties([first, second, first])
    assert shown == {
        first: MaskedParty("林**", "330802********2463", "138****0101"),
        second: MaskedParty("王*", "110105********002X", ""),
    }


READERS = {
    "system": True,
    "the party herself": True,
    "another applicant": False,
    "nobody": False,
    "partner": False,
    Role.CLERK: True,
    Role.OFFICER: True,
    Role.CHIEF_OFFICER: True,
    Role.SUPERVISOR: True,
    Role.MANAGER: False,
    Role.ADMINISTRATOR: False,
}


@pytest.mark.parametrize(("who", "may"), READERS.items(), ids=str)
def test_who_may_read_a_party_in_plain_text(small_city: SmallCity, who: str, may: bool) -> None:
    party_id = mother()
    actors = {
        "system": SYSTEM,
        "the party herself": Actor(ActorKind.APPLICANT, party_id),
        "another applicant": Actor(ActorKind.APPLICANT, party_id + 1),
        "nobody": ANONYMOUS,
        "partner": Actor(ActorKind.PARTNER, party_id),
    }
    actor = make_staff(who) if isinstance(who, Role) else actors[who]
    if may:
        assert queries.party(actor, party_id, purpose="acceptance", now=NOW).number == NUMBER
    else:
        with pytest.raises(NotVisible):
            queries.party(actor, party_id, purpose="acceptance", now=NOW)
    assert Entry.objects.filter(verb="party.read", subject_id=party_id).exists() == may


@pytest.mark.usefixtures("db")
def test_a_read_is_recorded_with_its_purpose_and_without_the_person() -> None:
    party_id = mother()
    reader = Actor(ActorKind.STAFF, 7, "方晓晴", frozenset({Role.CLERK}))
    queries.party(reader, party_id, purpose="acceptance", now=NOW, application_number="2603020001AB")
    entry = Entry.objects.get(verb="party.read", subject_kind="party", subject_id=party_id)
    assert (entry.actor_kind, entry.actor_id, entry.at) == ("staff", 7, NOW)
    assert entry.facts == {"purpose": "acceptance", "application": "2603020001AB"}
    assert "林知夏" not in json.dumps(entry.facts, ensure_ascii=False)


@pytest.mark.usefixtures("db")
def test_an_unknown_party_is_not_visible_and_not_recorded() -> None:
    with pytest.raises(NotVisible):
        queries.party(SYSTEM, 999_999_999, purpose="acceptance", now=NOW)
    assert not Entry.objects.filter(verb="party.read", subject_id=999_999_999).exists()


@pytest.mark.usefixtures("db")
def test_facts_of_a_party_do_not_print_themselves() -> None:
    assert NUMBER not in repr(queries.party(SYSTEM, mother(), purpose="test", now=NOW))
