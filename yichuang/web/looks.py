"""How domain values look: one table per kind of value, so that no page decides it again."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.cases.states import Outcome, Stage
from yichuang.catalogue.authoring.states import Stage as ProposalStage
from yichuang.catalogue.data import SourceKind
from yichuang.catalogue.exchange.states import Stage as ImportStage
from yichuang.deadlines.data import ClockKind, Light
from yichuang.feedback.data import Grade

#: Tone of a stage's pill: going (with us), wait (somebody must do something), good, bad, or plain.
STAGE_TONES: dict[Stage, str] = {
    Stage.RECEIVED: "going",
    Stage.CORRECTING: "wait",
    Stage.DECLINED: "bad",
    Stage.WITHDRAWN: "plain",
    Stage.DEEMED_WITHDRAWN: "bad",
    Stage.REVOKED: "bad",
    Stage.TERMINATED: "bad",
    Stage.RESCINDED: "bad",
    Stage.ACCEPTED: "going",
    Stage.IN_REVIEW: "going",
    Stage.SUSPENDED: "wait",
    Stage.PREDECIDED: "wait",
    Stage.DECIDED: "going",
    Stage.ISSUED: "good",
    Stage.DELIVERED: "good",
    Stage.CLOSED: "plain",
}

PROPOSAL_TONES: dict[ProposalStage, str] = {
    ProposalStage.DRAFT: "plain",
    ProposalStage.IN_REVIEW: "wait",
    ProposalStage.APPROVED: "going",
    ProposalStage.PUBLISHED: "good",
    ProposalStage.SUPERSEDED: "plain",
    ProposalStage.WITHDRAWN: "bad",
    ProposalStage.DISCARDED: "plain",
}

IMPORT_TONES: dict[ImportStage, str] = {
    ImportStage.LOOKING: "going",
    ImportStage.LOOKED: "wait",
    ImportStage.TAKING: "going",
    ImportStage.TAKEN: "good",
    ImportStage.REFUSED: "bad",
}

OUTCOME_TONES: dict[Outcome, str] = {Outcome.GRANTED: "good", Outcome.REFUSED: "bad"}

#: What a light says beside its colour and shape.
LIGHT_NAMES: dict[Light, Promise] = {
    Light.GREEN: _("期限内"),
    Light.BLUE: _("过半"),
    Light.YELLOW: _("快到期"),
    Light.RED: _("已超期"),
    Light.PURPLE: _("异常"),
}

#: Which limit a clock keeps.
CLOCK_NAMES: dict[ClockKind, Promise] = {
    ClockKind.ACCEPTANCE: _("受理期限"),
    ClockKind.CORRECTION: _("补正期限"),
    ClockKind.PROMISED: _("承诺期限"),
    ClockKind.STATUTORY: _("法定期限"),
    ClockKind.STEP: _("环节期限"),
    ClockKind.BUNDLE: _("一件事整体期限"),
    ClockKind.GAP: _("容缺补交期限"),
    ClockKind.ANSWER: _("征询答复期限"),
    ClockKind.PROCEDURE: _("特别程序期限"),
    ClockKind.DELIVERY: _("送达期限"),
    ClockKind.INSPECTION: _("告知承诺核查期限"),
    ClockKind.RECTIFICATION: _("责令改正期限"),
    ClockKind.OPINIONS: _("征求意见答复期限"),
}

#: The one character in the box, and what it stands for. `applicant` is the person's own statement.
SOURCE_SIGNS: dict[str, tuple[Promise, Promise]] = {
    SourceKind.LICENCE: (_("证"), _("电子证照")),
    SourceKind.SHARED: (_("库"), _("共享数据")),
    SourceKind.SISTER: (_("联"), _("联办事项产生")),
    SourceKind.COMMITMENT: (_("诺"), _("告知承诺")),
    SourceKind.EARLIER: (_("存"), _("以前交过")),
    SourceKind.UPLOAD: (_("传"), _("上传")),
    SourceKind.PAPER: (_("纸"), _("纸质")),
    "applicant": (_("填"), _("申请人填写")),
    "down": (_("断"), _("暂时查不到")),
}

#: Path of the mouth in a face of 24 × 24, from very good to very bad.
GRADE_MOUTHS: dict[Grade, str] = {
    Grade.VERY_GOOD: "M7 13.5h10a5 5 0 0 1-10 0Z",
    Grade.GOOD: "M7.5 14.5q4.5 4 9 0",
    Grade.FAIR: "M8 15.5h8",
    Grade.BAD: "M7.5 16.5q4.5-3.5 9 0",
    Grade.VERY_BAD: "M7 17.5a5 5 0 0 1 10 0",
}
