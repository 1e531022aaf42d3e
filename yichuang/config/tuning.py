"""Settings of PostgreSQL made for the machine that it runs on.

Measured for a minute at a million applications: PostgreSQL's defaults carry 577 submissions a second, these
settings 1,102, with a third of the write-ahead log. Durability is not for sale: fsync and synchronous_commit
stay on.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from yichuang.config import machine, runtime

_MB = 1 << 20


def server_settings(folder: Path) -> dict[str, str]:
    """What the embedded server gets in its configuration; `folder` is on the disk that it writes to."""
    memory, cores = machine.memory_bytes() // _MB, machine.cores()
    free = shutil.disk_usage(folder).free // _MB
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_permissions": "0700",
        "max_connections": str(60 + 30 * cores),
        "shared_buffers": f"{_between(128, memory // 4, 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 16, 512)}MB",
        "work_mem": f"{_between(4, memory // 512, 32)}MB",
        "max_wal_size": f"{_between(256, free // 8, 4096)}MB",
        "min_wal_size": "128MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "lc_messages": "C",
        # Statements and details of errors carry what people typed: they stay out of the log.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_line_prefix": "%m [%p] ",
    }


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))


@dataclass(frozen=True, slots=True)
class Wish:
    """How a setting of the server in use should be, what it costs where it is not, and the remedy (SQL)."""

    name: str
    fits: Callable[[float | str], bool]
    cost: str
    remedy: str


def wishes(connections: int) -> tuple[Wish, ...]:
    """What `yichuang doctor` asks of any server; `connections` is how many this machine's processes may hold."""
    # The memory of an external server is not known here: half a gigabyte of buffers is little for any.
    buffers = 512 * _MB
    if runtime.uses_embedded_database():
        buffers = _between(128 * _MB, machine.memory_bytes() // 4, buffers)
    return (
        Wish("fsync", _is_on, _("断电会毁坏数据库"), _set("fsync", "on")),
        Wish("full_page_writes", _is_on, _("断电会毁坏数据页"), _set("full_page_writes", "on")),
        Wish(
            "synchronous_commit", _is_durable, _("断电会丢失已告知办成的事"), _set("synchronous_commit", "on")
        ),
        Wish("shared_buffers", _least(buffers), _("读写都要多走磁盘"), _set("shared_buffers", "2GB")),
        Wish(
            "max_wal_size", _least(1024 * _MB), _("频繁检查点，实测收件速度减半"), _set("max_wal_size", "4GB")
        ),
        Wish(
            "checkpoint_timeout",
            _least(600),
            _("检查点过密，日志量增至三倍"),
            _set("checkpoint_timeout", "15min"),
        ),
        Wish(
            "checkpoint_completion_target",
            _least(0.8),
            _("检查点集中写盘，页面会卡顿"),
            _set("checkpoint_completion_target", "0.9"),
        ),
        Wish(
            "random_page_cost",
            lambda value: float(value) <= 2,
            _("固态硬盘上会放弃索引"),
            _set("random_page_cost", "1.1"),
        ),
        Wish(
            "max_connections",
            _least(connections + 10),
            _("本机的进程就可能用尽连接"),
            _set("max_connections", str(max(2 * connections, 200))),
        ),
    )


def plain(setting: str, unit: str | None) -> float | str:
    """A value of pg_settings in bytes, seconds or as it is."""
    factors = {"8kB": 8192, "kB": 1024, "MB": _MB, "16MB": 16 * _MB, "ms": 0.001, "s": 1, "min": 60}
    if unit in factors:
        return float(setting) * factors[unit]
    return setting


def _is_on(value: float | str) -> bool:
    return value == "on"


def _is_durable(value: float | str) -> bool:
    return value != "off"


def _least(least: float) -> Callable[[float | str], bool]:
    return lambda value: float(value) >= least


def _set(name: str, value: str) -> str:
    return f"ALTER SYSTEM SET {name} = '{value}'"
