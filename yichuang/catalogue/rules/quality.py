"""Whether an item's guide is a good one: the rules that a provincial portal enforces, and those of the law.

"Wenzhou n" is the n-th rule of the item-quality rules of Wenzhou for the provincial portal. Where such a rule
speaks of a field that the catalogue does not have (review type, topic class, payment channel), the part
that can be asked is asked.
"""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Item, ItemKind
from yichuang.catalogue.figures import working_days
from yichuang.catalogue.rules.notes import Notes
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity.data import Role

_ADMINISTRATIVE_LICENCE = "01"  # 行政许可, GB/T 39046 A.1
_PHONE = re.compile(r"0\d{2,3}-\d{5,8}(-\d{1,6})?")
_HOURS = ("工作日", "全天", "24小时", "节假日")
_PRECISE = re.compile(r"窗口|\d+室|室$")
#: What each stage of handling may be called; an administrative licence names all of them (national step table).
_STAGES = (("受理",), ("审查", "审核"), ("决定", "审批"), ("送达", "办结"))
_STEP_ROLES = (Role.CLERK.value, Role.OFFICER.value, Role.CHIEF_OFFICER.value)
#: Ending of a result's name → its kind, the first that fits.
_RESULT_ENDINGS = (
    (("批复", "批文", "决定书"), "approval"),
    (("凭证", "证明"), "proof"),
    (("证", "证书", "执照"), "licence"),
)


def instant_means_at_once(item: Item, notes: Notes) -> None:
    """Wenzhou 1: 即办件 ⇔ the promise is minutes (or no working day) and no step takes a day."""
    at_once = item.promised_limit.unit is Unit.MINUTES or item.promised_limit.value == 0
    if (item.kind is ItemKind.INSTANT) != at_once:
        problem = _("即办件的承诺时限以分钟计，承诺件的以天计，两者不一致")
        notes.fault(("promised_limit",), problem, _("改kind(instant | promised)，或改promised_limit"))


def result_fits_its_kind(item: Item, notes: Notes) -> None:
    """Wenzhou 2: the name of the result tells its kind, every result has one, and what is issued has a sample."""
    if (item.result_kind == "none") == bool(item.result_name):
        problem = _("有结果名称就要有结果类型，没有结果就都不写")
        notes.fault(("result_name",), problem, _("补上result_name，或把result_kind改为none"))
    expected = next((kind for ends, kind in _RESULT_ENDINGS if item.result_name.endswith(ends)), "")
    if expected and item.result_kind not in {expected, "none"}:
        facts = {"name": item.result_name, "expected": expected, "kind": item.result_kind}
        problem = _("结果“%(name)s”按名称应是%(expected)s，写的是%(kind)s") % facts
        notes.fault(("result_kind",), problem, _("改result_kind或result_name"))
    if (item.result_kind in {"licence", "proof"}) != bool(item.licence_type):
        problem = _("结果是证照或证明时要写licence_type(样本由它的模板生成)，其他结果不写")
        notes.fault(("licence_type",), problem, _("补上或删去licence_type"))


def visits_have_a_reason(item: Item, notes: Notes) -> None:
    """Wenzhou 3: visits other than 0 need a reason, 0 must not have one."""
    if bool(item.visits) != bool(item.visits_reason):
        problem = _("到现场次数不为0要写原因，为0不写原因")
        notes.fault(("visits_reason",), problem, _("补上或删去visits_reason"))


def at_most_one_visit(item: Item, notes: Notes) -> None:
    """浙江规定 art. 2 and 4: at most one visit, and nobody may add an exception to the provincial list."""
    if not 0 <= item.visits <= 1:
        problem = _("到现场次数是%(visits)d，超过“最多跑一次”") % {"visits": item.visits}
        notes.fault(("visits",), problem, _("改为0或1;例外事项只能由省里公布"))
    if item.visits_before < item.visits:
        notes.fault(("visits_before",), _("改革前的次数比现在还少"), _("核对visits和visits_before"))


def no_visit_needs_another_way(item: Item, notes: Notes) -> None:
    """Wenzhou 4: no visit and not online ⇒ by courier."""
    if item.visits == 0 and not {"web", "mobile", "courier"} & set(item.channels):
        problem = _("到现场0次，却只能在窗口办理")
        notes.fault(("channels",), problem, _("补上web、mobile或courier"))


def fully_online_means_no_visit(item: Item, notes: Notes) -> None:
    """Wenzhou 5: Ⅳ级 (全程网办) ⇒ no visit; the depth is one of four."""
    if not 1 <= item.depth <= 4:
        notes.fault(("depth",), _("网上办理深度应为1至4"), _("全程网办写4"))
    elif item.depth == 4 and item.visits:
        problem = _("网上办理深度是Ⅳ级(全程网办)，到现场次数却是%(visits)d") % {"visits": item.visits}
        notes.fault(("visits",), problem, _("把visits改为0，或把depth改为3"))


def phones_differ(item: Item, notes: Notes) -> None:
    """Wenzhou 6: a number for questions and another for complaints, both with the area code."""
    for name in ("consult_phone", "complaint_phone"):
        phone = getattr(item, name)
        if not _PHONE.fullmatch(phone):
            problem = _("电话“%(phone)s”没有写全") % {"phone": phone}
            notes.fault((name,), problem, _("写成 区号-号码，例如 0570-3021234"))
    if item.consult_phone == item.complaint_phone:
        notes.fault(("complaint_phone",), _("咨询电话和投诉电话相同"), _("投诉电话写另一个部门的，例如12345"))


def place_and_hours_are_precise(item: Item, notes: Notes) -> None:
    """Wenzhou 7: hours say on which days, the address leads to a window or room."""
    if not any(word in item.hours for word in _HOURS):
        problem = _("办公时间“%(hours)s”没有说哪些天") % {"hours": item.hours}
        notes.fault(("hours",), problem, _("写明“工作日”(或全天、24小时、节假日)"))
    if not _PRECISE.search(item.address):
        problem = _("地址“%(address)s”没有写到窗口或房间") % {"address": item.address}
        notes.fault(("address",), problem, _("写到第几号窗口或几室"))


def an_administrative_licence_is_explained(item: Item, notes: Notes) -> None:
    """Wenzhou 9: 行政许可 ⇒ at least one question answered, and every stage of the procedure named."""
    if item.type != _ADMINISTRATIVE_LICENCE:
        return
    if not item.questions:
        notes.fault(("questions",), _("行政许可至少要有一个常见问题"), _("补上questions(问题: 回答)"))
    names = {step.name for step in item.steps}
    for stage in _STAGES:
        if names.isdisjoint(stage):
            problem = _("行政许可的环节缺少“%(stage)s”") % {"stage": "/".join(stage)}
            notes.fault(("steps",), problem, _("在steps中补上这一环节"))


def steps_fit_the_promise(item: Item, notes: Notes) -> None:
    """Wenzhou 9: the limits of the steps add up to no more than the promise. Steps have a name and a doer."""
    if not item.steps:
        notes.fault(("steps",), _("没有写办理环节"), _("至少写受理和决定"))
    for position, step in enumerate(item.steps):
        if step.role not in _STEP_ROLES:
            problem = _("环节“%(name)s”的办理人“%(role)s”不存在") % {"name": step.name, "role": step.role}
            remedy = _("可选：%(choices)s") % {"choices": " | ".join(_STEP_ROLES)}
            notes.fault(("steps", position, "role"), problem, remedy)
        if step.days < 0:
            notes.fault(("steps", position, "days"), _("天数不能是负数"), _("当天办完写0"))
    total, promised = sum(step.days for step in item.steps), working_days(item.promised_limit)
    if total > promised:
        facts = {"total": total, "promised": f"{promised:g}"}
        problem = _("各环节合计%(total)d个工作日，超过承诺的%(promised)s个工作日") % facts
        notes.fault(("steps",), problem, _("压缩环节时间，或延长promised_limit"))


def a_fee_has_its_basis(item: Item, notes: Notes) -> None:
    """Wenzhou 10: a fee names its project, its standard and its basis."""
    for position, fee in enumerate(item.fees):
        if not fee.name or not fee.basis or fee.amount <= 0:
            problem = _("收费要写项目名称、标准(分)和依据")
            notes.fault(("fees", position), problem, _("补全name、amount、basis;不收费就删去这一条"))


def promise_within_the_law(item: Item, notes: Notes) -> None:
    """浙江规定 art. 12: the promised time is the statutory or a shorter one; a statutory limit names its law."""
    statutory = item.statutory_limit
    if statutory is None:
        return
    if _length(item.promised_limit) > _length(statutory):
        notes.fault(("promised_limit",), _("承诺时限比法定时限还长"), _("缩短promised_limit"))
    if not statutory.basis:
        problem = _("法定时限没有写依据")
        remedy = _("写成 {value: 20, unit: working_days, basis: 法律名称和条款};法律没有规定时写null")
        notes.fault(("statutory_limit",), problem, remedy)


def _length(limit: Limit) -> tuple[float, int]:
    return working_days(limit), limit.value if limit.unit is Unit.MINUTES else 0


def every_material_has_a_basis(item: Item, notes: Notes) -> None:
    """浙江规定 art. 4, 优化营商环境条例 art. 44: nothing is asked for without a law."""
    for position, entry in enumerate(item.materials):
        if not entry.legal_basis:
            problem = _("材料“%(material)s”没有写依据") % {"material": entry.material}
            notes.fault(("materials", position), problem, _("写legal_basis;没有依据的材料不得索要"))
        if entry.originals < 0 or entry.copies < 0:
            notes.fault(("materials", position), _("份数不能是负数"), _("不需要的写0"))


def the_guide_is_complete(item: Item, notes: Notes) -> None:
    """浙江规定 art. 4: a guide has name, conditions, basis, materials, flow and time."""
    if not item.name or not item.board:
        notes.fault(("name",), _("名称和板块不能为空"), _("补上name和board"))
    if not item.legal_bases:
        notes.fault(("legal_bases",), _("没有写设定依据"), _("写明法律、法规名称和条款"))
    if not item.conditions:
        notes.fault(("conditions",), _("没有写受理条件"), _("写明什么人、什么情况可以办"))


QUALITY_RULES: tuple[Callable[[Item, Notes], None], ...] = (
    instant_means_at_once,
    result_fits_its_kind,
    visits_have_a_reason,
    at_most_one_visit,
    no_visit_needs_another_way,
    fully_online_means_no_visit,
    phones_differ,
    place_and_hours_are_precise,
    an_administrative_licence_is_explained,
    steps_fit_the_promise,
    a_fee_has_its_basis,
    promise_within_the_law,
    every_material_has_a_basis,
    the_guide_is_complete,
)
