"""Electronic licences: identifiers, issuing once, holding, revoking, checking."""

import hashlib
import re
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import MOTHER, NOW
from tests.papers import needs_poppler, said_by
from yichuang.base import files
from yichuang.base.clock import local
from yichuang.base.crypto import decrypt_json
from yichuang.base.errors import NotVisible, Overtaken
from yichuang.base.pdf.document import spaced_code
from yichuang.base.pdf.verify import verify
from yichuang.catalogue.queries import current
from yichuang.identity.data import SYSTEM
from yichuang.identity.models import SealKey
from yichuang.identity.queries import department_id
from yichuang.identity.seal_keys import SealKeyMissing, trust_roots
from yichuang.ledger.models import Entry
from yichuang.licences import queries
from yichuang.licences.actions import FACTS_CONTEXT, issue_licence, last_day, revoke
from yichuang.licences.data import LicenceFacts
from yichuang.licences.identifier import Identifier, make_identifier, read_identifier
from yichuang.licences.models import Licence, Status

TYPE = "11100000000013338W011"
ISSUER = "11430000006122244L"
BABY = {
    "baby_name": "林小满",
    "baby_sex": "女",
    "baby_birth_date": "2026-03-02",
    "baby_birth_time": "06:28",
    "baby_weight": "3250",
    "birth_place": "衢州市人民医院",
    "mother_name": MOTHER.name,
    "mother_number": MOTHER.number,
}


def issued(
    type_key: str = "birth_certificate", case: str = "2603090000AX-01", **changes: Any
) -> LicenceFacts:
    given: dict[str, Any] = {
        "holder_kind": "person",
        "holder_number": MOTHER.number,
        "holder_name": MOTHER.name,
        "facts": BABY,
        "department_id": department_id("health"),
        "now": NOW,
        **changes,
    }
    return issue_licence(type_key=type_key, case_number=case, **given)


# ── Identifiers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "check"),
    [
        ("11100000000013338W011|11430000006122244L|20230000403|001", "U"),
        ("11100000000013338W032|11220000013544541J|2430599|001", "F"),
        ("11100000000013338W009|11330105002500287C|2025052201|002", "0"),
        ("11100000MB03271699022|340100|000000016|001", "9"),
    ],
)
def test_the_check_characters_of_real_licences_come_out(parts: str, check: str) -> None:
    assert Identifier(*parts.split("|")).check == check


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=32), st.integers(1, 999))
def test_an_identifier_is_read_back_in_its_parts(serial: str, version: int) -> None:
    identifier = make_identifier(TYPE, ISSUER, serial, version)
    assert read_identifier(str(identifier)) == identifier
    assert str(identifier).startswith(f"1.2.156.3005.2.{TYPE}.{ISSUER}.{serial}.{version:03d}.")


@given(st.data())
def test_one_wrong_character_is_noticed(data: st.DataObject) -> None:
    text = str(make_identifier(TYPE, ISSUER, "2026000001"))
    place = data.draw(st.integers(len("1.2.156.3005.2."), len(text) - 1).filter(lambda at: text[at] != "."))
    other = data.draw(
        st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda char: char != text[place])
    )
    assert read_identifier(text[:place] + other + text[place + 1 :]) is None


@pytest.mark.parametrize("serial", ["", "abc", "20 26", "2026-1"])
def test_a_serial_is_upper_case_letters_and_digits(serial: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        make_identifier(TYPE, ISSUER, serial)


@given(st.text(max_size=80))
def test_any_text_is_read_as_an_identifier_or_as_none(text: str) -> None:
    assert read_identifier(text) is None


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2026, 3, 9), 5, date(2031, 3, 8)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 28)),
        (date(2026, 3, 9), None, None),
    ],
)
def test_a_validity_ends_on_the_day_before_the_anniversary(
    first: date, years: int | None, last: date | None
) -> None:
    assert last_day(first, years) == last


# ── Issuing ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_every_licence_type_of_the_city_can_be_issued_and_its_seal_holds() -> None:
    one_of_each_look = {kind.template: kind for kind in current().licence_types.values()}
    for turn, kind in enumerate(one_of_each_look.values()):
        licence = issued(kind.key, f"2603090000AX-{turn:02d}")
        report = verify(files.read(licence.file_id).content, trust_roots())
        assert report.good, kind.key
        assert report.signer == "衢州市卫生健康委员会"
        identifier = read_identifier(licence.identifier)
        assert identifier is not None
        assert identifier.type_code == kind.code


@needs_poppler
@pytest.mark.django_db
def test_a_birth_certificate_says_what_it_was_told_and_pdfsig_finds_it_valid(tmp_path: Path) -> None:
    licence = issued()
    pdf = files.read(licence.file_id).content
    said = said_by("pdfsig", pdf, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    text = re.sub(r"\s", "", said_by("pdftotext", pdf, tmp_path, "-raw"))
    for words in (
        "林小满",
        "2026年3月2日",
        "06:28",
        "3250克",
        MOTHER.number,
        licence.number,
        licence.identifier,
    ):
        assert words in text, words


@needs_poppler
@pytest.mark.django_db
def test_a_general_licence_shows_the_form_s_facts_by_their_labels_but_no_phone(tmp_path: Path) -> None:
    facts = {"property_address": "柯城区荷花路1号", "property_area": "89.5", "applicant_phone": MOTHER.phone}
    licence = issued("housing_reform_proof", facts=facts)
    text = re.sub(r"\s", "", said_by("pdftotext", files.read(licence.file_id).content, tmp_path, "-raw"))
    for words in ("房屋坐落", "柯城区荷花路1号", "89.5平方米", MOTHER.name):
        assert words in text, words
    assert MOTHER.phone not in text


@pytest.mark.django_db
def test_a_case_gives_one_licence() -> None:
    first = issued()
    assert issued() == first
    assert Entry.objects.filter(verb="licence.issued", subject_id=first.id).count() == 1
    assert queries.of_cases(["2603090000AX-01", "other"]) == {"2603090000AX-01": first}


@pytest.mark.django_db
def test_a_number_that_the_department_s_own_system_gave_is_kept() -> None:
    licence = issued(number="Z330000001")
    assert licence.number == "Z330000001"
    assert re.fullmatch(r"2026\d{6}", issued(case="2603090000AX-02").number)


@pytest.mark.django_db
def test_without_a_seal_no_licence_is_issued() -> None:
    SealKey.objects.filter(department__key="health").delete()
    with pytest.raises(SealKeyMissing, match="卫生健康委员会"):
        issued()
    assert not Licence.objects.filter(case_number="2603090000AX-01").exists()


@pytest.mark.django_db
def test_personal_data_is_encrypted_and_absent_from_the_ledger() -> None:
    licence = issued()
    row = Licence.objects.get(id=licence.id)
    for stored in (row.holder_number, row.holder_name, row.facts):
        assert MOTHER.name.encode() not in bytes(stored)
        assert MOTHER.number.encode() not in bytes(stored)
    assert decrypt_json(row.facts, FACTS_CONTEXT) == BABY
    entry = Entry.objects.get(verb="licence.issued", subject_id=licence.id)
    assert entry.facts == {
        "type": "birth_certificate",
        "identifier": licence.identifier,
        "case_number": "2603090000AX-01",
        "department_id": department_id("health"),
        "sha256": licence.sha256.hex(),
    }


@pytest.mark.usefixtures("committed_db")
def test_two_workers_racing_for_one_case_issue_one_licence() -> None:
    case = "2603099999ZX-01"
    barrier = threading.Barrier(2)
    results: list[LicenceFacts] = []

    def work() -> None:
        try:
            barrier.wait()
            results.append(issued(case=case))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 2
        assert results[0] == results[1]
        row = Licence.objects.get(case_number=case)
        assert Entry.objects.filter(verb="licence.issued", subject_id=row.id).count() == 1
    finally:
        Licence.objects.filter(case_number=case).delete()


# ── Holding and revoking ─────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_holder_holds_what_is_valid_today(django_assert_num_queries: Any) -> None:
    first = issued()
    second = issued("food_business_licence", "2603090000AX-02")
    assert second.valid_until == date(2031, 3, 8)
    with django_assert_num_queries(1):
        held = queries.held("person", MOTHER.number, now=NOW)
    assert [licence.identifier for licence in held] == [second.identifier, first.identifier]
    assert queries.held("organisation", MOTHER.number, now=NOW) == []
    assert queries.held("person", "11010519491231002X", now=NOW) == []
    last = NOW.replace(year=2031) - timedelta(days=1)
    assert len(queries.held("person", MOTHER.number, now=last)) == 2
    assert [
        each.type_key for each in queries.held("person", MOTHER.number, now=last + timedelta(days=1))
    ] == ["birth_certificate"]


@pytest.mark.django_db
def test_a_revoked_licence_is_no_longer_held_and_says_so() -> None:
    licence = issued()
    ended = revoke(licence_id=licence.id, status=Status.REVOKED, reason="签发有误", actor=SYSTEM, now=NOW)
    assert ended.status == Status.REVOKED
    assert not ended.holds_on(local(NOW).date())
    assert queries.held("person", MOTHER.number, now=NOW) == []
    found = queries.by_code(licence.verify_code)
    assert found is not None
    assert found.licence.status == Status.REVOKED
    entry = Entry.objects.get(verb="licence.revoked", subject_id=licence.id)
    assert entry.facts["status"] == "revoked"
    with pytest.raises(Overtaken, match="已撤销"):
        revoke(licence_id=licence.id, status=Status.CANCELLED, reason="x", actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_revoking_what_is_not_there_says_so() -> None:
    with pytest.raises(NotVisible, match="没有找到该证照"):
        revoke(licence_id=0, status=Status.REVOKED, reason="x", actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_whoever_has_the_paper_checks_it_without_learning_more_than_is_on_it() -> None:
    licence = issued()
    found = queries.by_code(spaced_code(licence.verify_code))
    assert found is not None
    assert found.licence == licence
    assert found.masked_holder == "林**"
    assert found.licence.holds_on(local(NOW).date())
    assert not found.licence.holds_on(local(NOW).date() - timedelta(days=1))
    digest = hashlib.sha256(files.read(licence.file_id).content).digest()
    assert queries.find_by_digest(digest) == found
    assert queries.find_by_digest(b"0" * 32) is None
