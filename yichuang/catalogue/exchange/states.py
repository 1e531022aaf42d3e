"""The life of an import (目录导入): its stages. Stored values: add, never change."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Stage(StrEnum):
    """Where an import stands. `LOOKING` and `TAKING` are the platform's turn, `LOOKED` is the manager's."""

    LOOKING = "looking"  # what it would change is being worked out
    LOOKED = "looked"  # its faults and changes are there to be read
    TAKING = "taking"  # confirmed: it is being published
    TAKEN = "taken"  # published, all of it
    REFUSED = "refused"  # as a whole: it is no such file, or who confirmed it may not publish any more


#: Stages in which the platform works on an import.
UNDER_WAY = frozenset({Stage.LOOKING, Stage.TAKING})

#: What people read.
STAGE_NAMES: dict[Stage, Promise] = {
    Stage.LOOKING: _("正在核对"),
    Stage.LOOKED: _("已核对"),
    Stage.TAKING: _("正在导入"),
    Stage.TAKEN: _("已导入"),
    Stage.REFUSED: _("没有导入"),
}
