"""What an officer types in the box of the opinion: kept for her alone until the case is decided."""

import pytest

from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, case_of, decided, received, staff
from tests.officers_desk import LATER, stopped_clock
from yichuang.base.errors import Forbidden, Invalid, NotVisible, Overtaken
from yichuang.cases.actions.opinion_drafts import keep_opinion
from yichuang.cases.actions.review import claim
from yichuang.cases.actions.withdrawal import withdraw
from yichuang.cases.data import CaseRow
from yichuang.cases.models import OpinionDraft
from yichuang.cases.opinion_drafts import opinion_draft
from yichuang.cases.states import Outcome
from yichuang.identity.data import Actor

pytestmark = pytest.mark.usefixtures("stopped_clock")
__all__ = ["stopped_clock"]

FIRST = "birth_certificate"
WORDS = "分娩记录属实。"


def instant() -> CaseRow:
    """A case of the health department that is decided on the spot."""
    return case_of(accepted("newborn"), FIRST)


def hers() -> Actor:
    return staff("officer-weijian")


def keep(case: CaseRow, text: str = WORDS, actor: Actor | None = None) -> None:
    keep_opinion(actor=actor or hers(), case_id=case.id, text=text, now=LATER)


@pytest.mark.django_db
def test_what_she_typed_stands_in_the_box_when_she_comes_back() -> None:
    case, desk = instant(), clerk_client("officer-weijian")
    address = f"/desk/cases/{case.number}/"
    assert desk.post(f"{address}opinion/", {"text": WORDS}).status_code == 204
    assert WORDS in text_of(desk.get(address))
    assert desk.post(f"{address}opinion/", {"text": WORDS + "准予。"}).status_code == 204
    assert OpinionDraft.objects.get(case_id=case.id).saved_at == LATER
    assert opinion_draft(hers(), case.id) == WORDS + "准予。"


@pytest.mark.django_db
def test_what_was_sent_and_refused_is_shown_rather_than_what_was_kept_before() -> None:
    case = instant()
    keep(case)
    sent = {"outcome": "maybe", "text": "重新写的意见"}
    shown = text_of(clerk_client("officer-weijian").post(f"/desk/cases/{case.number}/decide/", sent))
    assert "重新写的意见" in shown
    assert WORDS not in shown


@pytest.mark.django_db
def test_a_colleague_and_the_chief_do_not_see_it_and_have_their_own() -> None:
    case = instant()
    keep(case)
    for username in ("officer-weijian2", "chief-weijian"):
        assert WORDS not in text_of(clerk_client(username).get(f"/desk/cases/{case.number}/"))
        keep(case, "另一份意见", staff(username))
    assert opinion_draft(hers(), case.id) == WORDS


@pytest.mark.django_db
def test_it_is_not_in_the_database_in_plain_words() -> None:
    case = instant()
    keep(case)
    assert WORDS.encode() not in bytes(OpinionDraft.objects.get(case_id=case.id).text)


@pytest.mark.django_db
def test_an_emptied_box_keeps_nothing() -> None:
    case = instant()
    keep(case)
    keep(case, "  ")
    assert not OpinionDraft.objects.filter(case_id=case.id).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", Outcome)
def test_everybodys_is_gone_when_the_case_is_decided_and_none_comes_after(outcome: Outcome) -> None:
    whole = accepted("newborn")
    case = case_of(whole, FIRST)
    keep(case)
    keep(case, actor=staff("officer-weijian2"))
    decided(whole, FIRST, "officer-weijian2", outcome=outcome)
    assert not OpinionDraft.objects.filter(case_id=case.id).exists()
    with pytest.raises(Overtaken, match="已经不在审查中"):
        keep(case)
    late = clerk_client("officer-weijian").post(f"/desk/cases/{case.number}/opinion/", {"text": WORDS})
    assert late.status_code == 409
    assert text_of(late).startswith("这件已经不在审查中")


@pytest.mark.django_db
def test_it_is_gone_when_the_applicant_withdraws() -> None:
    whole = accepted("newborn")
    case = case_of(whole, FIRST)
    keep(case)
    withdraw(actor=staff("clerk1"), application_id=whole.id, case_ids=[case.id], reason="不办了。", now=NOW)
    assert not OpinionDraft.objects.filter(case_id=case.id).exists()


@pytest.mark.django_db
def test_it_is_kept_also_while_a_colleague_holds_the_case() -> None:
    case = instant()
    claim(actor=staff("officer-weijian2"), case_id=case.id, now=NOW)
    keep(case)
    assert opinion_draft(hers(), case.id) == WORDS


@pytest.mark.django_db
def test_others_keep_nothing_and_what_is_not_in_review_takes_none() -> None:
    case = instant()
    with pytest.raises(NotVisible):
        keep(case, actor=staff("officer-yibao"))
    with pytest.raises(Forbidden):
        keep(case, actor=staff("clerk1"))
    with pytest.raises(Overtaken):
        keep(case_of(received("newborn"), FIRST))
    with pytest.raises(Invalid, match="最多2000个字"):
        keep(case, "长" * 2001)
