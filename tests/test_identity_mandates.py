"""Mandates (业务委托书): what a centre may do for a department, and what it is told where it may not."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identities import NOW, TODAY, MandateEntry, SmallCity, fresh_departments, small_city
from yichuang.base.errors import Forbidden
from yichuang.identity import queries
from yichuang.identity.actions.establishment import establish
from yichuang.identity.data import MandateFacts, MandateScope, Power
from yichuang.identity.rules import check_mandate

__all__ = ["fresh_departments", "small_city"]

DAY = timedelta(days=1)
ALL = frozenset(Power)


def mandate(number: str = "样委〔2026〕1号", **changes: Any) -> MandateFacts:
    facts = {
        "powers": ALL,
        "item_keys": frozenset[str](),
        "valid_from": TODAY - DAY,
        "valid_until": TODAY + DAY,
    }
    return MandateFacts(number, **(facts | changes))


def scope(*mandates: MandateFacts, power: Power = Power.ACCEPT) -> MandateScope:
    return MandateScope(power, TODAY, {"police": mandates} if mandates else {})


COVERED = [
    [mandate()],
    [mandate(valid_from=TODAY, valid_until=TODAY)],
    [mandate(valid_until=None)],
    [mandate(item_keys=frozenset({"household_birth"}))],
    [mandate(powers=frozenset({Power.ACCEPT}))],
    [mandate(valid_until=TODAY - DAY), mandate("样委〔2026〕2号")],
    [mandate(powers=frozenset({Power.RECEIVE})), mandate("样委〔2026〕2号")],
]


@pytest.mark.parametrize("mandates", COVERED)
def test_what_a_mandate_covers_may_be_done(mandates: list[MandateFacts]) -> None:
    check_mandate(scope(*mandates), "police", "household_birth", "公安局")
    assert scope(*mandates).number_for("police", "household_birth") == mandates[-1].number


REFUSED = [
    ([], "mandate_missing", ("公安局", "签发业务委托书")),
    ([mandate(item_keys=frozenset({"passport"}))], "mandate_item", ("1号", "不包括此事项", "补充委托")),
    ([mandate(valid_until=TODAY - DAY)], "mandate_expired", ("1号", "2026-03-01", "续签")),
    (
        [mandate(valid_until=TODAY - 9 * DAY), mandate("样委〔2026〕2号", valid_until=TODAY - DAY)],
        "mandate_expired",
        ("2号", "2026-03-01"),
    ),
    ([mandate(valid_from=TODAY + DAY, valid_until=None)], "mandate_early", ("1号", "2026-03-03")),
    ([mandate(powers=frozenset({Power.RECEIVE}))], "mandate_power", ("1号", "只委托了收件", "没有委托受理")),
    (
        [mandate(powers=frozenset({Power.RECEIVE})), mandate("样委〔2025〕9号", valid_until=TODAY - DAY)],
        "mandate_expired",
        ("〔2025〕9号",),
    ),
]


@pytest.mark.parametrize(("mandates", "code", "words"), REFUSED)
def test_a_refusal_names_the_department_the_number_and_the_remedy(
    mandates: list[MandateFacts], code: str, words: tuple[str, ...]
) -> None:
    tried = scope(*mandates)
    with pytest.raises(Forbidden) as refusal:
        check_mandate(tried, "police", "household_birth", "公安局")
    assert refusal.value.code == code
    assert all(word in str(refusal.value) for word in ("公安局", *words)), str(refusal.value)
    assert tried.number_for("police", "household_birth") == ""


@given(
    power=st.sampled_from(Power),
    powers=st.frozensets(st.sampled_from(Power), min_size=1),
    items=st.frozensets(st.sampled_from(["a", "b"])),
    start=st.integers(-2, 2),
    length=st.none() | st.integers(0, 3),
)
def test_covering_means_power_and_item_and_day(
    power: Power, powers: frozenset[Power], items: frozenset[str], start: int, length: int | None
) -> None:
    begin = TODAY + start * DAY
    end = None if length is None else begin + length * DAY
    given_one = mandate(powers=powers, item_keys=items, valid_from=begin, valid_until=end)
    expected = power in powers and (not items or "a" in items) and begin <= TODAY <= (end or date.max)
    tried = scope(given_one, power=power)
    assert tried.covers("police", "a") == expected
    if not expected:
        with pytest.raises(Forbidden):
            check_mandate(tried, "police", "a", "公安局")


def test_the_scope_of_a_centre_is_read_with_one_query(
    small_city: SmallCity, django_assert_num_queries: Any
) -> None:
    centre = queries.department_id("t_centre")
    with django_assert_num_queries(1):
        found = queries.mandated_items(centre, Power.DELIVER, TODAY)
    assert found.covers("t_police", "anything")
    assert not found.covers("t_health", "anything")
    assert not queries.mandated_items(queries.department_id("t_police"), Power.DELIVER, TODAY).mandates


def test_a_mandate_that_the_city_no_longer_names_ends(small_city: SmallCity) -> None:
    centre = queries.department_id("t_centre")
    replaced = SmallCity(mandates=(MandateEntry("样委〔2026〕2号", "t_health", powers=(Power.RECEIVE,)),))
    establish(replaced, now=NOW)
    found = queries.mandated_items(centre, Power.RECEIVE, TODAY)
    assert found.number_for("t_health", "anything") == "样委〔2026〕2号"
    with pytest.raises(Forbidden) as refusal:
        check_mandate(found, "t_police", "anything", "公安局")
    assert refusal.value.code == "mandate_expired"
    establish(SmallCity(), now=NOW)
    assert queries.mandated_items(centre, Power.RECEIVE, TODAY).covers("t_police", "anything")


def test_a_mandate_that_began_only_today_holds_to_the_end_of_the_day(small_city: SmallCity) -> None:
    centre = queries.department_id("t_centre")
    establish(SmallCity(mandates=(MandateEntry("今天", "t_health", valid_from=TODAY),)), now=NOW)
    establish(SmallCity(mandates=()), now=NOW)
    assert queries.mandated_items(centre, Power.RECEIVE, TODAY).covers("t_health", "anything")
    assert not queries.mandated_items(centre, Power.RECEIVE, TODAY + DAY).covers("t_health", "anything")


def test_a_mandate_that_has_not_begun_goes_without_trace(small_city: SmallCity) -> None:
    centre = queries.department_id("t_centre")
    establish(SmallCity(mandates=(MandateEntry("明天", "t_health", valid_from=TODAY + DAY),)), now=NOW)
    establish(SmallCity(), now=NOW)
    assert "t_health" not in queries.mandated_items(centre, Power.RECEIVE, TODAY + DAY).mandates
