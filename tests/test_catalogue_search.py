"""Finding items: words, aliases, everyday words, pinyin, codes, departments; and what was typed wrongly."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue_folder import write_folder
from yichuang.catalogue import queries
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.finding import index
from yichuang.catalogue.finding.index import Findable, findables
from yichuang.catalogue.finding.lexemes import normal, spoken
from yichuang.catalogue.finding.search import find
from yichuang.catalogue.loading import read
from yichuang.catalogue.models import SearchEntry

pytestmark = pytest.mark.django_db
WORDS = """\
words:
  - {word: 生娃, means: [newborn]}
  - {word: 户口本, means: [落户]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("city"), ("words.yaml", "", WORDS))


@pytest.fixture
def city(folder: Path) -> Catalogue:
    """The sample city as what search finds, until the test is rolled back."""
    catalogue = read(folder).catalogue
    assert catalogue is not None
    index.write(findables(catalogue))
    return catalogue


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("新生儿", "newborn"),
        ("新生儿出生", "newborn"),
        ("上户口", "household_birth"),
        ("落户", "household_birth"),
        ("xsecs", "newborn"),
        ("xinshengerchu", "newborn"),
        ("dengji luohu", "household_birth"),
        ("shk", "household_birth"),
        ("330709001001", "household_birth"),
        ("09001001", "household_birth"),
        ("11330800MB00000034", "medical_insurance"),
        ("ＭＥＤＩＣＡＬ_insurance", "medical_insurance"),
        ("公安", "household_birth"),
        ("出生 卫健", "birth_certificate_issue"),
        ("  医保  参保 ", "medical_insurance"),
        ("小孩出生以后要怎么上户口", "household_birth"),
        # Everyday words.
        ("生娃", "newborn"),
        ("户口本", "household_birth"),
        ("hukouben", "household_birth"),
        # One wrong, one missing, one too many, two that changed places, the same sound.
        ("新升儿出生", "newborn"),
        ("新生出生", "newborn"),
        ("新生生儿出生", "newborn"),
        ("出医生学证明", "birth_certificate_issue"),
        ("上护口", "household_birth"),
        ("xinshengrechusheng", "newborn"),
        ("xinshengechusheng", "newborn"),
        ("xinshengerchushenh", "newborn"),
        ("新生er", "newborn"),
        # Questions.
        ("我想给孩子上户口", "household_birth"),
        ("医保参保怎么办理？", "medical_insurance"),
    ],
)
def test_the_best_hit_comes_first(typed: str, first: str) -> None:
    assert find(typed)[0].key == first


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    "typed",
    ["", "   ", "水库", "zzz", "xsrcs", "出生 水库", "0", "'", "\\", "a'b\\", "&|!", "\0", "怎么办理？"],
)
def test_what_is_nowhere_is_not_found(typed: str) -> None:
    assert find(typed) == ()


@pytest.mark.usefixtures("city")
def test_a_hit_says_what_a_list_shows() -> None:
    bundle, *_rest = find("新生儿")
    assert (bundle.kind, bundle.name, bundle.department, bundle.board) == (
        "bundle",
        "新生儿出生",
        "样例市卫生健康委员会",
        "综合事务",
    )
    item = find("落户")[0]
    assert (item.kind, item.department_key, item.code) == ("item", "police", "330709001001")


@pytest.mark.usefixtures("city")
def test_no_more_than_asked_for() -> None:
    assert len(find("样例市", limit=2)) == 2
    assert len(find("样例市")) == 4


@pytest.mark.usefixtures("city")
def test_pinyin_begins_with_a_syllable() -> None:
    """`in` stands inside `xin`, but nobody who types it means that."""
    assert find("insheng") == ()


@pytest.mark.usefixtures("city")
def test_what_is_typed_right_costs_one_statement() -> None:
    for typed in ("新生儿", "xse", "出生 卫健"):
        with CaptureQueriesContext(connection) as asked:
            find(typed)
        assert len(asked) == 1


def test_a_whole_name_is_found_among_thousands_that_have_a_word_of_it() -> None:
    """Common words are looked for in few rows first; what is meant exactly must not stand behind them."""
    one = Findable("item", "", "", "d", "某局", "", "", (), (), ())
    common = [replace(one, key=f"a{number}", name=f"第{number}号建筑工程登记") for number in range(2500)]
    index.write([*common, replace(one, key="zz", name="登记"), replace(one, key="zy", name="登记证")])
    assert [hit.key for hit in find("登记", limit=2)] == ["zz", "zy"]
    assert len(find("登记", limit=50)) == 50
    assert set(SearchEntry.objects.values_list("tier", flat=True)) == {0, 1}


def test_what_is_meant_exactly_comes_first_from_the_last_tier_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """There any rows are taken that have the word; whole names are asked for first, then beginnings, then the rest."""
    monkeypatch.setattr(index, "_TIERS", (2, 4))
    one = Findable("item", "", "", "d", "某局", "", "", (), (), ())
    common = [replace(one, key=f"a{number}", name=f"第{number}号建筑工程登记") for number in range(60)]
    begin = [replace(one, key=f"b{number}", name=f"登记第{number}号建筑工程") for number in range(10)]
    index.write([*common, *begin, replace(one, key="zz", name="登记")])
    keys = [hit.key for hit in find("登记", limit=20)]
    assert keys[0] == "zz"
    assert {key[0] for key in keys[1:11]} == {"b"}
    assert {key[0] for key in keys[11:]} == {"a"}
    assert len(keys) == 20


def test_only_what_changed_is_written(city: Catalogue) -> None:
    assert index.write(findables(city)) == 0
    renamed = replace(city.items["medical_insurance"], name="城乡居民基本医疗保险参保")
    changed = replace(city, items={**city.items, renamed.key: renamed})
    assert index.write(findables(changed)) == 2  # the old row and the new one
    assert find("基本医疗保险")[0].name == renamed.name
    gone = replace(changed, items={key: item for key, item in city.items.items() if key != renamed.key})
    index.write(findables(gone))
    assert find("基本医疗保险") == ()


def test_every_item_of_the_city_is_found_by_its_name_key_codes_and_pinyin() -> None:
    catalogue = queries.current()
    for item in catalogue.items.values():
        for typed in (item.name, item.key, item.catalog_code, item.task_code, "".join(spoken(item.name))):
            assert item.key in {hit.key for hit in find(typed)}, typed


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("生孩子", "newborn"),
        ("上户口", "newborn"),
        ("开饭店", "restaurant_opening"),
        ("想开一家奶茶店", "restaurant_opening"),
        ("营业执造", "company_start"),
        ("yinyezhizhao", "company_start"),
        ("孩子要上学", "schooling"),
        ("亲人去世了要办什么", "passing"),
        ("公积金 贷款", "fund_loan"),
        ("护照换发", "passport_replacement"),
    ],
)
def test_the_sample_city_understands_what_people_say(typed: str, first: str) -> None:
    assert find(typed)[0].key == first


NAMES = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=30,
).filter(lambda name: normal(name.replace("\0", "")) != "" and len(name.split()) <= 6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=NAMES)
def test_anything_is_found_by_its_own_name(name: str) -> None:
    name = name.replace("\0", "")
    index.write([Findable("item", "x", name, "d", "某局", "", "", (), (), ())])
    assert [hit.key for hit in find(name)] == ["x"]


@given(typed=st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_can_be_typed_breaks_the_search(typed: str) -> None:
    find(typed.encode(errors="ignore").decode())
