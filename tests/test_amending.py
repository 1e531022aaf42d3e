"""当场更正: errors in a form are put right at the counter, before the acceptance and never after."""

import pytest

from tests.counter_desk import clerk_client, text_of
from tests.courses import every_case_folds
from tests.factories import NOW, received, staff
from yichuang.base.errors import Forbidden, Invalid, Overtaken
from yichuang.cases import reading, remarks
from yichuang.cases.actions.acceptance import accept
from yichuang.cases.actions.amending import amend, amendable
from yichuang.cases.models import Remark
from yichuang.cases.queries import ApplicationRow
from yichuang.cases.states import Verb
from yichuang.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_case_folds")]
__all__ = ["every_case_folds"]

BABY = "baby_name"


def newborn() -> ApplicationRow:
    return received("newborn")


def put_right(row: ApplicationRow, **values: str) -> tuple[str, ...]:
    return amend(actor=staff("clerk1"), application_id=row.id, values=values, now=NOW)


def test_a_field_is_put_right_and_what_stood_there_is_kept_encrypted() -> None:
    row = newborn()
    before = reading.read_form(row.id)
    assert put_right(row, baby_name="林小满") == (BABY,)
    after = reading.read_form(row.id)
    assert after["values"] == {**before["values"], BABY: "林小满"}
    assert BABY not in after["sources"]
    entries = Entry.objects.filter(verb=Verb.AMEND, subject_id__in=[case.id for case in row.cases])
    assert entries
    for entry in entries:
        assert entry.facts["fields"] == [BABY]
        assert "林小满" not in str(entry.facts)
        kept = Remark.objects.get(id=entry.facts["amendment"])
        assert "林小满".encode() not in bytes(kept.text)
        assert f"{before['values'][BABY]} → 林小满" in remarks.text_of(kept)


def test_after_the_acceptance_nothing_is_amended() -> None:
    row = newborn()
    accept(actor=staff("clerk1"), application_id=row.id, now=NOW)
    with pytest.raises(Overtaken, match="已经受理"):
        put_right(row, baby_name="林小满")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({BABY: "样例"}, "没有改动"), ({BABY: " "}, "还没有填写"), ({"baby_birth_date": "2026-02-30"}, "日期")],
)
def test_what_is_no_correction_is_refused_and_changes_nothing(values: dict[str, str], sentence: str) -> None:
    row = newborn()
    before = reading.read_form(row.id)
    with pytest.raises(Invalid, match=sentence):
        put_right(row, **values)
    assert reading.read_form(row.id) == before


def test_who_applies_is_no_error_in_a_form_and_only_a_clerk_at_a_counter_amends() -> None:
    row = newborn()
    assert {"applicant_number", "applicant_name"}.isdisjoint(amendable(row.cases))
    with pytest.raises(Forbidden):
        amend(actor=staff("officer-weijian"), application_id=row.id, values={BABY: "林小满"}, now=NOW)


def test_a_clerk_does_it_on_a_page_where_what_was_typed_stands() -> None:
    row = newborn()
    desk, page = clerk_client("clerk1"), f"/counter/applications/{row.number}/"
    assert "当场更正" in text_of(desk.get(page))
    form = desk.get(f"{page}amend/").content.decode()
    assert f'name="v-{BABY}"' in form
    refused = desk.post(f"{page}amend/", {f"v-{BABY}": "林小满", "v-baby_birth_date": "2026-02-30"})
    assert refused.status_code == 422
    assert "林小满" in refused.content.decode()
    assert desk.post(f"{page}amend/", {f"v-{BABY}": "林小满"}).status_code == 302
    assert "当场更正" in text_of(desk.get(page))
    assert reading.read_form(row.id)["values"][BABY] == "林小满"
    assert "林小满" not in text_of(desk.get(page))
