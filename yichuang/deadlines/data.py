"""Time limits, clocks and lights as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class Unit(StrEnum):
    """Unit of a time limit."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MINUTES = "minutes"  # within office hours


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (办结时限): `value` in `unit`; `basis`: what law or promise sets it; `explanation`: for people."""

    value: int
    unit: Unit = Unit.WORKING_DAYS
    basis: str = ""
    explanation: str = ""


class Worked(StrEnum):
    """How much of a day is worked. Two halves make a working day."""

    NONE = "none"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    FULL = "full"

    @property
    def halves(self) -> int:
        """0, 1 or 2."""
        return {Worked.NONE: 0, Worked.FULL: 2}.get(self, 1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """办公时间 of a working day, on the city's wall clock."""

    morning_start: time = time(9, 0)
    morning_end: time = time(12, 0)
    afternoon_start: time = time(13, 30)
    afternoon_end: time = time(17, 0)


@dataclass(frozen=True, slots=True)
class Pause:
    """中止计时: from when until when a clock stood still. `end` None: it still does."""

    start: datetime
    end: datetime | None = None


Pauses = Sequence[Pause]


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock runs out. `rolled`: the days off over which its end was moved on, each with its name (顺延)."""

    at: datetime
    rolled: tuple[tuple[str, str], ...] = ()  # (ISO date, name of the day off)


class Light(StrEnum):
    """红黄灯: how a running clock stands."""

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"
    PURPLE = "purple"  # not late but wrong: a wait that the law does not allow


class ClockKind(StrEnum):
    """What a clock measures."""

    ACCEPTANCE = "acceptance"  # 受理期限: from receipt
    CORRECTION = "correction"  # 补正期限: the applicant's
    PROMISED = "promised"  # 承诺时限
    STATUTORY = "statutory"  # 法定时限
    STEP = "step"  # 环节时限
    BUNDLE = "bundle"  # 一件事整体时限
    GAP = "gap"  # 容缺补交期限: the applicant's
    ANSWER = "answer"  # 征询答复期限: the applicant's
    PROCEDURE = "procedure"  # 特别程序预计用时
    DELIVERY = "delivery"  # 颁发送达期限 (行政许可法 art. 44)
    INSPECTION = "inspection"  # 告知承诺核查期限 (浙江规定 art. 14)
    RECTIFICATION = "rectify"  # 责令改正期限: what was found is to be put right
    OPINIONS = "opinions"  # 征求意见答复期限: other departments'


class RungAct(StrEnum):
    """What follows when a rung is reached. The journey has a handler for every one of them."""

    REMIND = "remind"  # 提醒: whoever has the case
    ALERT = "alert"  # 报告: the chief officer of the department and the manager of the centre
    DEEM_ACCEPTED = "deem_accepted"  # 视为受理
    DEEM_WITHDRAWN = "deem_withdrawn"  # 视为撤回
    REVOKE_ACCEPTANCE = "revoke_acceptance"  # 撤销受理
    TAKE_SILENCE = "take_silence"  # 逾期未答复: as the bundle declares
    CLOSE_OPINIONS = "close_opinions"  # 征求意见到期: what silence then means


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a clock's ladder (亮灯规则), reached when so little of the limit is left.

    `left` is a share of the limit in per cent, `least` a limit that counts where it is more than that share;
    `over` is how long past the end instead. `light` is shown from then on; `acts` follow, once.
    """

    key: str
    clock: ClockKind
    light: Light
    left: int = 0
    least: Limit | None = None
    over: Limit | None = None
    acts: tuple[RungAct, ...] = ()
