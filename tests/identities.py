"""A tiny city of two departments and a centre, and accounts in it, for tests of identity and log-in."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from yichuang.identity.actions.establishment import establish
from yichuang.identity.data import Actor, Power, Role
from yichuang.identity.models import Counter, Department, Region, Staff, User
from yichuang.identity.queries import actor_of, forget_departments

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
PASSWORD = "long-and-plain-enough"


@dataclass(frozen=True)
class RegionEntry:
    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class DepartmentEntry:
    key: str
    name: str
    short_name: str
    uscc: str
    region: str = "330899"
    is_centre: bool = False


@dataclass(frozen=True)
class CounterEntry:
    key: str
    name: str
    centre: str
    place: str = ""
    boards: tuple[str, ...] = ()


@dataclass(frozen=True)
class MandateEntry:
    number: str
    department: str
    centre: str = "t_centre"
    powers: tuple[Power, ...] = (Power.RECEIVE, Power.ACCEPT, Power.DELIVER)
    valid_from: date = date(2026, 1, 1)
    valid_until: date | None = None
    item_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SmallCity:
    regions: tuple[RegionEntry, ...] = (RegionEntry("330899", "样例市"),)
    departments: Mapping[str, DepartmentEntry] = field(
        default_factory=lambda: {
            entry.key: entry
            for entry in (
                DepartmentEntry(
                    "t_centre", "样例市行政服务中心", "中心", "11370800MB28559184", is_centre=True
                ),
                DepartmentEntry("t_police", "样例市公安局", "公安", "12441500196720244T"),
                DepartmentEntry("t_health", "样例市卫生健康委员会", "卫健", "11430000006122244L"),
            )
        }
    )
    counters: tuple[CounterEntry, ...] = (
        CounterEntry("t_zh01", "综合窗口1号", "t_centre", "一楼"),
        CounterEntry("t_zh02", "综合窗口2号", "t_centre"),
    )
    mandates: tuple[MandateEntry, ...] = (MandateEntry("样委〔2026〕1号", "t_police"),)


@pytest.fixture
def fresh_departments() -> Iterator[None]:
    """No department of another test is remembered, nor one of this test afterwards."""
    forget_departments()
    yield
    forget_departments()


@pytest.fixture
def small_city(db: None, fresh_departments: None) -> SmallCity:
    """The tiny city, established."""
    city = SmallCity()
    establish(city, now=NOW)
    return city


@pytest.fixture
def kept_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database with real commits and without clean-up: every test makes people of its own."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def make_staff(*roles: Role, department: str = "t_centre", username: str = "", **changes: Any) -> Actor:
    """A member of staff with `PASSWORD`."""
    user = User(username=username or f"s{secrets.token_hex(6)}")
    user.set_password(PASSWORD)
    user.save()
    row = Staff.objects.create(
        user=user,
        name="方晓晴",
        department=Department.objects.get(key=department),
        roles=sorted(roles),
        **changes,
    )
    return actor_of(User.objects.get(id=row.user_id))


def username_of(actor: Actor) -> str:
    """The username of a member of staff."""
    return Staff.objects.get(id=actor.id).user.username


def counter_id(key: str = "t_zh01") -> int:
    """The id of a counter."""
    return Counter.objects.get(key=key).id


def kept_centre() -> str:
    """The key of a committed centre for tests that log in from several processes."""
    Region.objects.get_or_create(code="330898", defaults={"name": "样例县"})
    facts = {
        "name": "样例县行政服务中心",
        "short_name": "中心",
        "uscc": "91110000600037341L",
        "region_id": "330898",
        "is_centre": True,
    }
    return Department.objects.get_or_create(key="t_kept_centre", defaults=facts)[0].key


def citizen_number(serial: int | None = None) -> str:
    """A valid 公民身份号码 of nobody: born on a day of 1990 in 柯城区."""
    serial = secrets.randbelow(365_000) if serial is None else serial
    day = date.fromordinal(date(1990, 1, 1).toordinal() + serial // 1000)
    body = f"330802{day:%Y%m%d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
