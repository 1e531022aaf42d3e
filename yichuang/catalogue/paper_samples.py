"""What the facts of papers are called, and made-up ones to try a template with.

A fact that several papers state means the same in all of them, so it has one name here.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.base.pdf.document import Heading, Template, frame_of
from yichuang.base.pdf.render import plain
from yichuang.base.pdf.trying import Job
from yichuang.catalogue.data import Catalogue, LicenceType
from yichuang.catalogue.papers import Form

_DAY = date(2026, 3, 9)
_NOW = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
_MISSING = [
    {"name": "结婚证", "requirement": "原件，或正反面清晰的照片"},
    {"name": "居民户口簿", "requirement": "户主页和本人页"},
]
_REASONS = ["申报的住址与登记的住址不一致。", "新生儿父母均不是本市户籍。"]

#: Fact → (what it is, a made-up value).
FACTS: Mapping[str, tuple[Promise, Any]] = {
    "applicant": (_("申请人姓名或名称"), "林知夏"),
    "applicant_number": (_("申请人证件号码"), "330802********2463"),
    "item": (_("事项名称"), "新生儿落户"),
    "received_at": (_("收件时间"), _NOW),
    "received_on": (_("收件日期"), _DAY),
    "accepted_on": (_("受理日期"), _DAY),
    "annulled": (_("被撤销的原决定"), "原不予许可的决定"),
    "begins_on": (_("特别程序或重新审查开始的日期"), _DAY),
    "procedure": (_("特别程序"), "专家评审"),
    "held_at": (_("听证举行的时间"), _NOW),
    "decided_on": (_("决定日期"), _DAY),
    "withdrawn_on": (_("撤回日期"), _DAY),
    "due_before": (_("原定期限"), _DAY),
    "due_on": (_("截止日期"), _DAY),
    "until": (_("补交、改正截止或预计完成的日期"), _DAY),
    "limit": (_("办理时限"), "1个工作日"),
    "approval": (_("政府批准文件的文号"), "衢政办函〔2026〕1号"),
    "fees": (_("收费"), "工本费10.00元"),
    "phone": (_("咨询电话"), "0570-3021234"),
    "mandate_number": (_("业务委托书文号"), "衢公委托〔2026〕1号"),
    "reasons": (_("理由，逐条"), _REASONS),
    "legal_basis": (_("法律依据"), "《中华人民共和国户口登记条例》第七条"),
    "competent_organ": (_("有权办理的机关"), "江山市公安局"),
    "missing": (_("需要补的材料：name名称、requirement要求"), _MISSING),
    "subject": (_("申办的事项或一件事"), "新生儿出生"),
    "place": (_("地点"), "衢州市行政服务中心 综合窗口1号"),
    "clerk": (_("窗口人员"), "方晓晴"),
    "query_code": (_("查询密码"), "483920"),
    "items": (
        _("申请的事项：name名称、department部门"),
        [{"name": "新生儿落户", "department": "衢州市公安局"}],
    ),
    "materials": (
        _("收到的材料：name名称、source取得方式、copies份数"),
        [{"name": "居民身份证", "source": "窗口核验原件", "copies": "1"}],
    ),
    "item_type": (_("事项类型代码"), "01"),
    "decision": (_("决定的内容"), "同意登记。"),
    "licence": (_("证照名称"), "居民户口簿"),
    "validity": (_("有效期限"), "2026年3月9日至2031年3月8日"),
    "conditions": (_("附加要求"), "无"),
    "predecided_on": (_("作出预审意见的日期"), _DAY),
    "barred_until": (_("违反承诺的，到哪天为止不适用告知承诺"), _DAY),
    "inspect_within": (_("凭告知承诺准予的，多久之内核查"), "60个工作日"),
    "expects": (
        _("模拟审批所预期的结果：item事项、department部门"),
        [{"item": "出生医学证明签发", "department": "衢州市卫生健康委员会"}],
    ),
    "outcome": (_("预审意见是准予还是不予许可"), "准予"),
    "differences": (_("实际结果与预期不一致之处，逐条"), ["出生日期：预期“2026-03-02”，实际“2026-03-01”。"]),
    "department": (_("没有办成的事项由哪个部门决定"), "衢州市卫生健康委员会"),
    "asked_on": (_("征询日期"), _DAY),
    "left": (
        _("其余事项：item事项、going_on继续办理时怎样、in_silence没有答复时怎样"),
        [{"item": "市民卡申领", "going_on": "继续办理", "in_silence": "终止办理"}],
    ),
    "delivered_at": (_("送达时间"), _NOW),
    "method": (_("送达方式"), "窗口领取"),
    "waybill": (_("快递公司和运单号"), "邮政速递 1234567890123"),
    "documents": (
        _("送达的文书证照：name名称、number编号、department部门"),
        [{"name": "出生医学证明", "number": "2026000001", "department": "衢州市卫生健康委员会"}],
    ),
    "results": (
        _("办结的事项：name名称、department部门、result结果、ended_on日期"),
        [{"name": "新生儿落户", "department": "衢州市公安局", "result": "准予", "ended_on": _DAY}],
    ),
    "receiver": (_("签收人"), "林知夏"),
    "relation": (_("签收人与申请人的关系"), "本人"),
    "confirmed_by": (_("确认方式"), "查询密码"),
}
#: What every paper knows: name → what it is.
FRAME: Mapping[str, Promise] = {
    "title": _("文书标题"),
    "number": _("文号"),
    "department": _("出具文书的机关"),
    "seal_words": _("印章的用途"),
    "application_number": _("申报号"),
    "case_number": _("办件编号"),
    "issued_on": _("出具日期"),
    "code": _("验真码"),
    "address": _("验真网址"),
    "qr": _("验真二维码"),
    "trial": _("是否试用样件"),
}
#: What a licence knows beside the fields that stand on it.
LICENCE_FACTS = frozenset(
    {"copy", "fields", "rows", "holder", "identifier", "type_code", "valid_from", "valid_until"}
)
_ROWS = 6


def sample_of(form: Form, template: Template) -> Job:
    """A paper with made-up facts, all that it may know."""
    heading = Heading(
        form.title, "公安局字〔2026〕1号", "衢州市公安局", form.seal_words, "2603090000AX", "2603090000AX-01"
    )
    facts = {name: FACTS[name][1] for name in sorted(form.facts)}
    return _job(template, heading, facts)


def sample_licence(kind: LicenceType, template: Template, catalogue: Catalogue) -> Job:
    """A licence with made-up facts: the first few elements of the catalogue by their labels."""
    rows = [(key, element.label, element.label) for key, element in catalogue.elements.items()][:_ROWS]
    facts = {
        "fields": {key: value for key, _label, value in rows},
        "rows": rows,
        "holder": {"kind": "person", "number": "330802********2463", "name": "林知夏"},
        "identifier": "1.2.156.3005.2",
        "type_code": kind.code,
        "valid_from": _DAY,
        "valid_until": "长期",
    }
    return _job(template, Heading(kind.name, "2026000001", "衢州市公安局", "电子证照专用章"), facts)


def _job(template: Template, heading: Heading, facts: Mapping[str, Any]) -> Job:
    frame = frame_of(heading, "0123456789ABCDEF", _NOW, trial=True)
    # Whether there is a glyph is asked where the page is made. Asked here, the compiler would begin threads in this
    # process, and in the workers that are forked from it no page would ever end.
    return Job(template, plain({"frame": frame, "facts": facts}, text=str))
