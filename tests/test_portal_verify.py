"""Verification of documents: by code, and by the file. Rubbish, forgeries and copies included."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import MOTHER
from tests.papers import authority, material
from tests.portal_visitors import holder_of, ready, text_of
from yichuang.base import files
from yichuang.base.models import StoredFile
from yichuang.base.pdf.document import spaced_code, verify_address
from yichuang.base.pdf.render import render
from yichuang.base.pdf.seal import seal
from yichuang.cases.queries import ApplicationRow
from yichuang.identity.data import SYSTEM
from yichuang.identity.seal_keys import seal_key
from yichuang.ledger.models import Entry
from yichuang.licences.data import LicenceFacts
from yichuang.licences.models import Licence, Status
from yichuang.licences.queries import of_cases
from yichuang.notices.data import NoticeFacts
from yichuang.notices.queries import of_application

pytestmark = pytest.mark.django_db

PAGE = "#set page(width: 8cm, height: 4cm)\n房改核查证明"


@pytest.fixture
def issued() -> ApplicationRow:
    return ready()


def licence_of(row: ApplicationRow) -> LicenceFacts:
    return of_cases([row.cases[0].number])[row.cases[0].number]


def notice_of(row: ApplicationRow) -> NoticeFacts:
    return of_application(row.number)[0]


def content_of(paper: LicenceFacts | NoticeFacts) -> bytes:
    return files.read(paper.file_id).content


def upload(content: bytes, name: str = "证明.pdf") -> Any:
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return Client().post("/verify/", {"file": file})


# ── By code ──────────────────────────────────────────────────────────────────────────────────────


def test_the_address_in_the_qr_code_opens_the_page_about_the_paper(issued: ApplicationRow) -> None:
    licence = licence_of(issued)
    path = verify_address(licence.verify_code).partition("/verify")[2]
    page = text_of(Client().get(f"/verify{path}"))
    assert "有这份文件" in page
    for fact in (licence.type_name, licence.number, licence.department_name, licence.case_number, "有效"):
        assert fact in page
    assert "林**" in page
    assert MOTHER.name not in page
    assert MOTHER.number not in page


def test_a_notice_has_its_page_too(issued: ApplicationRow) -> None:
    notice = notice_of(issued)
    page = text_of(Client().get(f"/verify/{notice.verify_code}/"))
    assert notice.title in page
    assert notice.number in page
    assert issued.number in page


def test_a_code_may_be_typed_as_it_is_printed(issued: ApplicationRow) -> None:
    code = licence_of(issued).verify_code
    typed = spaced_code(code).lower().replace("0", "o").replace("1", "l")
    response = Client().get("/verify/", {"code": typed})
    assert response["Location"] == f"/verify/{code}/"
    assert Client().get(f"/verify/{typed}/").status_code == 200


def test_an_unknown_code_is_named_as_unknown() -> None:
    response = Client().get("/verify/0000111122223333/")
    assert response.status_code == 404
    assert "没有这份文件" in text_of(response)


@pytest.mark.parametrize("typed", ["", "ABC", "A" * 17, "验真码验真码验真码验真码验真码验"])
def test_a_code_of_the_wrong_length_is_told_at_its_field_and_stays(typed: str) -> None:
    response = Client().get("/verify/", {"code": typed})
    assert response.status_code == 422
    assert "验真码是16位字母和数字" in text_of(response)
    assert f'value="{typed}"' in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": Status.REVOKED}, "已撤销"),
        ({"status": Status.CANCELLED}, "已注销"),
        ({"valid_until": datetime(2020, 1, 1, tzinfo=UTC).date()}, "已于2020-01-01到期"),
        ({"valid_from": datetime(2090, 1, 1, tzinfo=UTC).date()}, "2090-01-01起才生效"),
    ],
    ids=["revoked", "cancelled", "expired", "not yet"],
)
def test_a_licence_that_does_not_hold_today_says_so_both_ways(
    issued: ApplicationRow, changes: dict[str, Any], state: str
) -> None:
    licence = licence_of(issued)
    Licence.objects.filter(id=licence.id).update(**changes)
    for response in (Client().get(f"/verify/{licence.verify_code}/"), upload(content_of(licence))):
        page = text_of(response)
        assert "真件，但现在不管用" in page
        assert state in page
        assert "查验属实" not in page


# ── By the file ──────────────────────────────────────────────────────────────────────────────────


def test_an_original_is_genuine(issued: ApplicationRow) -> None:
    for paper in (licence_of(issued), notice_of(issued)):
        page = text_of(upload(content_of(paper)))
        assert "真件" in page
        assert "查验属实" in page
        assert paper.number in page


def test_the_downloaded_file_is_genuine(issued: ApplicationRow) -> None:
    client = holder_of(issued)
    client.post(f"/track/{issued.number}/results/")
    downloaded = client.get(f"/track/{issued.number}/licences/{issued.cases[0].number}/").content
    assert "查验属实" in text_of(upload(downloaded))


def test_an_altered_file_is_named_as_altered(issued: ApplicationRow) -> None:
    original = content_of(licence_of(issued))
    at = original.index(b"stream") + 20
    altered = original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :]
    assert "被改动过" in text_of(upload(altered))


def test_a_file_with_something_added_behind_the_seal_is_named_so(issued: ApplicationRow) -> None:
    assert "盖章之后被添加过内容" in text_of(upload(content_of(licence_of(issued)) + b"\n% more\n"))


def test_our_seal_on_what_is_not_registered_is_explained(issued: ApplicationRow) -> None:
    sealing = seal_key(licence_of(issued).department_id, datetime.now(UTC))
    ours = seal(render(PAGE, {}), sealing, now=datetime.now(UTC), reason="测试")
    page = text_of(upload(ours))
    assert "印章是真的，但没有登记这份文件" in page
    assert "查验属实" not in page


def test_a_strangers_seal_is_not_ours() -> None:
    now = datetime.now(UTC)
    forged = seal(render(PAGE, {}), material(authority(now - timedelta(days=1)), now), now=now, reason="测试")
    page = text_of(upload(forged))
    assert "不是这里签发的" in page
    assert "衢州市公安局" in page  # whom the seal claims to be, told as a claim
    assert "自称" in page


def test_an_unsealed_pdf_is_unknown() -> None:
    assert "无法认定" in text_of(upload(render(PAGE, {})))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n" + b"\x00\xff" * 999, b"%PDF-"], ids=["rubbish", "head only"]
)
def test_a_pdf_that_cannot_be_read_is_unknown(content: bytes) -> None:
    assert "无法认定" in text_of(upload(content))


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0 a photo", b"MZ", b"<html>"])
def test_what_is_no_pdf_is_told_so_whatever_its_name(content: bytes) -> None:
    assert "这不是PDF文件" in text_of(upload(content, "证明.pdf"))


def test_nothing_chosen_and_an_empty_file_are_told_at_the_field() -> None:
    response = Client().post("/verify/", {})
    assert response.status_code == 422
    assert "请先选择要查验的文件" in text_of(response)
    assert "这不是PDF文件" in text_of(upload(b""))


def test_an_oversized_file_is_refused_before_it_is_read(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    response = upload(b"%PDF-" + b"x" * 2_000_000)
    assert response.status_code == 413
    assert "文件超过1 MB" in text_of(response)


def test_nothing_that_is_uploaded_is_stored(issued: ApplicationRow, tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")  # a temporary file would fail
    before = (StoredFile.objects.count(), Entry.objects.count())
    big = content_of(licence_of(issued)) + b"\n%" + b"x" * 3_000_000
    assert upload(big).status_code == 200
    assert (StoredFile.objects.count(), Entry.objects.count()) == before
    assert SYSTEM


def test_the_upload_is_guarded_against_other_sites() -> None:
    client = Client(enforce_csrf_checks=True)
    file = SimpleUploadedFile("x.pdf", b"%PDF-")
    assert client.post("/verify/", {"file": file}).status_code == 403
    token = client.get("/verify/").cookies["csrftoken"].value
    sent = {"file": SimpleUploadedFile("x.pdf", b"%PDF-"), "csrfmiddlewaretoken": token}
    assert client.post("/verify/", sent).status_code == 200


def test_verification_costs_a_query_for_each_register_up_to_the_one_that_knows_it_and_the_count_of_uploads(
    issued: ApplicationRow,
) -> None:
    notice = notice_of(issued)
    with CaptureQueriesContext(connection) as by_code:
        Client().get(f"/verify/{notice.verify_code}/")
    assert len(by_code) == 2
    copied = content_of(notice) + b" "
    with CaptureQueriesContext(connection) as by_file:
        upload(copied)
    of_uploads = [
        query for query in by_file if "identity_cache" in query["sql"] or "SAVEPOINT" in query["sql"]
    ]
    # What no register knows is asked of all three: licences, notices, copies; then who made its seal.
    assert len(by_file) - len(of_uploads) == 4


def test_whoever_uploads_without_end_is_asked_to_wait_and_told_the_other_way(issued: ApplicationRow) -> None:
    for _time in range(60):
        assert upload(b"").status_code == 200
    page = upload(content_of(notice_of(issued)))
    assert page.status_code == 429
    assert "验真码" in text_of(page)
