"""文书模板 on the web: seen, changed, tried, sent, seen by a second person, published from a day on, round trip."""

import re
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
from django.test import Client
from django.urls import reverse

from tests.authoring import MANAGER, REVIEWER, begun, row_of
from tests.city import CITY
from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, staff
from tests.papers import needs_poppler, said_by
from tests.test_notices import issued
from yichuang.base import files
from yichuang.base.clock import local
from yichuang.catalogue import queries, writing
from yichuang.catalogue.actions import reviewing
from yichuang.catalogue.actions.publishing import CatalogueFaulty, publish
from yichuang.catalogue.authoring.states import Stage
from yichuang.catalogue.papers import NoticeKind
from yichuang.identity.data import SYSTEM
from yichuang.ledger.models import Entry
from yichuang.web.authoring import reviews
from yichuang.web.manage import papers

pytestmark = pytest.mark.django_db

KEY = "acceptance"
OLD, NEW = "依法决定予以受理。", "依法决定予以受理，请保留本通知书。"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (papers, reviews):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture
def manager() -> Client:
    return clerk_client(MANAGER)


def address(proposal_id: int) -> str:
    return reverse("manage:paper_proposal", args=[proposal_id])


def in_force(key: str = KEY) -> str:
    return queries.template(key)


def saved(client: Client, proposal_id: int, text: str, **more: str) -> str:
    """What the page says after a text was typed as a browser sends it."""
    sent = {"text": text.replace("\n", "\r\n"), "revision": str(row_of(proposal_id).revision), **more}
    answer = client.post(address(proposal_id), sent)
    if answer.status_code == 302:
        answer = client.get(answer.url)
    return text_of(answer)


def changed(client: Client, **more: str) -> int:
    """A draft of the paper of acceptance with one sentence changed."""
    proposal_id = begun(KEY, kind="templates")
    saved(client, proposal_id, in_force().replace(OLD, NEW), **more)
    return proposal_id


def sent(client: Client, *, day: str = "2026-03-09") -> int:
    return changed(client, act="send", publish_on=day, words="群众常问这张纸要不要留")


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_papers_licences_and_what_they_share(manager: Client) -> None:
    page = text_of(manager.get(reverse("manage:papers")))
    for words in ("受理通知书", "准予决定书", "出生医学证明", "版式", "证照版式", "共享数据查询结果"):
        assert words in page
    assert ">base<" not in page


@needs_poppler
@pytest.mark.parametrize("key", [KEY, "licence-birth", "base"])
def test_a_sample_shows_made_up_facts_and_that_it_has_no_effect(
    manager: Client, key: str, tmp_path: Path
) -> None:
    answer = manager.get(reverse("manage:paper_sample", args=[key]))
    assert answer["Content-Type"] == "application/pdf"
    assert "不具法律效力" in re.sub(r"\s", "", said_by("pdftotext", answer.content, tmp_path, "-raw"))


# ── Changing ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_typed_is_kept_and_every_fault_is_told_with_its_line(manager: Client) -> None:
    proposal_id = begun(KEY, kind="templates")
    page = saved(manager, proposal_id, in_force() + '#fact("aplicant")\n')
    line = in_force().count("\n") + 1
    assert f"第 {line} 行" in page
    assert "没有“facts.aplicant”这个内容，是不是“applicant”" in page
    assert "样张" not in page
    refused = saved(
        manager, proposal_id, in_force() + '#fact("aplicant")\n', act="send", publish_on="2026-03-09"
    )
    assert "还有1处要改" in refused
    assert row_of(proposal_id).stage is Stage.DRAFT
    page = saved(manager, proposal_id, in_force().replace(OLD, NEW))
    assert "检查没有发现问题" in page
    assert OLD in in_force(), "nothing is in force yet"


def test_a_slip_in_what_all_share_tells_which_papers_it_breaks(manager: Client) -> None:
    proposal_id = begun("base", kind="templates")
    page = saved(manager, proposal_id, queries.template("base").replace("#let remedies(", "#let remedy("))
    assert "documents/refusal.typ" in page


@needs_poppler
def test_the_sample_of_a_draft_shows_what_is_typed(manager: Client, tmp_path: Path) -> None:
    proposal_id = changed(manager)
    pdf = manager.get(reverse("manage:paper_proposed", args=[proposal_id])).content
    assert "请保留本通知书" in re.sub(r"\s", "", said_by("pdftotext", pdf, tmp_path, "-raw"))


def test_two_who_change_the_same_template_lose_nothing(manager: Client) -> None:
    proposal_id = begun(KEY, kind="templates")
    started = str(row_of(proposal_id).revision)
    saved(clerk_client(REVIEWER), proposal_id, in_force().replace(OLD, "另一种写法。"))
    answer = manager.post(
        address(proposal_id), {"text": in_force().replace(OLD, NEW), "revision": started, "act": "save"}
    )
    assert answer.status_code == 409
    page = text_of(answer)
    assert NEW in page
    assert "另一种写法。" in page


# ── Four eyes, and from when ─────────────────────────────────────────────────────────────────────


def test_who_wrote_it_does_not_approve_it_and_a_second_person_does(manager: Client) -> None:
    proposal_id = sent(manager)
    review = manager.get(reverse("authoring:review", args=[proposal_id]))
    assert "另一位中心管理人员审核" in text_of(review)
    assert manager.post(reverse("authoring:approve", args=[proposal_id])).status_code == 403
    other = clerk_client(REVIEWER)
    page = text_of(other.get(reverse("authoring:review", args=[proposal_id])))
    assert NEW in page
    assert OLD in page
    assert "群众常问这张纸要不要留" in page
    assert other.post(reverse("authoring:approve", args=[proposal_id])).status_code == 302
    assert NEW in in_force()
    verbs = Entry.objects.filter(subject_kind="proposal", subject_id=proposal_id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "proposal.begun",
        "proposal.sent",
        "proposal.approved",
        "proposal.published",
    ]
    told = text_of(manager.get(reverse("manage:paper", args=[KEY])))
    assert "群众常问这张纸要不要留" in told


@needs_poppler
def test_papers_from_then_on_are_new_and_those_before_stay_as_they_were_issued(
    manager: Client, tmp_path: Path
) -> None:
    def words(file_id: int) -> str:
        return re.sub(r"\s", "", said_by("pdftotext", files.read(file_id).content, tmp_path, "-raw"))

    before = issued(NoticeKind.ACCEPTANCE, "before")
    proposal_id = sent(manager)
    reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW)
    after = issued(NoticeKind.ACCEPTANCE, "after")
    assert "请保留本通知书" in words(after.file_id)
    assert issued(NoticeKind.ACCEPTANCE, "before") == before
    assert "请保留本通知书" not in words(before.file_id)


def test_a_later_day_waits_for_that_day(manager: Client) -> None:
    day = local(NOW).date() + timedelta(days=3)
    proposal_id = sent(manager, day=day.isoformat())
    assert reviewing.approve(actor=staff(REVIEWER), proposal_id=proposal_id, now=NOW) is Stage.APPROVED
    reviewing.publish_due(now=NOW + timedelta(days=2))
    assert OLD in in_force()
    assert reviewing.publish_due(now=NOW + timedelta(days=3)) == [proposal_id]
    assert NEW in in_force()


def test_the_next_version_takes_the_place_of_the_one_before(manager: Client) -> None:
    first = sent(manager)
    reviewing.approve(actor=staff(REVIEWER), proposal_id=first, now=NOW)
    second = begun(KEY, kind="templates")
    saved(manager, second, in_force().replace(NEW, OLD), act="send", publish_on="2026-03-09", words="改回来")
    reviewing.approve(actor=staff(REVIEWER), proposal_id=second, now=NOW)
    assert [row_of(first).stage, row_of(second).stage] == [Stage.SUPERSEDED, Stage.PUBLISHED]
    assert OLD in in_force()


def test_a_template_is_never_withdrawn_and_has_no_guide(manager: Client) -> None:
    manager.post(reverse("authoring:withdraw", args=["templates", KEY]), {"reason": "不用了"})
    proposal_id = begun(KEY, kind="templates")
    for name in ("guide", "counter", "plan", "rehearsal"):
        assert manager.get(reverse(f"authoring:{name}", args=[proposal_id])).status_code == 404
    assert manager.post(reverse("authoring:keep", args=[proposal_id])).status_code == 404
    assert manager.get(reverse("authoring:effects", args=["templates", KEY])).status_code == 404
    assert manager.get(reverse("authoring:proposal_effects", args=[proposal_id])).status_code == 404
    assert manager.get(reverse("authoring:edit", args=[proposal_id])).url == address(proposal_id)


# ── Files and the web are one thing ──────────────────────────────────────────────────────────────


def test_what_was_changed_on_the_web_is_written_to_the_folder(manager: Client) -> None:
    reviewing.approve(actor=staff(REVIEWER), proposal_id=sent(manager), now=NOW)
    files_written = writing.folder_files(queries.folder())
    assert files_written[f"documents/{KEY}.typ"] == in_force()


def test_a_folder_published_later_keeps_what_the_web_changed_and_tells_a_clash(
    manager: Client, tmp_path: Path
) -> None:
    reviewing.approve(actor=staff(REVIEWER), proposal_id=sent(manager), now=NOW)
    root = copytree(CITY, tmp_path / "city")
    own, other = (root / "documents" / f"{key}.typ" for key in (KEY, "decline"))
    said = own.read_text(encoding="utf-8")
    own.write_text(said.replace(OLD, "文件里的写法。"), encoding="utf-8")
    with pytest.raises(CatalogueFaulty) as refused:
        publish(root, actor=SYSTEM, now=NOW)
    assert [fault.path for fault in refused.value.faults] == [f"documents/{KEY}.typ"]
    own.write_text(said, encoding="utf-8")
    other.write_text(other.read_text(encoding="utf-8") + "// 改过\n", encoding="utf-8")
    publish(root, actor=SYSTEM, now=NOW)
    assert NEW in in_force()
    assert in_force("decline").endswith("// 改过\n")
