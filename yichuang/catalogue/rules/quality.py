"""Whether an item's guide is a good one: the rules that a provincial portal enforces, and those of the law.

"Wenzhou n" is the n-th rule of the item-quality rules of Wenzhou for the provincial portal. Every rule stands in
`QUALITY_RULES` with its title and its source; what one finds refuses a publication.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yichuang.catalogue.data import Catalogue, Item, ItemKind, Necessity
from yichuang.catalogue.facts import ActorNature, MaterialKind, ResultKind, ReviewKind
from yichuang.catalogue.figures import working_days
from yichuang.catalogue.rules.commitments import a_commitment_is_chosen, a_commitment_is_told_whole
from yichuang.catalogue.rules.findings import Finding, Look, Rule
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
    (("批复", "批文", "决定书"), ResultKind.APPROVAL),
    (("凭证", "证明"), ResultKind.PROOF),
    (("证", "证书", "执照"), ResultKind.LICENCE),
    (("文",), ResultKind.DOCUMENT),
)
#: Results that are made from the template of a licence type, which is their sample as well.
_FROM_TEMPLATE = {ResultKind.LICENCE, ResultKind.PROOF}
_PERSON = "1"  # 自然人, GB/T 39046 A.4


def instant_means_at_once(item: Item, look: Look) -> None:
    """Wenzhou 1: 即办件 ⇔ the promise is minutes (or no working day) ⇔ 即审即办."""
    at_once = item.promised_limit.unit is Unit.MINUTES or item.promised_limit.value == 0
    if (item.kind is ItemKind.INSTANT) != at_once:
        problem = _("即办件的承诺时限以分钟计，承诺件的以天计，两者不一致")
        look.fault(("promised_limit",), problem, _("改kind(instant | promised)，或改promised_limit"))
    if item.review is not None and (item.review is ReviewKind.AT_ONCE) != (item.kind is ItemKind.INSTANT):
        problem = _("即办件的审查类型是即审即办，承诺件的是前审后批，两者不一致")
        look.fault(("review",), problem, _("删去review，它由kind决定；或改kind"))


def result_fits_its_kind(item: Item, look: Look) -> None:
    """Wenzhou 2: the name of the result tells its kind, every result has one, and what is issued has a sample."""
    if (item.result_kind is ResultKind.NONE) == bool(item.result_name):
        problem = _("有结果名称就要有结果类型，没有结果就都不写")
        look.fault(("result_name",), problem, _("补上result_name，或把result_kind改为none"))
    expected = next((kind for ends, kind in _RESULT_ENDINGS if item.result_name.endswith(ends)), None)
    if expected is not None and item.result_kind not in {expected, ResultKind.NONE}:
        facts = {"name": item.result_name, "expected": expected, "kind": item.result_kind}
        problem = _("结果“%(name)s”按名称应是%(expected)s，写的是%(kind)s") % facts
        look.fault(("result_kind",), problem, _("改result_kind或result_name"))
    if (item.result_kind in _FROM_TEMPLATE) != bool(item.licence_type):
        problem = _("结果是证照或证明时要写licence_type(样本由它的模板生成)，其他结果不写")
        look.fault(("licence_type",), problem, _("补上或删去licence_type"))


def a_result_has_its_sample(item: Item, look: Look) -> None:
    """Wenzhou 2: what is issued has a sample; licences and proofs have one in their template."""
    if item.result_kind not in {*_FROM_TEMPLATE, ResultKind.NONE} and not item.result_sample:
        problem = _("结果“%(name)s”没有样本") % {"name": item.result_name}
        look.fault(("result_name",), problem, _("把样本放进files文件夹，在result_sample写上文件名"))


def visits_have_a_reason(item: Item, look: Look) -> None:
    """Wenzhou 3: visits other than 0 need a reason, 0 must not have one."""
    if bool(item.visits) != bool(item.visits_reason):
        problem = _("到现场次数不为0要写原因，为0不写原因")
        look.fault(("visits_reason",), problem, _("补上或删去visits_reason"))


def at_most_one_visit(item: Item, look: Look) -> None:
    """浙江规定 art. 2 and 4: at most one visit; exceptions are those of the provincial list, and nobody may add one."""
    standard = look.catalogue.standards.get(item.standard)
    if not 0 <= item.visits <= (standard.visits if standard else 1):
        problem = _("到现场次数是%(visits)d，超过“最多跑一次”") % {"visits": item.visits}
        look.fault(("visits",), problem, _("改为0或1;例外事项只能由省里公布"))
    if item.visits_before < item.visits:
        look.fault(("visits_before",), _("改革前的次数比现在还少"), _("核对visits和visits_before"))


def no_visit_needs_another_way(item: Item, look: Look) -> None:
    """Wenzhou 4: no visit and not online ⇒ by courier."""
    if item.visits == 0 and not {"web", "mobile", "courier"} & set(item.channels):
        problem = _("到现场0次，却只能在窗口办理")
        look.fault(("channels",), problem, _("补上web、mobile或courier"))


def fully_online_means_no_visit(item: Item, look: Look) -> None:
    """Wenzhou 5: Ⅳ级 (全程网办) ⇒ no visit; the depth is one of four."""
    if not 1 <= item.depth <= 4:
        look.fault(("depth",), _("网上办理深度应为1至4"), _("全程网办写4"))
    elif item.depth == 4 and item.visits:
        problem = _("网上办理深度是Ⅳ级(全程网办)，到现场次数却是%(visits)d") % {"visits": item.visits}
        look.fault(("visits",), problem, _("把visits改为0，或把depth改为3"))


def phones_differ(item: Item, look: Look) -> None:
    """Wenzhou 6: a number for questions and another for complaints, both with the area code."""
    for name in ("consult_phone", "complaint_phone"):
        phone = getattr(item, name)
        if not _PHONE.fullmatch(phone):
            problem = _("电话“%(phone)s”没有写全") % {"phone": phone}
            look.fault((name,), problem, _("写成 区号-号码，例如 0570-3021234"))
    if item.consult_phone == item.complaint_phone:
        look.fault(("complaint_phone",), _("咨询电话和投诉电话相同"), _("投诉电话写另一个部门的，例如12345"))


def place_and_hours_are_precise(item: Item, look: Look) -> None:
    """Wenzhou 7: hours say on which days, the address leads to a window or room."""
    if not any(word in item.hours for word in _HOURS):
        problem = _("办公时间“%(hours)s”没有说哪些天") % {"hours": item.hours}
        look.fault(("hours",), problem, _("写明“工作日”(或全天、24小时、节假日)"))
    if not _PRECISE.search(item.address):
        problem = _("地址“%(address)s”没有写到窗口或房间") % {"address": item.address}
        look.fault(("address",), problem, _("写到第几号窗口或几室"))


def topics_fit_the_subjects(item: Item, look: Look) -> None:
    """Wenzhou 8: 个人 ⇔ a topic class of natural persons, 法人 ⇔ one of organisations, where the city has any."""
    known = look.catalogue.topic_classes
    classes = {known[key].for_organisations for key in item.topic_classes if key in known}
    wanted = {code != _PERSON for code in item.subjects}
    if known and classes != wanted:
        problem = _("服务对象与主题分类不一致：个人要有自然人主题，单位要有法人主题，没有的不写")
        look.fault(("topic_classes",), problem, _("核对subjects和topic_classes，分类见topic_classes.yaml"))


def an_administrative_licence_is_explained(item: Item, look: Look) -> None:
    """Wenzhou 9: 行政许可 ⇒ at least one question answered, and every stage of the procedure named."""
    if item.type != _ADMINISTRATIVE_LICENCE:
        return
    if not item.questions:
        look.fault(("questions",), _("行政许可至少要有一个常见问题"), _("补上questions(问题: 回答)"))
    names = {step.name for step in item.steps}
    for stage in _STAGES:
        if names.isdisjoint(stage):
            problem = _("行政许可的环节缺少“%(stage)s”") % {"stage": "/".join(stage)}
            look.fault(("steps",), problem, _("在steps中补上这一环节"))


def steps_fit_the_promise(item: Item, look: Look) -> None:
    """Wenzhou 9: the limits of the steps add up to no more than the promise. Steps have a name and a doer."""
    if not item.steps:
        look.fault(("steps",), _("没有写办理环节"), _("至少写受理和决定"))
    for position, step in enumerate(item.steps):
        if step.role not in _STEP_ROLES:
            problem = _("环节“%(name)s”的办理人“%(role)s”不存在") % {"name": step.name, "role": step.role}
            remedy = _("可选：%(choices)s") % {"choices": " | ".join(_STEP_ROLES)}
            look.fault(("steps", position, "role"), problem, remedy)
        if step.days < 0:
            look.fault(("steps", position, "days"), _("天数不能是负数"), _("当天办完写0"))
    total, promised = sum(step.days for step in item.steps), working_days(item.promised_limit)
    if total > promised:
        facts = {"total": total, "promised": f"{promised:g}"}
        problem = _("各环节合计%(total)d个工作日，超过承诺的%(promised)s个工作日") % facts
        look.fault(("steps",), problem, _("压缩环节时间，或延长promised_limit"))


def a_fee_has_its_basis(item: Item, look: Look) -> None:
    """Wenzhou 10: a fee names its project, its standard and its basis."""
    for position, fee in enumerate(item.fees):
        if not fee.name or not fee.basis or fee.amount <= 0:
            problem = _("收费要写项目名称、标准(分)和依据")
            look.fault(("fees", position), problem, _("补全name、amount、basis；不收费就删去这一条"))
        if fee.reducible != bool(fee.reduction):
            problem = _("收费“%(name)s”可以减免的要写明谁、减多少，不可以的不写") % {"name": fee.name}
            look.fault(("fees", position), problem, _("补上reduction，或改reducible"))
    if item.service.pay_online and not item.fees:
        look.fault(("service", "pay_online"), _("不收费的事项不能有网上支付"), _("把pay_online改为false"))


def promise_within_the_law(item: Item, look: Look) -> None:
    """浙江规定 art. 12: the promised time is the statutory or a shorter one; a statutory limit names its law."""
    statutory = item.statutory_limit
    if statutory is None:
        return
    if _length(item.promised_limit) > _length(statutory):
        look.fault(("promised_limit",), _("承诺时限比法定时限还长"), _("缩短promised_limit"))
    if not statutory.basis:
        problem = _("法定时限没有写依据")
        remedy = _("写成 {value: 20, unit: working_days, basis: 法律名称和条款};法律没有规定时写null")
        look.fault(("statutory_limit",), problem, remedy)


def _length(limit: Limit) -> tuple[float, int]:
    return working_days(limit), limit.value if limit.unit is Unit.MINUTES else 0


def every_material_has_a_basis(item: Item, look: Look) -> None:
    """浙江规定 art. 4, 优化营商环境条例 art. 44: nothing is asked for without a law."""
    for position, entry in enumerate(item.materials):
        if not entry.legal_basis:
            problem = _("材料“%(material)s”没有写依据") % {"material": entry.material}
            look.fault(("materials", position), problem, _("写legal_basis;没有依据的材料不得索要"))
        if entry.originals < 0 or entry.copies < 0:
            look.fault(("materials", position), _("份数不能是负数"), _("不需要的写0"))


def what_may_follow_says_until_when(item: Item, look: Look) -> None:
    """浙江规定 art. 4 and 11: the guide states the 容缺 range, what may follow and until when."""
    for position, entry in enumerate(item.materials):
        if (entry.necessity is Necessity.SUPPLY_LATER) != (entry.supply_within is not None):
            problem = _("材料“%(material)s”可以容缺的要写补交期限，不可以的不写") % {
                "material": entry.material
            }
            look.fault(
                ("materials", position), problem, _("写supply_within，例如 5 working_days；或改necessity")
            )


def no_proof_outside_the_list(item: Item, look: Look) -> None:
    """优化营商环境条例 art. 44: no proof is asked for that is not on the published list of proofs (证明清单)."""
    for position, entry in enumerate(item.materials):
        material = look.catalogue.materials.get(entry.material)
        if material is None or material.kind is not MaterialKind.PROOF:
            continue
        proof = look.catalogue.proofs.get(entry.material)
        if proof is None or (proof.items and item.key not in proof.items):
            problem = _("证明“%(name)s”不在证明清单内，不得索要") % {"name": material.name}
            look.fault(("materials", position), problem, _("删去这份材料；确有法律依据的，先列入证明清单"))


def special_times_have_a_basis(item: Item, look: Look) -> None:
    """行政许可法 art. 45, 优化营商环境条例 art. 43: what stops the clock or is bought from an agency rests on a law."""
    for position, procedure in enumerate(item.special_procedures):
        if not procedure.basis:
            problem = _("特别程序“%(name)s”没有写依据") % {"name": procedure.name}
            look.fault(("special_procedures", position), problem, _("补上basis；没有依据的不得停止计时"))
    for position, service in enumerate(item.intermediaries):
        if not service.basis and not service.counted:
            problem = _("中介服务“%(name)s”没有依据，它的时间要计入办理时限") % {"name": service.name}
            look.fault(("intermediaries", position), problem, _("补上basis，或写 counted: true"))


def an_entrusted_organisation_names_its_organ(item: Item, look: Look) -> None:
    """行政许可法 art. 24: an entrusted organisation acts in the name of the organ that entrusts it."""
    entrusted = item.authority.nature is ActorNature.ENTRUSTED
    if entrusted != bool(item.authority.entrusted_by):
        problem = _("受委托组织要写委托部门，其他实施主体不写")
        look.fault(("authority", "entrusted_by"), problem, _("补上或删去entrusted_by，或改nature"))


def the_guide_is_complete(item: Item, look: Look) -> None:
    """浙江规定 art. 4: a guide has name, conditions, basis, materials, flow and time."""
    if not item.name or not item.board:
        look.fault(("name",), _("名称和板块不能为空"), _("补上name和board"))
    if not item.legal_bases:
        look.fault(("legal_bases",), _("没有写设定依据"), _("写明法律、法规名称和条款"))
    if not item.conditions:
        look.fault(("conditions",), _("没有写受理条件"), _("写明什么人、什么情况可以办"))


QUALITY_RULES = (
    Rule(gettext_lazy("即办件当场办结"), gettext_lazy("温州市事项质量规则1"), instant_means_at_once),
    Rule(gettext_lazy("结果名称与类型相符"), gettext_lazy("温州市事项质量规则2"), result_fits_its_kind),
    Rule(gettext_lazy("结果有样本"), gettext_lazy("温州市事项质量规则2"), a_result_has_its_sample),
    Rule(gettext_lazy("到现场有原因"), gettext_lazy("温州市事项质量规则3"), visits_have_a_reason),
    Rule(gettext_lazy("最多跑一次"), gettext_lazy("浙江规定第二条、第四条"), at_most_one_visit),
    Rule(gettext_lazy("不跑现场有别的途径"), gettext_lazy("温州市事项质量规则4"), no_visit_needs_another_way),
    Rule(gettext_lazy("全程网办不跑现场"), gettext_lazy("温州市事项质量规则5"), fully_online_means_no_visit),
    Rule(gettext_lazy("咨询、投诉电话齐全"), gettext_lazy("温州市事项质量规则6"), phones_differ),
    Rule(gettext_lazy("地址、时间明确"), gettext_lazy("温州市事项质量规则7"), place_and_hours_are_precise),
    Rule(gettext_lazy("主题与服务对象相符"), gettext_lazy("温州市事项质量规则8"), topics_fit_the_subjects),
    Rule(
        gettext_lazy("行政许可讲得明白"),
        gettext_lazy("温州市事项质量规则9"),
        an_administrative_licence_is_explained,
    ),
    Rule(gettext_lazy("环节不超过承诺"), gettext_lazy("温州市事项质量规则9"), steps_fit_the_promise),
    Rule(gettext_lazy("收费有依据"), gettext_lazy("温州市事项质量规则10"), a_fee_has_its_basis),
    Rule(gettext_lazy("承诺不超过法定"), gettext_lazy("浙江规定第十二条"), promise_within_the_law),
    Rule(gettext_lazy("材料有依据"), gettext_lazy("浙江规定第四条"), every_material_has_a_basis),
    Rule(
        gettext_lazy("容缺有期限"), gettext_lazy("浙江规定第四条、第十一条"), what_may_follow_says_until_when
    ),
    Rule(gettext_lazy("证明在清单内"), gettext_lazy("优化营商环境条例第四十四条"), no_proof_outside_the_list),
    Rule(
        gettext_lazy("特别程序、中介有依据"), gettext_lazy("行政许可法第四十五条"), special_times_have_a_basis
    ),
    Rule(
        gettext_lazy("受委托组织写明委托部门"),
        gettext_lazy("行政许可法第二十四条"),
        an_entrusted_organisation_names_its_organ,
    ),
    Rule(gettext_lazy("告知承诺自愿选择"), gettext_lazy("浙江规定第十四条"), a_commitment_is_chosen),
    Rule(gettext_lazy("告知承诺讲得完整"), gettext_lazy("浙江规定第十四条"), a_commitment_is_told_whole),
    Rule(gettext_lazy("指南完整"), gettext_lazy("浙江规定第四条"), the_guide_is_complete),
)


def inspect(catalogue: Catalogue) -> Iterator[Finding]:
    """What all rules find in all items of a catalogue, item by item."""
    for item in catalogue.items.values():
        for rule in QUALITY_RULES:
            yield from rule.look(item, catalogue)
