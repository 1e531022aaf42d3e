"""A plan and its comparison as the command line shows them: tables of plain text, or facts for JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yichuang.catalogue import stored
from yichuang.catalogue.bundles import OutcomePolicy
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.planned import Compared, Figures, Line, Plan
from yichuang.catalogue.reasons import Reason
from yichuang.catalogue.tables import limit_text, measure_text, money_text, number_text, source_text, table
from yichuang.catalogue.words import word


def plan_facts(made: Plan) -> dict[str, Any]:
    """The plan as JSON: elements, materials and items by key with their names, reasons with their sentence."""
    facts: dict[str, Any] = _said(made)
    for field, planned in zip(facts["fields"], made.fields, strict=True):
        element = planned.element
        field["element"] = {"key": element.key, "label": element.label, "type": element.type}
    for material, settled in zip(facts["materials"], made.materials, strict=True):
        material["material"] = {"key": settled.material.key, "name": settled.material.name}
    for name in ("cases", "members"):
        for row, planned_item in zip(facts[name], getattr(made, name), strict=True):
            item = planned_item.item
            row["item"] = {
                "key": item.key,
                "name": item.name,
                "department": item.department,
                "version": item.version,
            }
    facts["comparison"] = comparison_facts(made)
    return facts


def comparison_facts(made: Plan) -> list[dict[str, Any]]:
    """Each measure with its numbers before and now, and the list behind each of them."""
    return [
        {
            "measure": row.measure.value,
            "name": measure_text(row.measure),
            "before": {"total": row.total_before, "lines": [_said(line) for line in row.before]},
            "now": {"total": row.total_now, "lines": [_said(line) for line in row.now]},
        }
        for row in made.comparison
    ]


def _said(value: Any) -> Any:
    """Plain data in which a reason carries its sentence."""
    if isinstance(value, Reason):
        return {**stored.to_plain(value), "sentence": str(value)}
    if isinstance(value, Mapping):
        return {key: _said(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_said(entry) for entry in value]
    if hasattr(value, "__slots__") and not isinstance(value, (str, int, float)):
        names = [name for name in value.__dataclass_fields__ if not name.startswith("_")]
        return {name: _said(getattr(value, name)) for name in names}
    return stored.to_plain(value)


# ── The plan ─────────────────────────────────────────────────────────────────────────────────────


def plan_lines(catalogue: Catalogue, made: Plan, answers: Mapping[str, str]) -> Iterator[str]:
    """The plan as tables, each under a blank line."""
    yield made.name
    for part in (
        _situations(made, answers),
        _fields(catalogue, made),
        _materials(made),
        _cases(catalogue, made),
        _left_out(made),
        _whole(catalogue, made),
        _numbers(made),
    ):
        lines = list(part)
        if lines:
            yield ""
            yield from lines


def _situations(made: Plan, answers: Mapping[str, str]) -> list[str]:
    return table(
        [_("情形"), _("选项"), _("本次按")],
        [
            [
                situation.question,
                " / ".join(f"{code}={label}" for code, label in situation.options.items()),
                _taken(situation, made, answers),
            ]
            for situation in made.situations
        ],
    )


def _taken(situation: Situation, made: Plan, answers: Mapping[str, str]) -> str:
    if situation.key not in made.unanswered:
        return situation.options[answers[situation.key]]
    if not situation.default:
        return _("未回答")
    return _("默认：%(answer)s") % {"answer": situation.options[situation.default]}


def _fields(catalogue: Catalogue, made: Plan) -> list[str]:
    filled = {
        key: catalogue.resources[lookup.resource].name
        for lookup in reversed(made.lookups)
        for key in lookup.elements
    }
    return table(
        [_("分组"), _("填写项"), _("必填"), _("说明")],
        [
            [
                field.section,
                field.element.label,
                _("是") if field.required else _("否"),
                _("%(source)s可查，自动填入") % {"source": filled[field.element.key]}
                if field.element.key in filled
                else str(field.because),
            ]
            for field in made.fields
        ],
    )


def _materials(made: Plan) -> list[str]:
    return table(
        [_("材料"), _("必要性"), _("来源"), _("说明")],
        [
            [
                material.material.name,
                word(material.necessity),
                source_text(material.source),
                str(material.because),
            ]
            for material in made.materials
        ],
    )


def _cases(catalogue: Catalogue, made: Plan) -> list[str]:
    names = {case.item.key: case.item.name for case in made.cases}
    return table(
        [_("办件"), _("部门"), _("承诺时限"), _("等待"), _("起算"), _("不予许可时")],
        [
            [
                case.item.name,
                catalogue.department_names.get(case.item.department, case.item.department),
                limit_text(case.item.promised_limit),
                "、".join(names[key] for key in case.waits_for) or "-",
                str(case.clock),
                word(case.if_refused) + (f"；{word(case.undo)}" if case.undo else ""),
            ]
            for case in made.cases
        ],
    )


def _left_out(made: Plan) -> list[str]:
    kinds = {
        "field": _("填写项"),
        "material": _("材料"),
        "case": _("办件"),
        "step": _("环节"),
        "fee": _("收费"),
    }
    return table(
        [_("本次没有"), _("名称"), _("原因")],
        [[kinds[one.kind], one.name, str(one.because)] for one in made.left_out],
    )


def _whole(catalogue: Catalogue, made: Plan) -> Iterable[str]:
    """What is said of the whole: fees, limit, visit, outcome."""
    yield _("收费：%(fees)s") % {"fees": "；".join(_fees(catalogue, made)) or _("不收费")}
    facts = {"limit": limit_text(made.promised), "basis": made.promised.basis}
    yield _("整体时限：%(limit)s(%(basis)s)") % facts
    if made.joint_limit is not None:
        extension = limit_text(made.joint_extension) if made.joint_extension else "-"
        facts = {"limit": limit_text(made.joint_limit), "extension": extension}
        yield _("联合办理时限：%(limit)s，可延长%(extension)s") % facts
    yield _("到场：%(reason)s") % {"reason": made.visits_because}
    if len(made.cases) > 1:
        yield _("结果规则：%(outcome)s") % {"outcome": _outcome(made)}
        yield _("出件：%(reason)s") % {
            "reason": Reason("handed_over_once", {"count": str(len(made.results))})
        }


def _fees(catalogue: Catalogue, made: Plan) -> Iterator[str]:
    for total in made.totals:
        parts = "，".join(
            f"{catalogue.department_names.get(key, key)} {money_text(amount)}"
            for key, amount in total.departments.items()
        )
        names = "、".join(
            f"{planned.fee.name} {money_text(planned.fee.amount)}"
            for planned in made.fees
            if planned.payer == total.payer
        )
        facts = {
            "payer": total.payer or _("申请人"),
            "amount": money_text(total.amount),
            "names": names,
            "parts": parts,
        }
        yield _("%(payer)s共付%(amount)s（%(names)s；%(parts)s）") % facts


def _outcome(made: Plan) -> str:
    words = word(made.outcome)
    if made.outcome is OutcomePolicy.ASK_APPLICANT and made.ask_within is not None:
        return _("%(outcome)s（%(limit)s内答复）") % {"outcome": words, "limit": limit_text(made.ask_within)}
    return words


def _numbers(made: Plan) -> list[str]:
    def row(label: str, figures: Figures) -> list[str]:
        counts = [figures.visits, figures.materials, figures.working_days, figures.steps, figures.forms]
        return [label, *(number_text(count) for count in (*counts, figures.departments))]

    head = ["", _("跑动次数"), _("材料"), _("工作日"), _("环节"), _("表单"), _("部门")]
    return table(head, [row(_("逐项办理"), made.before), row(_("一次办理"), made.now)])


# ── The comparison ───────────────────────────────────────────────────────────────────────────────


def comparison_lines(made: Plan) -> Iterator[str]:
    """Every measure before → now, and under it the list behind each number."""
    yield made.name
    for row in made.comparison:
        yield ""
        yield _heading(row)
        yield from _behind(_("逐项办理"), row.before)
        yield from _behind(_("一次办理"), row.now)


def _heading(row: Compared) -> str:
    before, now = number_text(row.total_before), number_text(row.total_now)
    return f"{measure_text(row.measure)} {before} → {now}"


def _behind(label: str, lines: tuple[Line, ...]) -> Iterator[str]:
    yield f"  {label}"
    for line in table(
        [_("数量"), _("名称"), _("事项"), _("原因")],
        [[number_text(line.amount), line.name, line.item, str(line.because or "")] for line in lines],
    ):
        yield f"    {line}"
