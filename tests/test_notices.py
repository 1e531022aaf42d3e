"""Legal documents: issued once per occasion, numbered without gaps, sealed, found by code and by digest."""

import hashlib
import re
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.factories import NOW
from tests.papers import needs_poppler, said_by
from yichuang.base import files
from yichuang.base.models import Serial, StoredFile
from yichuang.base.pdf.document import spaced_code
from yichuang.base.pdf.verify import verify
from yichuang.catalogue.papers import FORMS, NoticeKind
from yichuang.identity.models import SealKey
from yichuang.identity.queries import department_id
from yichuang.identity.seal_keys import SealKeyExpired, SealKeyMissing, trust_roots
from yichuang.ledger.models import Entry
from yichuang.notices import queries
from yichuang.notices.actions import issue
from yichuang.notices.data import NoticeFacts
from yichuang.notices.models import Notice

DAY = date(2026, 3, 9)
PERSON = {"applicant": "林知夏", "applicant_number": "330802********2463"}
FACTS: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.RECEIPT: {
        **PERSON,
        "received_at": NOW,
        "subject": "新生儿出生",
        "query_code": "483920",
        "items": [{"name": "新生儿落户", "department": "衢州市公安局"}],
        "materials": [{"name": "居民身份证", "source": "窗口核验原件", "copies": "1"}],
    },
    NoticeKind.ACCEPTANCE: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "accepted_on": DAY,
        "limit": "1个工作日",
        "due_on": DAY,
        "mandate_number": "衢公委〔2026〕1号",
    },
    NoticeKind.DECLINE: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "reasons": ["父母双方都不是本市户籍。", "其他理由。"],
        "competent_organ": "江山市公安局",
    },
    NoticeKind.CORRECTION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "missing": [{"name": "结婚证", "requirement": "原件或清晰照片。"}],
        "due_on": DAY,
    },
    NoticeKind.GAP_ACCEPTANCE: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "accepted_on": DAY,
        "limit": "1个工作日",
        "missing": [{"name": "结婚证", "requirement": "原件或清晰照片。"}],
        "until": DAY,
    },
    NoticeKind.REVOCATION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "accepted_on": DAY,
        "reasons": ["约定在2026-03-20前补交的材料仍未补齐：结婚证。"],
    },
    NoticeKind.WITHDRAWAL: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "withdrawn_on": DAY,
    },
    NoticeKind.DEEMED_WITHDRAWAL: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "due_on": DAY,
    },
    NoticeKind.TERMINATION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "received_on": DAY,
        "reasons": ["同一申办的“出生医学证明签发”结果是“不予许可”。"],
    },
    NoticeKind.RESCISSION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "decided_on": DAY,
        "reasons": ["同一申办的“出生医学证明签发”结果是“不予许可”。"],
        "licence": "居民户口簿",
    },
    NoticeKind.SPECIAL_PROCEDURE: {
        "applicant": "林知夏",
        "item": "特殊建设工程消防设计审查",
        "accepted_on": DAY,
        "procedure": "专家评审",
        "reasons": ["采用了现行标准没有规定的新技术。"],
        "begins_on": DAY,
        "limit": "20个工作日",
        "until": date(2026, 4, 7),
        "legal_basis": "《中华人民共和国行政许可法》第四十五条",
    },
    NoticeKind.HEARING_RIGHT: {
        "applicant": "林知夏",
        "item": "特殊建设工程消防设计审查",
        "accepted_on": DAY,
        "reasons": ["拟建工程影响相邻建筑的采光。"],
        "due_on": date(2026, 3, 16),
    },
    NoticeKind.HEARING: {
        "applicant": "林知夏",
        "item": "特殊建设工程消防设计审查",
        "held_at": NOW,
        "place": "衢州市行政服务中心三楼会议室",
    },
    NoticeKind.EXTENSION: {
        "applicant": "林知夏",
        "item": "特殊建设工程消防设计审查",
        "accepted_on": DAY,
        "due_before": date(2026, 3, 18),
        "limit": "10个工作日",
        "due_on": date(2026, 4, 1),
        "reasons": ["工程复杂，需要复核计算书。"],
        "legal_basis": "《中华人民共和国行政许可法》第四十二条",
    },
    NoticeKind.PRE_DECISION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "accepted_on": DAY,
        "expects": [{"item": "出生医学证明签发", "department": "衢州市卫生健康委员会"}],
        "outcome": "准予",
        "reasons": ["材料齐全，符合条件。"],
    },
    NoticeKind.REOPENING: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "annulled": "原不予许可的决定",
        "reasons": ["衢政复〔2026〕1号：原决定认定事实不清。"],
        "begins_on": DAY,
        "due_on": DAY,
    },
    NoticeKind.CLOCK_CORRECTION: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "procedure": "专家评审",
        "begins_on": DAY,
        "reasons": ["没有书面告知申请人。"],
        "due_before": DAY,
        "due_on": DAY,
        "phone": "0570-3021234",
    },
    NoticeKind.INQUIRY: {
        "applicant": "林知夏",
        "subject": "退休",
        "item": "视同缴费年限认定",
        "department": "衢州市人力资源和社会保障局",
        "asked_on": DAY,
        "until": DAY,
        "left": [{"item": "退休审批", "going_on": "继续办理", "in_silence": "终止办理"}],
    },
    NoticeKind.RECTIFICATION: {
        "applicant": "样例餐饮店",
        "item": "公众聚集场所投入使用、营业前消防安全检查",
        "decided_on": DAY,
        "reasons": ["安全出口被占用。"],
        "until": DAY,
        "legal_basis": "《中华人民共和国消防法》第十五条",
    },
    NoticeKind.REVIEW_REOPENED: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "predecided_on": DAY,
        "differences": ["“出生医学证明签发”的新生儿姓名：预期“林小满”，实际“林小雨”。"],
        "due_on": DAY,
    },
    NoticeKind.GRANT: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "accepted_on": DAY,
        "licence": "居民户口簿",
    },
    NoticeKind.REFUSAL: {
        "applicant": "林知夏",
        "item": "新生儿落户",
        "accepted_on": DAY,
        "reasons": ["申报内容与登记不一致。"],
        "legal_basis": "《中华人民共和国户口登记条例》第七条",
    },
    NoticeKind.DELIVERY: {
        **PERSON,
        "delivered_at": NOW,
        "method": "窗口领取",
        "documents": [{"name": "出生医学证明", "number": "2026000001", "department": "衢州市卫生健康委员会"}],
    },
    NoticeKind.CLOSING: {
        "applicant": "林知夏",
        "subject": "新生儿出生",
        "received_on": DAY,
        "results": [
            {"name": "新生儿落户", "department": "衢州市公安局", "result": "准予", "ended_on": DAY},
            {
                "name": "市民卡申领",
                "department": "衢州市人力资源和社会保障局",
                "result": "已撤回",
                "ended_on": DAY,
            },
        ],
    },
}


def issued(
    kind: NoticeKind = NoticeKind.ACCEPTANCE, key: str = "2603090000AX-01", **changes: Any
) -> NoticeFacts:
    given: Mapping[str, Any] = {
        "application_number": "2603090000AX",
        "case_number": "2603090000AX-01",
        "department_id": department_id("police"),
        "facts": FACTS[kind],
        "now": NOW,
        **changes,
    }
    return issue(kind=kind, key=key, **given)


def text_of(notice: NoticeFacts, folder: Path) -> str:
    return re.sub(r"\s", "", said_by("pdftotext", files.read(notice.file_id).content, folder, "-raw"))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_is_issued_with_a_seal_that_holds(kind: NoticeKind) -> None:
    notice = issued(kind)
    report = verify(files.read(notice.file_id).content, trust_roots())
    assert report.good
    assert report.signer == "衢州市公安局"
    assert report.signed_at == NOW
    assert notice.kind == kind
    assert re.fullmatch(rf"公安局{FORMS[kind].word}字〔2026〕[0-9]+号", notice.number)


@needs_poppler
@pytest.mark.django_db
def test_a_notice_says_what_it_was_told(tmp_path: Path) -> None:
    notice = issued(NoticeKind.ACCEPTANCE)
    text = text_of(notice, tmp_path)
    for words in (
        "受理通知书",
        notice.number,
        "林知夏",
        "新生儿落户",
        "1个工作日",
        "2603090000AX-01",
        "衢公委〔2026〕1号",
    ):
        assert words in text, words
    assert spaced_code(notice.verify_code) in text
    assert "不具法律效力" in text


@needs_poppler
@pytest.mark.django_db
def test_a_refusal_states_reasons_and_both_remedies(tmp_path: Path) -> None:
    text = text_of(issued(NoticeKind.REFUSAL), tmp_path)
    for words in (
        "申报内容与登记不一致",
        "六十日内",
        "衢州市人民政府申请行政复议",
        "六个月内",
        "提起行政诉讼",
    ):
        assert words in text, words


@needs_poppler
@pytest.mark.django_db
def test_against_a_tax_organ_the_organ_above_it_reconsiders(tmp_path: Path) -> None:
    text = text_of(issued(NoticeKind.REFUSAL, department_id=department_id("tax")), tmp_path)
    assert "向上一级税务机关申请行政复议" in text


@pytest.mark.django_db
def test_a_permit_gives_the_decision_its_title() -> None:
    permit = {**FACTS[NoticeKind.GRANT], "item_type": "01"}
    assert issued(NoticeKind.GRANT, "a", facts=permit).title == "准予行政许可决定书"
    assert issued(NoticeKind.GRANT, "b").title == "准予决定书"
    assert issued(NoticeKind.REFUSAL, "c", facts={**FACTS[NoticeKind.REFUSAL], "item_type": "01"}).title == (
        "不予行政许可决定书"
    )


@pytest.mark.django_db
def test_the_same_occasion_gives_one_document() -> None:
    first = issued()
    assert issued() == first
    assert Notice.objects.filter(kind="acceptance", key="2603090000AX-01").count() == 1
    assert Entry.objects.filter(verb="notice.issued", subject_id=first.id).count() == 1


@pytest.mark.django_db
def test_numbers_count_by_organ_kind_and_year() -> None:
    numbers = [issued(key=f"case-{turn}").number for turn in range(3)]
    start = int(re.findall(r"(\d+)号", numbers[0])[0])
    assert numbers == [f"公安局受字〔2026〕{start + turn}号" for turn in range(3)]
    assert issued(key="next year", now=NOW.replace(year=2027)).number == "公安局受字〔2027〕1号"


@pytest.mark.django_db
def test_without_a_seal_nothing_is_issued_and_no_number_is_used() -> None:
    last = list(Serial.objects.values_list("id", "last"))
    SealKey.objects.filter(department__key="police").delete()
    with pytest.raises(SealKeyMissing, match="衢州市公安局"):
        issued()
    assert list(Serial.objects.values_list("id", "last")) == last
    assert not Notice.objects.filter(key="2603090000AX-01").exists()


@pytest.mark.django_db
def test_with_an_expired_seal_nothing_is_issued() -> None:
    SealKey.objects.filter(department__key="police").update(valid_until=NOW)
    with pytest.raises(SealKeyExpired, match="到期"):
        issued()


@pytest.mark.django_db
def test_missing_facts_are_named() -> None:
    with pytest.raises(ValueError, match="limit"):
        issued(facts={"applicant": "x", "item": "y", "received_on": DAY, "accepted_on": DAY})


@pytest.mark.django_db
def test_a_document_that_was_numbered_but_not_sealed_is_finished_with_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_args: object, **_kwargs: object) -> bytes:
        raise RuntimeError("the machine died")

    with monkeypatch.context() as patch:
        patch.setattr("yichuang.notices.actions.make", crash)
        with pytest.raises(RuntimeError):
            issued()
    taken = Notice.objects.get(key="2603090000AX-01")
    assert queries.of_application("2603090000AX") == []
    assert queries.by_code(taken.verify_code) is None
    assert issued().number == taken.number
    assert [notice.id for notice in queries.of_application("2603090000AX")] == [taken.id]


@pytest.mark.django_db
def test_a_document_is_found_by_its_code_and_by_its_digest() -> None:
    notice = issued()
    content = files.read(notice.file_id).content
    assert queries.by_code(spaced_code(notice.verify_code).lower()) == notice
    assert queries.find_by_digest(hashlib.sha256(content).digest()) == notice
    assert queries.find_by_digest(hashlib.sha256(content + b" ").digest()) is None
    assert queries.by_code("0000-0000-0000-0000") is None


@pytest.mark.django_db
def test_the_ledger_knows_numbers_and_no_names() -> None:
    notice = issued()
    entry = Entry.objects.get(verb="notice.issued", subject_id=notice.id)
    assert entry.facts == {
        "kind": "acceptance",
        "number": notice.number,
        "application_number": "2603090000AX",
        "case_number": "2603090000AX-01",
        "department_id": department_id("police"),
        "sha256": notice.sha256.hex(),
    }


@pytest.mark.django_db
def test_the_stored_file_is_not_readable_in_the_database() -> None:
    assert not bytes(StoredFile.objects.get(id=issued().file_id).content).startswith(b"%PDF")


@pytest.mark.django_db
def test_listing_the_documents_of_an_application_costs_one_query(django_assert_num_queries: Any) -> None:
    for turn in range(3):
        issued(key=f"case-{turn}")
    with django_assert_num_queries(1):
        found = queries.of_application("2603090000AX")
    assert [notice.department_name for notice in found] == ["衢州市公安局"] * 3


@pytest.mark.usefixtures("committed_db")
def test_two_workers_racing_for_one_occasion_issue_one_document() -> None:
    key = "race"
    barrier = threading.Barrier(2)
    results: list[NoticeFacts] = []

    def work() -> None:
        try:
            barrier.wait()
            results.append(issued(key=key))
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
        row = Notice.objects.get(kind="acceptance", key=key)
        assert Entry.objects.filter(verb="notice.issued", subject_id=row.id).count() == 1
        assert StoredFile.objects.filter(sha256=results[0].sha256).count() == 1
        used = Serial.objects.get(series=f"{row.department_id}:公安局受字〔2026〕{{seq}}号").last
        assert row.number == f"公安局受字〔2026〕{used}号", "the loser's number was given back"
    finally:
        Notice.objects.filter(key=key).delete()
