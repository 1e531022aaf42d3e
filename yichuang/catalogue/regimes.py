"""办理规则: the procedural law under which an item is handled, as data.

行政许可法, 不动产登记, 市场主体登记, 公共服务 and an office's own matters differ in their limits and in what silence
means; nowhere else in the program does a law's name decide.

A city may write its own in `regimes.yaml`; where it does not, those below hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yichuang.deadlines.data import Limit, Unit

_FIVE_DAYS, _TEN_DAYS = Limit(5), Limit(10)
_SEVEN_DAYS, _TWENTY_DAYS = Limit(7), Limit(20)
_SAME_DAY, _SIXTY_DAYS = Limit(0), Limit(60)
_SIXTY_CALENDAR_DAYS, _HALF_A_YEAR = Limit(60, Unit.CALENDAR_DAYS), Limit(180, Unit.CALENDAR_DAYS)


class Silence(StrEnum):
    """What it means that nobody was told anything by the end of a limit."""

    ACCEPTED = "accepted"  # 视为受理, from the day of receipt
    NOTHING = "nothing"


class GapsHold(StrEnum):
    """How far a case with open gaps (容缺) may go."""

    DECISION = "decision"  # decided only when the gaps are cured
    DELIVERY = "delivery"  # decided, but handed over only when they are


@dataclass(frozen=True, slots=True)
class Regime:
    """One procedural law. Limits that are None do not exist under it."""

    key: str
    name: str
    basis: str
    accept_within: Limit | None = _FIVE_DAYS  # 受理期限, from receipt
    silence: Silence = Silence.ACCEPTED  # what its end means
    corrections: bool = (
        True  # 补正告知; False: what is incomplete is declined with the full list (不动产条例 art. 17)
    )
    correct_within: Limit = _TEN_DAYS  # what the counter proposes to the applicant
    gap_within: Limit = _TEN_DAYS  # 容缺: where the material itself names no limit
    gap_pauses: bool = (
        False  # whether the department's clock stands still while gaps are open: no text says so
    )
    gaps_hold: GapsHold = GapsHold.DECISION
    extend_by: Limit | None = _TEN_DAYS  # 延长, once, approved by the head, the reason told
    ask_hearing_within: Limit = _FIVE_DAYS  # 听证: how long the applicant may ask for one (art. 47)
    hold_hearing_within: Limit = _TWENTY_DAYS  # and by when it is then held
    call_hearing_before: Limit = _SEVEN_DAYS  # its day is told so long before (art. 48)
    deliver_within: Limit | None = _TEN_DAYS  # 颁发送达 after the decision (art. 44)
    inspect_within: Limit = _SIXTY_DAYS  # 告知承诺: inspection after the decision (浙江规定 art. 14)
    rectify_within: Limit = _TEN_DAYS  # 责令改正: what the officer is proposed; no text says how long
    bar_months: int = 12  # 失信记录: for how long no other commitment is taken; no text says so, a city's own
    reconsider_within: Limit = _SIXTY_CALENDAR_DAYS  # 行政复议
    sue_within: Limit = _HALF_A_YEAR  # 行政诉讼


_LICENSING = Regime("licensing", "行政许可", "《中华人民共和国行政许可法》第三十二条、第四十二条、第四十四条")
_OTHER_POWER = Regime(
    "other_power",
    "其他行政权力和公共服务",
    "《浙江省保障“最多跑一次”改革规定》第十一条、第十二条",
)
_REAL_ESTATE = Regime(
    "real_estate", "不动产登记", "《不动产登记暂行条例》第十七条、第二十条",
    accept_within=_SAME_DAY, corrections=False, extend_by=None, deliver_within=None,
)  # fmt: skip
_MARKET_ENTITY = Regime(
    "market_entity", "市场主体登记", "《中华人民共和国市场主体登记管理条例》第十九条",
    accept_within=Limit(3), silence=Silence.NOTHING, extend_by=Limit(3), deliver_within=None,
)  # fmt: skip
_INTERNAL = Regime(
    "internal", "机关内部办事", "各地机关内部“最多跑一次”办事规则",
    silence=Silence.NOTHING, extend_by=None, deliver_within=None,
)  # fmt: skip

DEFAULT_REGIMES: Mapping[str, Regime] = {
    regime.key: regime for regime in (_LICENSING, _OTHER_POWER, _REAL_ESTATE, _MARKET_ENTITY, _INTERNAL)
}
#: 事项类型 (GB/T 39046 A.1) of an administrative licence: its law is the Licensing Law unless the item names another.
_LICENCE = "01"


def regime_of(regimes: Mapping[str, Regime], named: str, item_type: str) -> Regime:
    """The regime that an item names, else that of its type."""
    key = named or (_LICENSING.key if item_type == _LICENCE else _OTHER_POWER.key)
    return regimes.get(key) or DEFAULT_REGIMES[key]
