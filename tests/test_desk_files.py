"""Files at the officers' desk: only what her department's items ask for, each opening recorded."""

import pytest
from django.test import Client

from tests.city import run_journey
from tests.counter_desk import clerk_client, line_to_registers, text_of
from tests.factories import MOTHER, NOW, accepted, case_of, decided, staff, submission
from tests.officers_desk import LATER, stopped_clock
from tests.simulators_fixtures import Simulator
from yichuang.base import files
from yichuang.cases.data import CaseRow
from yichuang.cases.models import ApplicationMaterial
from yichuang.cases.queries import ApplicationRow
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.queries import current
from yichuang.ledger.models import Entry
from yichuang.sharing.actions import fetch
from yichuang.sharing.data import DataRequest, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["line_to_registers", "stopped_clock"]

FIRST = "birth_certificate"
PNG = b"\x89PNG\r\n\x1a\nand so on"


def with_file(item: str, content: bytes = PNG, media_type: str = "image/png") -> tuple[ApplicationRow, str]:
    """A birth bundle in which one material that only this item needs was uploaded, and the material's key."""
    whole = accepted("newborn")
    material = (
        ApplicationMaterial.objects.filter(application_id=whole.id, items=[item]).order_by("id").first()
    )
    assert material is not None
    file_id = files.store("扫描件.png", media_type, content, now=NOW)
    ApplicationMaterial.objects.filter(id=material.id).update(source=SourceKind.UPLOAD, file_id=file_id)
    return whole, material.material


def own_item(department: str) -> str:
    """An item of the birth bundle with a material that no other department needs."""
    whole = accepted("newborn")
    own = {case.item_key for case in whole.cases if case.department_name == department}
    rows = ApplicationMaterial.objects.filter(application_id=whole.id).order_by("id")
    return next(row.items[0] for row in rows if len(row.items) == 1 and row.items[0] in own)


def address(case: CaseRow, material: str) -> str:
    return f"/desk/cases/{case.number}/materials/{material}/"


def verbs(number: str) -> list[str]:
    return list(Entry.objects.filter(facts__application=number).order_by("id").values_list("verb", flat=True))


def officer(username: str) -> Client:
    return clerk_client(username)


def test_an_uploaded_picture_is_shown_in_the_page_and_its_opening_is_recorded() -> None:
    item = own_item("卫健委")
    whole, material = with_file(item)
    case = case_of(whole, item)
    client = officer("officer-weijian")
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert f'<img src="{address(case, material)}"' in page
    assert "file.read" not in verbs(whole.number)
    response = client.get(address(case, material))
    assert (response.status_code, response["Content-Type"], response.content) == (200, "image/png", PNG)
    assert response["Content-Disposition"].startswith("inline")
    assert verbs(whole.number).count("file.read") == 1


def test_a_pdf_is_shown_in_a_frame_of_our_own() -> None:
    item = own_item("卫健委")
    whole, material = with_file(item, b"%PDF-1.7", "application/pdf")
    case = case_of(whole, item)
    response = officer("officer-weijian").get(f"/desk/cases/{case.number}/")
    assert f'<iframe src="{address(case, material)}"' in response.content.decode()
    assert (
        "frame-ancestors 'self'"
        in officer("officer-weijian").get(address(case, material))["Content-Security-Policy"]
    )


def test_a_material_that_only_another_department_needs_does_not_exist() -> None:
    item = own_item("卫健委")
    whole, material = with_file(item)
    sister = next(case for case in whole.cases if case.department_name == "医保局")
    response = officer("officer-yibao").get(address(sister, material))
    assert response.status_code == 404
    assert "没有这份文件" in text_of(response)
    assert "file.read" not in verbs(whole.number)
    assert officer("officer-yibao").get(address(case_of(whole, item), material)).status_code == 404


def test_paper_has_nothing_to_open() -> None:
    item = own_item("卫健委")
    whole, material = with_file(item)
    ApplicationMaterial.objects.filter(application_id=whole.id).update(file_id=None)
    case = case_of(whole, item)
    assert officer("officer-weijian").get(address(case, material)).status_code == 404


def test_the_answer_of_a_register_is_opened_as_sealed_evidence(registers: Simulator) -> None:
    target = "housing_reform_proof"
    resource = next(grant.resource for grant in current().grants if grant.item == target)
    material = next(iter(submission(target).materials))
    whole = accepted(target)
    answer = fetch(
        [DataRequest(resource, target, MOTHER.number)],
        application_number=whole.number,
        actor=staff("clerk1"),
        now=LATER,
    )[resource]
    assert answer.outcome is Outcome.FOUND
    ApplicationMaterial.objects.filter(application_id=whole.id, material=material).update(
        source=SourceKind.SHARED, reference=resource, evidence_id=answer.evidence_id
    )
    case = case_of(whole, target)
    response = officer("officer-zhujian").get(address(case, material))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert verbs(whole.number).count("evidence.read") == 1
    assert officer("officer-yibao").get(address(case, material)).status_code == 404


def test_the_result_of_a_sister_is_opened_where_it_is_the_departments_material() -> None:
    whole = accepted("newborn")
    sister = next(
        row
        for row in ApplicationMaterial.objects.filter(application_id=whole.id)
        if row.source == SourceKind.SISTER
    )
    needs = next(
        case for case in whole.cases if case.item_key in sister.items and case.department_name == "医保局"
    )
    client = officer("officer-yibao")
    assert client.get(address(needs, sister.material)).status_code == 404
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    response = client.get(address(needs, sister.material))
    assert response.content.startswith(b"%PDF-")
    assert verbs(whole.number).count("licence.read") == 1


def test_the_papers_of_a_case_are_its_departments_only() -> None:
    whole = accepted("newborn")
    decided(whole, FIRST, "officer-weijian")
    run_journey(LATER)
    case = case_of(whole, FIRST)
    own, other = officer("officer-weijian"), officer("officer-yibao")
    page = own.get(f"/desk/cases/{case.number}/").content.decode()
    links = [f"/desk/cases/{case.number}/licence/"]
    links += [part.split('"')[0] for part in page.split('href="')[1:] if "/notices/" in part.split('"')[0]]
    assert len(links) >= 3  # licence, acceptance, decision
    for link in links:
        assert own.get(link).content.startswith(b"%PDF-")
        assert other.get(link).status_code == 404
    sister = next(each for each in whole.cases if each.department_name == "医保局")
    notice = links[1].rstrip("/").rsplit("/", 1)[1]
    assert other.get(f"/desk/cases/{sister.number}/notices/{notice}/").status_code == 404
