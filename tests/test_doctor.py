"""`yichuang doctor`: each fault is found, named, and has a remedy."""

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from yichuang.base import clock
from yichuang.config import checks, doctor, tuning
from yichuang.identity.models import SealKey

pytestmark = pytest.mark.django_db


def _report(check: Any) -> list[checks.Finding]:
    return list(check())


def _bad(check: Any) -> list[checks.Finding]:
    return [finding for finding in _report(check) if not finding.well]


def _job(status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts) "
            "VALUES ('q', 't', 0, '{}', %s, 1) RETURNING id",
            [status],
        )
        return int(cursor.fetchone()[0])


def test_every_fault_has_a_remedy() -> None:
    said: list[str] = []
    doctor.examine(said.append)
    assert any(line.startswith("✓ 数据库:PostgreSQL") for line in said)
    for line, following in zip(said, [*said[1:], ""], strict=True):
        assert not line.startswith("✗") or following.startswith("    → ")


def test_a_setting_that_may_lose_what_was_done_is_told_with_its_cost() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    found = [finding for finding in _bad(checks.database_settings) if "synchronous_commit" in finding.text]
    assert "断电会丢失" in found[0].text
    assert "ALTER SYSTEM SET synchronous_commit = 'on'" in found[0].remedy


@pytest.mark.parametrize(
    ("setting", "unit", "value"),
    [
        ("16384", "8kB", 134_217_728),
        ("4096", "MB", 4_294_967_296),
        ("900", "s", 900),
        ("15", "min", 900),
        ("0.9", None, "0.9"),
    ],
)
def test_settings_are_compared_in_one_unit(setting: str, unit: str | None, value: float | str) -> None:
    assert tuning.plain(setting, unit) == value


def test_a_failed_job_is_found_and_put_back_on_request() -> None:
    job = _job("failed")
    assert "1 个失败" in _bad(checks.jobs)[0].text
    assert checks.retry_failed_jobs() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        assert cursor.fetchone()[0] == "todo"


def test_a_job_of_a_worker_that_is_gone_is_found() -> None:
    _job("doing")
    assert any("1 个停滞" in finding.text for finding in _bad(checks.jobs))


def test_no_worker_is_a_fault() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert any("0 个在运行" in finding.text for finding in _bad(checks.jobs))


def test_departments_without_a_seal_are_named_in_one_line() -> None:
    SealKey.objects.all().delete()
    found = _bad(checks.seals)
    assert len(found) == 1
    assert "没有有效的" in found[0].text


def test_a_seal_that_ends_soon_is_told_in_time() -> None:
    SealKey.objects.update(valid_until=clock.now() + timedelta(days=3))
    assert all("到期" in finding.text for finding in _bad(checks.seals))


def test_a_folder_that_is_not_what_was_published_is_a_fault(settings: Any, tmp_path: Path) -> None:
    settings.CATALOGUE_DIR = tmp_path
    assert [finding.remedy for finding in _bad(checks.catalogue)]
    assert all("不同" in finding.text for finding in _bad(checks.catalogue))


def test_an_unpublished_catalogue_is_a_fault() -> None:
    with connection.cursor() as cursor:
        # As on the first day: releases cannot be deleted, so an empty table stands in their place.
        cursor.execute("ALTER TABLE catalogue_release RENAME TO published_before")
        cursor.execute("CREATE TABLE catalogue_release (LIKE published_before)")
    assert "尚未发布" in _bad(checks.catalogue)[0].text


def test_a_clock_that_differs_from_the_databases_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _bad(checks.time_of_day)
    behind = clock.now() - timedelta(seconds=90)
    monkeypatch.setattr(clock, "now", lambda: behind)
    assert "90" in _bad(checks.time_of_day)[0].text


def test_little_space_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**12, 10**12, 10**8))
    assert "0.1 GB" in _bad(checks.disk)[0].text
