"""What the household register decides (户口登记), and the newborn's citizen number."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from simulators.people import People, Record

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: 衢州市柯城区, where the household's own region is not known.
_REGION = "330802"


def decide(data: dict[str, Any], people: People, *, decision: str, reason: str) -> dict[str, Any]:
    """The answer to a case in the words of the contract; `decision` is what it is told to come to."""
    answer: dict[str, Any] = {
        "answer": "confirmed",
        "decision": decision,
        "reason": reason
        or ("准予登记。" if decision == "granted" else "申报内容与户籍登记不一致，不予登记。"),
        "decided_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "result": {},
    }
    if decision == "granted":
        answer["result"] = _registration(data, people)
    return answer


def citizen_number(region: str, born: date, serial: int, *, male: bool) -> str:
    """A 公民身份号码 (GB 11643): region, birth date, a sequence that is odd for males, check character."""
    sequence = serial % 499 * 2 + (1 if male else 2)
    body = f"{region}{born:%Y%m%d}{sequence:03d}"
    return body + _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _registration(data: dict[str, Any], people: People) -> dict[str, Any]:
    """The household that the child joins (the father's where the form names it), and the child's own number."""
    given = data["payload"].get("values")
    values = {key: str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    serial = int.from_bytes(hashlib.sha256(data["transaction"].encode()).digest()[:4], "big")
    number = values.get("father_household_number") or values.get("household_number") or ""
    household = _household(people, number)
    region = number[:6] if number[:6].isdigit() and len(number) >= 6 else _REGION
    male = values.get("baby_sex") == "1"
    result = {
        "household_number": number or f"{region}{serial % 1_000_000:06d}",
        "household_head": household.get("household_head"),
        "address": household.get("address"),
        "citizen_number": citizen_number(region, _birth_date(values), serial, male=male),
        "registered_on": datetime.now(UTC).date().isoformat(),
    }
    return {name: value for name, value in result.items() if value}


def _household(people: People, number: str) -> Record:
    records = people.records.get("hukou", [])
    return next((record for record in records if record.get("household_number") == number), {})


def _birth_date(values: dict[str, str]) -> date:
    try:
        return date.fromisoformat(values.get("baby_birth_date", "")[:10])
    except ValueError:
        return datetime.now(UTC).date()
