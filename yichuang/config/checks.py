"""The checks of `yichuang doctor`: each says what is so and, where it is not well, what to do."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from yichuang.base import clock
from yichuang.base.errors import Refused
from yichuang.catalogue import loading, queries
from yichuang.catalogue.models import Release
from yichuang.config import preparing, runtime, serving, tuning
from yichuang.identity.models import Department
from yichuang.identity.seal_keys import seal_key
from yichuang.ledger.models import Seal
from yichuang.ledger.partitions import MONTHS_AHEAD, month_after

_SEAL_ENDS_SOON = timedelta(days=30)
_UNSEALED_TOO_LONG = timedelta(minutes=10)
_WAITING_TOO_LONG = timedelta(minutes=5)
_STALLED_SECONDS = 60
_MOST_SKEW_SECONDS = 1.0
_LEAST_FREE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `remedy` is what to do where it is not well."""

    well: bool
    text: str
    remedy: str = ""


def configuration() -> Iterator[Finding]:
    """Settings were read, or this would not run; which kind of installation it is."""
    runtime.make_home()
    if settings.TRIAL:
        yield Finding(True, _("配置：试用环境，数据目录 %(home)s") % {"home": runtime.home()})
    else:
        yield Finding(True, _("配置：正式环境，%(url)s") % {"url": settings.PUBLIC_URL})


def disk() -> Iterator[Finding]:
    """Space left where this machine keeps its data."""
    free = shutil.disk_usage(runtime.home()).free
    text = _("磁盘：%(home)s 剩余 %(free).1f GB") % {"home": runtime.home(), "free": free / 1e9}
    yield Finding(free >= _LEAST_FREE_BYTES, text, _("清理磁盘，或把 YICHUANG_HOME 迁到更大的磁盘"))


def database() -> Iterator[Finding]:
    """Reachable, and not too old."""
    preparing.check_database()
    major, minor = divmod(preparing.server_version(), 10000)
    yield Finding(True, _("数据库:PostgreSQL %(version)s") % {"version": f"{major}.{minor}"})


def schema() -> Iterator[Finding]:
    """Every migration of this version is applied."""
    pending = preparing.pending_migrations()
    text = _("数据库结构：缺少 %(count)d 项更新") if pending else _("数据库结构：最新")
    yield Finding(not pending, text % {"count": len(pending)}, _("执行 yichuang migrate"))


def database_settings() -> Iterator[Finding]:
    """The server's settings, each bad one with what it costs."""
    connections = settings.WEB_PROCESSES * serving.THREADS + settings.WORKERS * serving.CONNECTIONS
    wishes = tuning.wishes(connections)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting, unit FROM pg_settings WHERE name = ANY(%s)",
            [[wish.name for wish in wishes]],
        )
        present = {name: tuning.plain(setting, unit) for name, setting, unit in cursor.fetchall()}
    bad = [wish for wish in wishes if not wish.fits(present[wish.name])]
    for wish in bad:
        text = _("数据库参数 %(name)s 不合适：%(cost)s") % {"name": wish.name, "cost": wish.cost}
        yield Finding(False, text, _("在数据库中执行 %(sql)s，然后重启数据库") % {"sql": wish.remedy})
    if not bad:
        yield Finding(True, _("数据库参数：合适"))


def time_of_day() -> Iterator[Finding]:
    """The database's clock against ours; the time that the question took is not held against it."""
    asked = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        theirs: float = cursor.fetchone()[0]
    skew = max(abs(theirs - clock.now().timestamp()) - (time.monotonic() - asked), 0.0)
    text = _("时钟：与数据库相差 %(seconds).1f 秒") % {"seconds": skew}
    yield Finding(skew <= _MOST_SKEW_SECONDS, text, _("在两台机器上启用时间同步:timedatectl set-ntp true"))


def catalogue() -> Iterator[Finding]:
    """A city is published, and the folder says the same."""
    newest = Release.objects.order_by("-id").only("id", "published_at").first()
    if newest is None:
        yield Finding(False, _("事项目录：尚未发布"), _("执行 yichuang catalogue publish"))
        return
    facts = {"release": newest.id, "day": f"{clock.local(newest.published_at):%Y-%m-%d}"}
    yield Finding(True, _("事项目录：第 %(release)d 次发布(%(day)s)") % facts)
    folder = settings.CATALOGUE_DIR
    if folder.is_dir() and loading.digest(folder) != queries.published_digest():
        remedy = _("先执行 yichuang catalogue check，再执行 yichuang catalogue publish")
        yield Finding(False, _("事项目录：%(folder)s 与已发布的不同") % {"folder": folder}, remedy)


def seals() -> Iterator[Finding]:
    """A department without a valid seal can issue nothing; one whose seal ends soon is told in time."""
    now, sound, without = clock.now(), 0, []
    for department in Department.objects.order_by("id"):
        try:
            until = seal_key(department.id, now).valid_until
        except Refused:
            without.append(department.name)
            continue
        sound += 1
        if until - now < _SEAL_ENDS_SOON:
            facts = {"name": department.name, "day": f"{clock.local(until):%Y-%m-%d}"}
            remedy = _("向发证机构换领，再执行 yichuang seal 导入")
            yield Finding(False, _("电子印章：%(name)s的将于 %(day)s 到期") % facts, remedy)
    if without:
        text = _("电子印章：%(count)d 个部门没有有效的：%(names)s")
        remedy = _("它们暂不能签发文书和证照。执行 yichuang seal <部门> <证书> <私钥> 导入")
        yield Finding(False, text % {"count": len(without), "names": "、".join(without)}, remedy)
    yield Finding(True, _("电子印章：%(count)d 个部门有效") % {"count": sound})


_UNSEALED = """
SELECT (SELECT min(at) FROM ledger_entry WHERE xid >= %s), pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""


def ledger() -> Iterator[Finding]:
    """Partitions are made ahead of time, and entries are sealed soon after they are written."""
    first = clock.now().date().replace(day=1)
    wanted = [f"ledger_entry_{month_after(first, ahead):%Y_%m}" for ahead in range(1, MONTHS_AHEAD + 1)]
    sealed_to = Seal.objects.order_by("-id").values_list("to_xid", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [wanted]
        )
        missing = "、".join(row[0] for row in cursor.fetchall())
        cursor.execute(_UNSEALED, [sealed_to])
        unsealed, horizon = cursor.fetchone()
    text = _("台账分区：缺 %(names)s") % {"names": missing} if missing else _("台账分区：已备至三个月后")
    yield Finding(not missing, text, _("确认 yichuang worker 在运行：它每天提前建立分区"))
    if horizon < sealed_to:
        remedy = _("数据库是手工恢复的，事务编号须接着原来的：执行 yichuang migrate")
        yield Finding(False, _("台账签封：事务编号倒退，签封已停止"), remedy)
    late = unsealed is not None and clock.now() - unsealed > _UNSEALED_TOO_LONG
    text = _("台账签封：有超过十分钟未签封的记录") if late else _("台账签封：及时")
    yield Finding(not late, text, _("确认 yichuang worker 在运行：它每分钟签封一次"))


_JOBS = """
SELECT count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'doing' AND (
           worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(stalled)s))),
       min(coalesce(scheduled_at, deferred.at)) FILTER (WHERE status = 'todo'),
       (SELECT count(*) FROM procrastinate_workers
        WHERE last_heartbeat > now() - make_interval(secs => %(stalled)s))
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = job.id) AS deferred ON true
WHERE status IN ('failed', 'doing', 'todo')
"""


def jobs() -> Iterator[Finding]:
    """Nothing failed, nothing hangs, somebody works, and nothing waits for long."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, {"stalled": _STALLED_SECONDS})
        failed, stalled, oldest, workers = cursor.fetchone()
    text = _("后台任务：%(count)d 个失败") % {"count": failed} if failed else _("后台任务：没有失败")
    remedy = _("按日志排除原因后执行 yichuang doctor --retry，失败的任务会重新排队")
    yield Finding(not failed, text, remedy)
    text = _("后台任务：%(count)d 个停滞") % {"count": stalled} if stalled else _("后台任务：没有停滞")
    yield Finding(not stalled, text, _("启动 yichuang worker:它会自动接手停滞的任务"))
    text = _("后台进程：%(count)d 个在运行") % {"count": workers}
    yield Finding(workers > 0, text, _("启动 yichuang worker"))
    if oldest is not None and clock.now() - oldest > _WAITING_TOO_LONG:
        facts = {"minutes": int((clock.now() - oldest).total_seconds() // 60)}
        remedy = _("增加后台进程(YICHUANG_WORKERS)，或在更多机器上运行 yichuang worker")
        yield Finding(False, _("后台任务：最早的已等待 %(minutes)d 分钟") % facts, remedy)


def retry_failed_jobs() -> int:
    """Put every failed job back into the queue; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) "
            "FROM procrastinate_jobs WHERE status = 'failed'"
        )
        return int(cursor.rowcount)
