"""意见模板: the head of a department writes them, its officers put them into their opinions with the case's facts."""

import pytest

from tests.counter_desk import clerk_client, text_of
from tests.factories import NOW, accepted, case_of, staff
from tests.officers_desk import PROOF, officer, page_of, proof, stopped_clock
from yichuang.base.errors import Forbidden, Invalid, NotVisible
from yichuang.cases.actions.opinion_templates import remove_template, write_template
from yichuang.cases.models import OpinionTemplate
from yichuang.cases.opinion_templates import PLACES, filled, offered, templates_of
from yichuang.catalogue import queries as catalogue_queries
from yichuang.identity.data import Actor
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
__all__ = ["stopped_clock"]

CHIEF, OFFICER, FIRE = "chief-zhujian", "officer-zhujian", "fire_design_review"
TEXT = "{事项}（{办件编号}）经审查，符合{条件}，{今天}准予。"


@pytest.fixture(autouse=True)
def no_templates_of_others() -> None:
    """What other tests have left standing is nobody's here."""
    OpinionTemplate.objects.update(removed_at=NOW)


def written(
    item: str = "", name: str = "合格", text: str = TEXT, instead: int | None = None, who: str = CHIEF
) -> int:
    return write_template(actor=staff(who), template_id=instead, item_key=item, name=name, text=text, now=NOW)


def test_every_place_is_filled_with_the_facts_of_the_case() -> None:
    case = proof()
    every = "|".join(f"{{{place}}}" for place in PLACES)
    said = filled(staff(OFFICER), case, written(text=every), now=NOW).split("|")
    item = catalogue_queries.current().items[PROOF]
    assert said[:2] == [item.name, case.number]
    assert said[list(PLACES).index("今天")] == "2026-03-09"
    assert said[list(PLACES).index("条件")] == "；".join(item.conditions)
    assert not any("{" in one for one in said)


def test_a_template_is_offered_for_its_item_or_for_all_of_the_department_and_to_nobody_else() -> None:
    case, fire = proof(), case_of(accepted(FIRE), FIRE)
    everywhere, here = written(), written(PROOF, "查无房改")
    assert offered(staff(OFFICER), case) == [(here, "查无房改"), (everywhere, "合格")]
    assert offered(staff(OFFICER), fire) == [(everywhere, "合格")]
    assert offered(staff("officer-weijian"), case) == []
    with pytest.raises(Invalid, match="不适用于这个事项"):
        filled(staff(OFFICER), fire, here, now=NOW)


@pytest.mark.parametrize(
    ("item", "name", "text", "sentence"),
    [
        ("", " ", TEXT, "起个名字"),
        ("", "长" * 21, TEXT, "最多20个字"),
        ("", "合格", " ", "请填写模板的文字"),
        ("", "合格", "{申请人}合格。", "没有“{申请人}”这个占位。可以用：{事项}、"),
        ("birth_certificate", "合格", TEXT, "从本部门的事项中选择"),
    ],
)
def test_what_can_be_no_template_is_refused_with_a_sentence(
    item: str, name: str, text: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        written(item, name, text)
    assert templates_of(staff(CHIEF)) == []


def test_only_the_head_of_the_department_writes_and_the_ledger_says_what_took_whose_place() -> None:
    for stranger in (OFFICER, "manager", "clerk1"):
        with pytest.raises(Forbidden):
            written(who=stranger)
    first = written()
    with pytest.raises(NotVisible):
        written(instead=first, who="chief-weijian")
    second = written(name="合格了", instead=first)
    assert [row.name for row in templates_of(staff(CHIEF))] == ["合格了"]
    with pytest.raises(NotVisible):  # a colleague was first: nothing of hers is lost
        written(instead=first)
    remove_template(actor=staff(CHIEF), template_id=second, now=NOW)
    with pytest.raises(NotVisible):
        remove_template(actor=staff(CHIEF), template_id=second, now=NOW)
    entries = Entry.objects.filter(subject_kind="opinion_template", subject_id__in=[first, second]).order_by(
        "id"
    )
    actor: Actor = staff(CHIEF)
    assert [(entry.verb, entry.actor_id, entry.facts.get("replaces")) for entry in entries] == [
        ("opinion_template.written", actor.id, None),
        ("opinion_template.written", actor.id, first),
        ("opinion_template.removed", actor.id, None),
    ]


# ── At the desk ──────────────────────────────────────────────────────────────────────────────────


def test_an_officer_inserts_one_behind_what_is_typed() -> None:
    case, template = proof(), written()
    desk = officer()
    desk.post(f"{page_of(case)}claim/")
    assert "合格 Alt+1" in text_of(desk.get(page_of(case)))
    shown = desk.post(f"{page_of(case)}template/", {"text": "已核对档案。", "template": template})
    assert shown.status_code == 200
    page = shown.content.decode()
    assert f"已核对档案。\n{case.item_name}（{case.number}）经审查" in page
    gone = desk.post(f"{page_of(case)}template/", {"text": "已核对档案。", "template": "0"})
    assert (gone.status_code, "已核对档案。" in text_of(gone)) == (422, True)


def test_a_chief_writes_changes_and_removes_one_on_a_page() -> None:
    chief = clerk_client(CHIEF)
    refused = chief.post("/desk/templates/write/", {"name": "合格", "text": "{谁}合格。"})
    assert (refused.status_code, "{谁}合格。" in text_of(refused)) == (422, True)
    told = chief.post("/desk/templates/write/", {"name": "合格", "text": TEXT, "item": PROOF}, follow=True)
    assert "模板已保存" in text_of(told)
    (row,) = templates_of(staff(CHIEF))
    form = chief.get("/desk/templates/", {"edit": row.id}).content.decode()
    assert f'name="template" value="{row.id}"' in form
    chief.post("/desk/templates/write/", {"template": row.id, "name": "可以", "text": TEXT, "item": ""})
    (changed,) = templates_of(staff(CHIEF))
    assert (changed.name, changed.item_key) == ("可以", "")
    assert "还没有模板" in text_of(chief.post(f"/desk/templates/{changed.id}/remove/", follow=True))
