"""Many clients at once: each keeps a connection and asks again as soon as it was answered."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What some clients got done: how many in how many seconds, and how long each took (seconds)."""

    done: int
    seconds: float
    durations: tuple[float, ...]

    @property
    def rate(self) -> float:
        """A second."""
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """The duration that `share` of them did not exceed, in milliseconds."""
        ordered = sorted(self.durations)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def for_seconds(tasks: Sequence[Callable[[], object]], seconds: float) -> Run:
    """Let every task be done again and again by a thread of its own for `seconds`.

    Raises what the first failing task raised.
    """
    until = time.perf_counter() + seconds
    durations: list[list[float]] = [[] for _task in tasks]
    failures: list[BaseException] = []

    def work(task: Callable[[], object], own: list[float]) -> None:
        try:
            while (began := time.perf_counter()) < until and not failures:
                task()
                own.append(time.perf_counter() - began)
        except Exception as failure:
            failures.append(failure)

    began = time.perf_counter()
    threads = [
        threading.Thread(target=work, args=pair, daemon=True) for pair in zip(tasks, durations, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    if failures:
        raise failures[0]
    together = tuple(duration for own in durations for duration in own)
    return Run(len(together), taken, together)
