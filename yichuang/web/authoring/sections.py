"""How the form of a proposal is divided. A field that no section names stands in the last one: none is forgotten."""

from collections.abc import Mapping, Set

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yichuang.catalogue import bundles, data, facts
from yichuang.deadlines.data import Limit

#: Kind of proposal → (id, title, fields of the sheet's item or bundle, lists of the sheet).
SECTIONS: Mapping[str, tuple[tuple[str, Promise, tuple[str, ...], tuple[str, ...]], ...]] = {
    "items": (
        ("basics", _("基本信息"), ("name", "aliases", "board", "type", "level", "kind", "subjects",
                               "topic_classes", "topics"), ()),
        ("codes", _("编码"), ("catalog_code", "task_code", "standard", "variant", "local_catalog_code",
                            "local_task_code"), ()),
        ("law", _("依据和条件"), ("legal_bases", "conditions", "quantity_limit"), ()),
        ("situations", _("情形"), ("situations",), ()),
        ("materials", _("申请材料"), ("materials", "commitment"), ("materials",)),
        ("form", _("表单"), ("applicant", "elements"), ("elements",)),
        ("limits", _("时限和流程"), ("statutory_limit", "promised_limit", "review", "steps", "special_procedures",
                                  "intermediaries"), ()),
        ("visits", _("跑动和办理方式"), ("visits", "visits_reason", "channels", "depth", "service"), ()),
        ("fees", _("收费"), ("fees",), ()),
        ("result", _("结果"), ("result_name", "result_kind", "licence_type", "result_sample"), ()),
        ("places", _("地点、时间和电话"), ("address", "hours", "consult_phone", "complaint_phone", "consult_address",
                                       "complaint_address"), ()),
        ("questions", _("常见问题"), ("questions",), ()),
        ("before", _("改革前"), ("visits_before", "limit_before", "steps_before", "materials_before"), ()),
        ("other", _("其他"), ("partner", "authority", "effective_date", "cancel_date"), ()),
    ),
    "bundles": (
        ("basics", _("基本信息"), ("name", "summary", "aliases", "board"), ()),
        ("members", _("成员事项"), ("members", "applicant"), ()),
        ("situations", _("情形"), ("situations",), ()),
        ("other", _("规则和时限"), ("outcome", "ask_within", "promised_limit", "joint_limit", "joint_extension"), ()),
    ),
}  # fmt: skip

#: Class → the fields that few people fill in: they are folded behind the others.
RARE: Mapping[type, Set[str]] = {
    data.Item: {
        "aliases", "topics", "task_code", "standard", "variant", "local_catalog_code",
        "local_task_code", "quantity_limit", "review", "special_procedures", "intermediaries", "visits_reason",
        "commitment", "service", "result_sample", "consult_address", "complaint_address", "limit_before",
        "steps_before", "materials_before", "partner", "authority", "effective_date", "cancel_date", "regime",
        "handling_code",
    },
    data.ItemMaterial: {"originals", "copies", "form", "supply_within", "checkpoints", "issued_within"},
    data.MaterialType: {"key", "stands_in", "checkpoints", "page_format", "blank", "sample", "filling_notes",
                        "origin_note"},
    data.Element: {"key", "check", "hint", "max_length", "unit"},
    data.Step: {"when", "group", "who", "result", "standard"},
    data.Fee: {"when", "payer", "reducible", "reduction"},
    facts.Situation: {"key", "when", "default", "known", "table"},
    bundles.Member: {"result_of", "simulate", "obligatory_for", "if_refused", "if_returned", "if_late", "undo"},
    bundles.Bundle: {"aliases", "ask_within", "joint_limit", "joint_extension"},
    Limit: {"explanation"},
}  # fmt: skip
