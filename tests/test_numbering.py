"""文号: forms that are data, series without gaps under a short lock, series with gaps that make nobody wait."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from django.db import connection, transaction

from tests.catalogue_folder import write_folder
from tests.city import CITY
from tests.factories import NOW
from tests.test_notices import issued
from yichuang.base import serials
from yichuang.base.models import Serial
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import publish
from yichuang.catalogue.checking import examine
from yichuang.catalogue.numbering import DEFAULT_NUMBERS, NumberScheme, number_in, scheme_for, series_of
from yichuang.catalogue.papers import NoticeKind
from yichuang.identity.data import SYSTEM
from yichuang.identity.queries import department_id
from yichuang.licences.actions import issue_licence

Edit = tuple[str, str, str]


def scheme(form: str, papers: str = "[acceptance]", more: str = "") -> Edit:
    """`numbering.yaml` with one scheme."""
    return (
        "numbering.yaml",
        "",
        f'numbers:\n  - {{key: own, form: "{form}", papers: {papers}{more}}}\n',
    )


# ── The forms ────────────────────────────────────────────────────────────────────────────────────


def test_a_number_is_its_series_with_the_running_number_filled_in() -> None:
    form = NumberScheme("own", "{organ}许〔{year}〕{seq:04}号")
    series = series_of(form, organ="住建局", word="准", year=2026)
    assert series == "住建局许〔2026〕{seq:04}号"
    assert number_in(series, 12) == "住建局许〔2026〕0012号"
    assert number_in(series, 123456) == "住建局许〔2026〕123456号"


def test_the_first_scheme_that_fits_counts_and_what_none_fits_is_as_everywhere() -> None:
    police = NumberScheme("police", "a{seq}", papers=("grant",), departments=("police",))
    grants = NumberScheme("grants", "b{seq}", papers=("grant", "refusal"))
    found = {
        (department, paper): scheme_for((police, grants), department, paper).key
        for department in ("police", "health")
        for paper in ("grant", "refusal", "receipt", "acceptance")
    }
    assert found == {
        ("police", "grant"): "police",
        ("police", "refusal"): "grants",
        ("health", "grant"): "grants",
        ("health", "refusal"): "grants",
        **{
            (department, paper): key
            for department in ("police", "health")
            for paper, key in (("receipt", "receipts"), ("acceptance", "papers"))
        },
    }
    assert scheme_for((), "health", "birth_certificate", "licence").key == "licences"


def test_where_the_law_wants_no_gaps_the_usual_schemes_leave_none() -> None:
    """Only what decides nothing may leave gaps."""
    loose = {kind for kind in NoticeKind if scheme_for((), "police", kind).gaps}
    assert loose == {NoticeKind.RECEIPT, NoticeKind.DELIVERY, NoticeKind.CLOSING}
    assert not any(known.gaps for known in DEFAULT_NUMBERS if "licence" in known.papers)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (scheme("{organ}许〔{yaer}〕{seq}号"), "“{yaer}”不认识，是不是“year”"),
        (scheme("{organ}许〔{year}〕号"), "要有且只有一个序号"),
        (scheme("{organ}许〔{year}〕{seq}{seq}号"), "要有且只有一个序号"),
        (scheme("{organ}许〔{year}〕{seq:6d}号"), "位数写法不对"),
        (scheme("{organ:02}许〔{year}〕{seq}号"), "位数写法不对"),
        (scheme("{organ}许〔{year〕{seq}号"), "花括号没有配对"),
        (scheme("许〔{year}〕{seq}号"), "看不出是哪个机关"),
        (scheme("{organ}许〔{year}〕{seq}号", "[acceptence]"), "papers中没有“acceptence”，是不是“acceptance”"),
        (scheme("{organ}许〔{year}〕{seq}号", more=", departments: [polise]"), "departments中没有“polise”"),
        (scheme("{organ}" + "关于核发许可证件的决定" * 5 + "{seq}号"), "超过60个字"),
        (
            scheme("{organ}〔{year}〕{seq}号", more="}\n  - {key: b, form: '{organ}x{seq}', papers: [acceptance]"),
            "永远用不上",
        ),
        (
            scheme("{organ}{seq}", more="}\n  - {key: b, form: '{organ}{seq}', papers: [receipt], gaps: true"),
            "一个可以跳号、一个不可以",
        ),
    ],
)  # fmt: skip
def test_a_fault_in_a_scheme_is_found_with_its_place(tmp_path: Path, edit: Edit, problem: str) -> None:
    faults = examine(write_folder(tmp_path, edit), today=date(2026, 3, 9)).faults
    assert [fault.path for fault in faults] == ["numbering.yaml"], faults
    assert faults[0].line in {2, 3}
    assert problem in faults[0].problem


@pytest.mark.parametrize(
    "edit",
    [scheme("{seq}号", more=", departments: [police]"), scheme("{year}{seq:06}", "[licence]")],
)
def test_a_form_without_the_organ_is_sound_where_only_one_uses_it(tmp_path: Path, edit: Edit) -> None:
    assert examine(write_folder(tmp_path, edit), today=date(2026, 3, 9)).faults == ()


# ── On the papers ────────────────────────────────────────────────────────────────────────────────


def publish_sample_city_with(tmp_path: Path, text: str) -> None:
    """The sample city with another `numbering.yaml`."""
    root = copytree(CITY, tmp_path / "city")
    (root / "numbering.yaml").write_text(text, encoding="utf-8")
    publish(root, actor=SYSTEM, now=NOW)


@pytest.mark.django_db
def test_papers_are_numbered_as_the_city_says_and_share_a_series_where_their_form_comes_out_alike(
    tmp_path: Path,
) -> None:
    publish_sample_city_with(
        tmp_path,
        "numbers:\n"
        '  - {key: decisions, form: "衢公许〔{year}〕{seq}号", papers: [grant, refusal], departments: [police]}\n',
    )
    assert [
        issued(kind, key).number
        for kind, key in (
            (NoticeKind.GRANT, "a"),
            (NoticeKind.REFUSAL, "b"),
            (NoticeKind.GRANT, "c"),
        )
    ] == ["衢公许〔2026〕1号", "衢公许〔2026〕2号", "衢公许〔2026〕3号"]
    assert issued(NoticeKind.GRANT, "d", now=NOW.replace(year=2027)).number == "衢公许〔2027〕1号"
    other = issued(NoticeKind.GRANT, "e", department_id=department_id("health"))
    assert other.number.startswith("卫健委准字〔2026〕")


@pytest.mark.django_db
def test_a_licence_is_numbered_by_the_scheme_of_its_type_and_its_identifier_as_ever(tmp_path: Path) -> None:
    kind = next(iter(queries.current().licence_types))
    publish_sample_city_with(
        tmp_path, f'numbers:\n  - {{key: own, form: "{{organ}}证{{seq:08}}", papers: [{kind}]}}\n'
    )
    made = [
        issue_licence(
            type_key=kind,
            holder_kind="person",
            holder_number="330802199001011234",
            holder_name="林知夏",
            facts={},
            case_number=f"2603090000AX-0{turn}",
            department_id=department_id("police"),
            now=NOW,
        )
        for turn in (1, 2)
    ]
    assert [licence.number for licence in made] == ["公安局证00000001", "公安局证00000002"]
    assert ".2026000001." in made[0].identifier
    assert ".2026000002." in made[1].identifier


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────


def at_once(*works: Callable[[], object]) -> None:
    """Run these at the same time, each on its own connection."""

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("committed_db")
def test_a_series_without_gaps_has_none_however_many_draw_and_fail() -> None:
    series, drawn = "test:without gaps", list[int]()

    def work() -> None:
        for turn in range(30):
            try:
                with transaction.atomic():
                    number = serials.draw(series)
                    if turn % 3 == 0:
                        raise RuntimeError("the paper was not issued")
                drawn.append(number)
            except RuntimeError:
                pass

    try:
        at_once(*[work] * 4)
        assert sorted(drawn) == list(range(1, 81))
    finally:
        Serial.objects.filter(series=series).delete()


@pytest.mark.usefixtures("committed_db")
def test_with_gaps_nobody_waits_for_a_counter_that_holds_its_transaction_open() -> None:
    series, drawn = "test:with gaps", list[int]()
    drawn.append(serials.draw_with_gaps(series))
    is_drawn, may_end = threading.Event(), threading.Event()

    def slow_counter() -> None:
        with transaction.atomic():
            drawn.append(serials.draw_with_gaps(series))
            is_drawn.set()
            may_end.wait()

    def other_counter() -> None:
        is_drawn.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            drawn.extend(serials.draw_with_gaps(series) for _turn in range(50))
        finally:
            may_end.set()

    try:
        at_once(slow_counter, other_counter)
        assert len(set(drawn)) == len(drawn) == 52
        assert min(drawn) == 1
    finally:
        Serial.objects.filter(series=series).delete()


@pytest.mark.usefixtures("committed_db")
def test_the_first_numbers_of_a_series_with_gaps_are_drawn_at_once_and_differ() -> None:
    series, drawn = "test:first", list[int]()
    try:
        at_once(*[lambda: drawn.extend(serials.draw_with_gaps(series) for _turn in range(20))] * 4)
        assert len(set(drawn)) == len(drawn) == 80
        assert all(number > 0 for number in drawn)
    finally:
        Serial.objects.filter(series=series).delete()


@pytest.mark.django_db
def test_a_city_that_changes_its_mind_about_gaps_gives_no_number_twice() -> None:
    series = "test:changed"
    drawn = [serials.draw(series) for _turn in range(3)]
    drawn += [serials.draw_with_gaps(series) for _turn in range(3)]
    drawn += [serials.draw(series) for _turn in range(3)]
    drawn += [serials.draw_with_gaps(series)]
    assert drawn == sorted(set(drawn))
    assert drawn[:4] == [1, 2, 3, 4]
