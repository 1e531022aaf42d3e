"""Child processes: started, watched, restarted when they die, stopped in order."""

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from yichuang.config import machine

_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
#: A child that lived this long has recovered: its next death starts from the first delay again.
_RECOVERED_AFTER = 60.0

log = structlog.get_logger(__name__)


@dataclass
class Child:
    """One process of the installation; `launch` starts it and returns its process number."""

    name: str
    launch: Callable[[], int]
    pid: int = 0
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def start(self) -> None:
        self.pid, self.started = self.launch(), time.monotonic()

    def alive(self) -> bool:
        """Whether it runs; a dead one is reaped, and told when it may start again."""
        if not self.pid:
            return False
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if not done:
            return True
        self._kill_group()
        lived = time.monotonic() - self.started
        self.deaths = 1 if lived > _RECOVERED_AFTER else self.deaths + 1
        delay = min(_FIRST_DELAY * 2 ** (self.deaths - 1), _LONGEST_DELAY)
        self.pid, self.due = 0, time.monotonic() + delay
        code = os.waitstatus_to_exitcode(status)
        log.error("process_died", process=self.name, code=code, lived=round(lived), restarts_in=delay)
        return False

    def signal(self, number: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def ended(self) -> bool:
        """Whether it is gone after it was told to stop."""
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self._kill_group()
            self.pid = 0
        return not self.pid

    def kill(self) -> None:
        if self.pid:
            self._kill_group()
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self.pid = 0

    def _kill_group(self) -> None:
        """Each child leads a group of its own, so nothing that it started outlives it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def fork(main: Callable[[], None]) -> int:
    """Run `main` in a child that shares what was imported. The caller has no threads and no connections."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        machine.die_with_parent()
        if os.getppid() == parent:
            main()
            code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # nothing may climb out of the child into the code of the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def spawn(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run another program; what it says on its standard output is not for the operator."""
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=machine.die_with_parent,  # noqa: PLW1509 - no threads here
    )
    process.returncode = 0  # it is watched by its number; without this the object would wait for it too
    return process.pid


def stop(children: Sequence[Child], seconds: float, hurry: Callable[[], bool]) -> None:
    """Stop `children` together: SIGTERM, `seconds` to finish what they do, then SIGKILL.

    `hurry` tells whether the operator has lost patience.
    """
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + seconds
    while not all(child.ended() for child in children):
        if time.monotonic() > until or hurry():
            for child in children:
                if not child.ended():
                    log.warning("process_killed", process=child.name)
                    child.kill()
            return
        time.sleep(0.02)
