"""The long-running processes of an installation: web (granian) and worker (procrastinate)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import get_resolver

from yichuang.config import machine

#: Threads of one web process: while one waits for the database, another works. Each keeps a connection.
THREADS = 8
#: Jobs that one worker process does at a time, each in a thread with its own connection.
CONCURRENCY = 4
#: How often an idle worker looks for jobs. Nobody calls it: acts that notify commit one after the other.
LOOK_SECONDS = 0.2
#: Connections that one worker process may hold: its jobs' threads, its own pool, and one that listens.
CONNECTIONS = 16
#: Seconds that a request or job in flight may take to end when the process is told to stop.
GRACE = 30


def serve_web() -> None:
    """Serve pages and REST until SIGTERM or SIGINT; requests in flight are answered first."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # What every process needs is imported once, here, the pages' modules included; the processes are forked.
    from yichuang.config import wsgi  # noqa: F401

    _pages = get_resolver().url_patterns
    Server(
        "yichuang.config.wsgi:application",
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.WEB_PROCESSES,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,  # an idle thread's database connection ends with it
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_level=LogLevels.error,  # it warns of more threads than cores: ours wait for the database
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}},
    ).serve(target_loader=_application, wrap_loader=False)


def _application() -> Callable[..., Any]:
    """What granian calls in each of its processes to get the application."""
    from yichuang.config import wsgi

    machine.die_with_parent()
    return wsgi.application


def run_worker() -> None:
    """Do jobs until SIGTERM or SIGINT; jobs in hand are finished first."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from yichuang.journey import runner

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(f"the job queue must use Django's database connection, not {connector!r}")
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE,
            update_heartbeat_interval=runner.HEARTBEAT_SECONDS,
            stalled_worker_timeout=runner.STALLED_SECONDS,
            fetch_job_polling_interval=LOOK_SECONDS,
            delete_jobs="successful",  # the ledger remembers what was done; the queue holds what is to do
        )
