"""申请表, its filled sample (样表) and 承诺书 as PDF/A, made from the same plan as the page that asks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base.pdf.render import render
from yichuang.catalogue.data import Element
from yichuang.catalogue.planned import Plan, PlannedCommitment, PlannedField

#: What a sample shows for each type; the numbers pass their checks and belong to nobody.
_EXAMPLES = {
    "citizen_number": "11010519491231002X",
    "organisation_code": "91330800MA00000008",
    "project_code": "2609-330800-04-01-000001",
    "phone": "13800000000",
    "date": "2026年3月9日",
    "number": "1",
    "address": "浙江省衢州市柯城区花园东大道169号",
    "text": "张三",
}


def form_of(plan: Plan, *, release: int, filled: bool) -> bytes:
    """The form of a plan: all fields in their sections, once for all items; empty, or `filled` as a sample."""
    words = {
        "title": _("申请表"),
        "sample": _("样表"),
        "version": _("按目录第 %(release)d 次发布生成；带 * 的必须填写。") % {"release": release},
        "promise": _("本人（单位）承诺所填内容真实、准确，并愿意承担相应的法律责任。"),
        "signature": _("申请人（签名或盖章）："),
        "date": _("日期：      年    月    日"),
    }
    facts = {
        "name": plan.name,
        "filled": filled,
        "sections": _sections(plan.fields),
        "words": words,
        "letters": [_letter(one) for one in plan.commitments],
    }
    return render((Path(__file__).parent / "form.typ").read_text(encoding="utf-8"), facts)


def _letter(planned: PlannedCommitment) -> dict[str, Any]:
    """承诺书 (告知承诺), for the applicant to read and sign."""
    said = planned.said
    parts = [
        (_("告知的内容"), said.tells),
        (_("承诺的内容"), said.declares),
        (_("违反承诺的后果"), said.consequences),
        (_("因作出承诺而不用提交的材料"), planned.spared),
    ]
    return {
        "name": planned.letter,
        "item": _("办理事项：%(item)s") % {"item": planned.item.name},
        "parts": [{"name": name, "lines": list(lines)} for name, lines in parts if lines],
    }


def _sections(fields: Iterable[PlannedField]) -> list[dict[str, Any]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for planned in fields:
        element = planned.element
        sections.setdefault(planned.section or _("申请内容"), []).append(
            {
                "label": f"{element.label}（{element.unit}）" if element.unit else element.label,
                "required": planned.required,
                "choices": list(element.choices.values()),
                "hint": element.hint,
                "example": _example(element),
            }
        )
    return [{"name": name, "fields": rows} for name, rows in sections.items()]


def _example(element: Element) -> str:
    return next(iter(element.choices.values()), "") or _EXAMPLES.get(element.type, "")
