"""The life of a dispatch to a department's system: which state may follow which."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """What is known of a dispatch. Stored: a value may be added, never changed."""

    WAITING = "waiting"  # 待发送: the partner has not been reached, or never heard of it
    UNKNOWN = "unknown"  # 结果未知: it was sent, and only the partner's word can say what became of it
    LATER = "later"  # 待答复: taken; the answer comes by call-back or is asked for
    REFUSED = "refused"  # 拒收: the partner rejects the message
    CONFIRMED = "confirmed"  # 已答复: decided, granted or refused


#: The only allowed moves. An answer may overtake the acknowledgement, even the end of its own call.
MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.UNKNOWN, State.LATER, State.REFUSED, State.CONFIRMED}),
    State.UNKNOWN: frozenset({State.WAITING, State.LATER, State.REFUSED, State.CONFIRMED}),
    State.LATER: frozenset({State.WAITING, State.REFUSED, State.CONFIRMED}),
    State.REFUSED: frozenset(),
    State.CONFIRMED: frozenset(),
}
#: Nothing changes these any more.
FINAL = frozenset(state for state, following in MOVES.items() if not following)

STATE_NAMES: dict[State, Promise] = {
    State.WAITING: _("待发送"),
    State.UNKNOWN: _("结果未知，正在核实"),
    State.LATER: _("已接收，待答复"),
    State.REFUSED: _("部门系统拒收"),
    State.CONFIRMED: _("部门系统已答复"),
}
