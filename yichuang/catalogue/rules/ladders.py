"""The ladders of lights (亮灯规则): every rung can be reached, and what it does can be done to its clock."""

from django.utils.translation import gettext as _

from yichuang.catalogue.rules.notes import Notes
from yichuang.deadlines.data import ClockKind, Light, RungAct

#: What ends a wait belongs to the clock of that wait.
_OWN_CLOCK = {
    RungAct.DEEM_ACCEPTED: ClockKind.ACCEPTANCE,
    RungAct.DEEM_WITHDRAWN: ClockKind.CORRECTION,
    RungAct.REVOKE_ACCEPTANCE: ClockKind.GAP,
    RungAct.TAKE_SILENCE: ClockKind.ANSWER,
    RungAct.CLOSE_OPINIONS: ClockKind.OPINIONS,
}


def check_ladders(notes: Notes) -> None:
    """Each rung of `lights.yaml`."""
    for rung in notes.folder.rungs:
        of_rung = notes.at("rungs", rung.key)
        if rung.light is Light.GREEN:
            of_rung.fault(("light",), _("绿灯不用写"), _("没有到任何一级时就是绿灯，删去这一条"))
        if not 0 <= rung.left <= 100:
            problem = _("剩余比例%(left)d不在0到100之间") % {"left": rung.left}
            of_rung.fault(("left",), problem, _("写还剩百分之几，例如 20"))
        if rung.over is not None and (rung.left or rung.least):
            of_rung.fault(("over",), _("到期后的一级不能再写剩余"), _("left、least和over只留一种"))
        for position, act in enumerate(rung.acts):
            own = _OWN_CLOCK.get(act)
            if own is not None and own is not rung.clock:
                facts = {"act": act, "clock": own}
                problem = _("“%(act)s”只能用在“%(clock)s”的时限上") % facts
                of_rung.fault(("acts", position), problem, _("改clock，或删去这一动作"))
