"""Correcting from home: the applicant sends from her phone what the counter asked for."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city import run_journey
from tests.counter_desk import PDF
from tests.factories import MOTHER, NOW, STRANGER, case_of, received, staff
from tests.officers_desk import stopped_clock
from tests.portal_visitors import applicant, holder_of, text_of
from tests.scenes import check_folds
from yichuang.cases import queries
from yichuang.cases.actions.correction import ask_correction
from yichuang.cases.models import ApplicationMaterial, Case
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Stage
from yichuang.deadlines.data import ClockKind
from yichuang.deadlines.models import Clock
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

FIRST = "birth_certificate"


def asked(count: int = 1) -> tuple[ApplicationRow, Case, list[str]]:
    """A newborn's application of which so many materials of the first case are to be supplied anew."""
    row = received("newborn")
    case = Case.objects.get(id=case_of(row, FIRST).id)
    keys = [line.key for line in queries.materials(row.id, [FIRST])][:count]
    ask_correction(
        actor=staff("clerk1"), case_id=case.id, text="照片不清，请重拍。", materials=keys,
        until=date(2026, 3, 20), now=NOW,
    )  # fmt: skip
    return row, case, keys


def address_of(row: ApplicationRow, case: Case) -> str:
    return f"/track/{row.number}/correct/{case.number}/"


def send(client: Client, address: str, *keys: str, content: bytes = PDF) -> Any:
    files = {f"f-{key}": SimpleUploadedFile(f"{key}.pdf", content) for key in keys}
    return client.post(address, files, follow=True)


def test_what_she_sends_from_her_phone_is_received_and_the_counter_goes_on() -> None:
    row, case, (key,) = asked()
    client, address = holder_of(row), address_of(row, case)
    assert address in client.get(f"/track/{row.number}/").content.decode()
    assert "请在 3月20日（星期五） 前补齐" in text_of(client.get(address))
    assert "已收到您补来的材料" in text_of(send(client, address, key))
    case.refresh_from_db()
    assert (case.stage, case.correct_until) == (Stage.RECEIVED, None)
    material = ApplicationMaterial.objects.get(application_id=row.id, material=key)
    assert (material.source, material.file_id is not None, material.checked) == ("upload", True, False)
    assert Entry.objects.get(verb="case.corrected", subject_id=case.id).actor_kind == "applicant"
    running = Clock.objects.filter(subject_kind="case", subject_id=case.id, stopped_at=None)
    assert ClockKind.CORRECTION not in set(running.values_list("kind", flat=True))
    run_journey()
    check_folds(row.id)


def test_sending_the_same_again_changes_nothing() -> None:
    row, case, (key,) = asked()
    client = holder_of(row)
    for _turn in range(2):
        send(client, address_of(row, case), key)
    assert Entry.objects.filter(verb="case.corrected", subject_id=case.id).count() == 1


def test_what_is_still_missing_is_said_at_its_input_and_nothing_is_taken_in() -> None:
    row, case, keys = asked(2)
    answer = send(holder_of(row), address_of(row, case), keys[0])
    assert answer.status_code == 422
    assert "请选择“" in text_of(answer)
    assert f'id="f-{keys[1]}-error"' in answer.content.decode()
    case.refresh_from_db()
    assert case.stage == Stage.CORRECTING


def test_a_file_of_another_kind_is_refused_at_its_input() -> None:
    row, case, (key,) = asked()
    answer = send(holder_of(row), address_of(row, case), key, content=b"MZ")
    assert answer.status_code == 422
    assert "不是PDF、JPEG或PNG" in text_of(answer)


def test_only_what_was_asked_for_can_be_sent() -> None:
    row, case, (key,) = asked()
    others = ApplicationMaterial.objects.filter(application_id=row.id).exclude(material=key)
    before = list(others.order_by("id").values())
    send(holder_of(row), address_of(row, case), key, *others.values_list("material", flat=True))
    assert list(others.order_by("id").values()) == before


def test_where_nothing_can_be_sent_the_applicant_is_shown_to_the_counter() -> None:
    row, case, _keys = asked(0)
    page = text_of(holder_of(row).get(f"/track/{row.number}/"))
    assert "请到任一综合窗口改" in page
    assert holder_of(row).get(address_of(row, case))["Location"] == f"/track/{row.number}/"


def test_nobody_else_corrects_it() -> None:
    row, case, (key,) = asked()
    assert MOTHER.number != STRANGER.number
    received("newborn", applicant=STRANGER)
    for client in (Client(), applicant(STRANGER.number)):
        send(client, address_of(row, case), key)
    case.refresh_from_db()
    assert case.stage == Stage.CORRECTING
