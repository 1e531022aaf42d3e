"""`yichuang catalogue check|publish` and `yichuang plan`: what the command line says. Each returns an exit code."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from yichuang.base import clock
from yichuang.base.errors import Invalid, Refused
from yichuang.catalogue import queries, search, stored
from yichuang.catalogue.actions import publishing
from yichuang.catalogue.checking import examine
from yichuang.catalogue.data import Catalogue, Situation
from yichuang.catalogue.folder import Fault
from yichuang.catalogue.planned import Figures, Plan
from yichuang.catalogue.planning import everything_up, plan
from yichuang.catalogue.tables import limit_text, money_text, source_text, table
from yichuang.catalogue.words import word
from yichuang.identity.data import SYSTEM


def check(folder: Path) -> int:
    """Print every fault as `path:line: place: problem → remedy`; 0 where there is none."""
    reading = examine(folder)
    if reading.faults or reading.catalogue is None:
        _print_faults(folder, reading.faults)
        return 1
    catalogue = reading.catalogue
    facts = {
        "items": len(catalogue.items),
        "bundles": len(catalogue.bundles),
        "elements": len(catalogue.elements),
    }
    print(_("没有错误：%(items)d个事项、%(bundles)d个一件事、%(elements)d个数据元。") % facts)
    return 0


def publish(folder: Path) -> int:
    """Publish the folder as the platform itself; prints what became of it."""
    try:
        publication = publishing.publish(folder, actor=SYSTEM, now=clock.now())
    except publishing.CatalogueFaulty as faulty:
        _print_faults(folder, faulty.faults)
        return 1
    except Refused as refused:
        print(refused)
        return 1
    facts = {
        "release": publication.release,
        "items": len(publication.items),
        "bundles": len(publication.bundles),
    }
    if publication.is_new:
        print(_("已发布第%(release)d次目录：%(items)d个事项、%(bundles)d个一件事有新版本。") % facts)
    else:
        print(_("内容与第%(release)d次发布的目录相同，没有重新发布。") % facts)
    return 0


def show_plan(target: str, answers: Mapping[str, str], output: str = "table") -> int:
    """Print the plan of a bundle or item (its key, name, alias or code) as a `table` or as `json`."""
    try:
        catalogue = queries.current()
        key = find_target(catalogue, target)
        made = plan(catalogue, key, answers, everything_up(catalogue))
        _check_answers(made, answers)
    except Refused as refused:
        print(refused)
        return 1
    if output == "json":
        print(json.dumps(plan_facts(made), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(catalogue, made, answers)))
    return 0


def find_target(catalogue: Catalogue, words: str) -> str:
    """The key that is named by its key, name, alias or code. Raises `Refused` naming what is near."""
    for rows in (catalogue.bundles, catalogue.items):
        if words in rows:
            return words
        for key, row in rows.items():
            if words == row.name or words in row.aliases:
                return key
    for key, item in catalogue.items.items():
        if words in {item.catalog_code, item.task_code}:
            return key
    near = "、".join(hit.name for hit in search.find(words, limit=5))
    if near:
        sentence = _("没有叫“%(words)s”的事项或一件事，相近的有：%(near)s。")
        raise Refused(sentence % {"words": words, "near": near}, code="target_unknown")
    sentence = _("没有叫“%(words)s”的事项或一件事，请换一个说法。")
    raise Refused(sentence % {"words": words}, code="target_unknown")


def plan_facts(made: Plan) -> dict[str, Any]:
    """The plan as JSON: elements, materials and items by key with their names, the rest as it is."""
    facts: dict[str, Any] = stored.to_plain(made)
    for field, planned in zip(facts["fields"], made.fields, strict=True):
        field["element"] = {
            "key": planned.element.key,
            "label": planned.element.label,
            "type": planned.element.type,
        }
    for material, settled in zip(facts["materials"], made.materials, strict=True):
        material["material"] = {"key": settled.material.key, "name": settled.material.name}
    for case, opened in zip(facts["cases"], made.cases, strict=True):
        item = opened.item
        case["item"] = {
            "key": item.key,
            "name": item.name,
            "department": item.department,
            "version": item.version,
        }
    return facts


def _print_faults(folder: Path, faults: Sequence[Fault]) -> None:
    for fault in faults:
        print(folder / str(fault))
    print(_("共%(count)d处错误。") % {"count": len(faults)})


def _check_answers(made: Plan, answers: Mapping[str, str]) -> None:
    """Raises `Invalid` where an answer answers nothing: a slip of the keyboard must not pass for an answer."""
    asked = {situation.key: situation for situation in made.situations}
    for key, code in answers.items():
        if key not in asked:
            facts = {"key": key, "keys": "、".join(asked) or "-"}
            raise Invalid(_("这里不问“%(key)s”；要问的是：%(keys)s。") % facts, code="answer_unknown")
        if code not in asked[key].options:
            facts = {"key": key, "code": code, "codes": "、".join(asked[key].options)}
            raise Invalid(_("“%(key)s”没有选项“%(code)s”；可选：%(codes)s。") % facts, code="answer_unknown")


def _lines(catalogue: Catalogue, made: Plan, answers: Mapping[str, str]) -> Iterable[str]:
    names = {case.item.key: case.item.name for case in made.cases}
    filled = {
        key: catalogue.resources[lookup.resource].name
        for lookup in reversed(made.lookups)
        for key in lookup.elements
    }
    yield made.name
    yield ""
    if made.situations:
        yield from table(
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
        yield ""
    yield from table(
        [_("分组"), _("填写项"), _("必填"), _("说明")],
        [
            [
                field.section,
                field.element.label,
                _("是") if field.required else _("否"),
                _("%(source)s可查，自动填入") % {"source": filled[field.element.key]}
                if field.element.key in filled
                else field.because,
            ]
            for field in made.fields
        ],
    )
    yield ""
    yield from table(
        [_("材料"), _("必要性"), _("来源"), _("说明")],
        [
            [
                material.material.name,
                word(material.necessity),
                source_text(material.source),
                material.because,
            ]
            for material in made.materials
        ],
    )
    yield ""
    yield from table(
        [_("办件"), _("部门"), _("承诺时限"), _("等待")],
        [
            [
                case.item.name,
                catalogue.department_names.get(case.item.department, case.item.department),
                limit_text(case.item.promised_limit),
                "、".join(names[key] for key in case.waits_for) or "-",
            ]
            for case in made.cases
        ],
    )
    yield ""
    fees = "、".join(f"{fee.name} {money_text(fee.amount)}" for fee in made.fees) or _("不收费")
    yield _("收费：%(fees)s") % {"fees": fees}
    yield _("整体时限：%(limit)s(%(basis)s)") % {
        "limit": limit_text(made.promised),
        "basis": made.promised.basis,
    }
    yield ""
    yield from table(
        ["", _("跑动次数"), _("材料"), _("工作日"), _("环节"), _("表单"), _("部门")], _figures(made)
    )


def _taken(situation: Situation, made: Plan, answers: Mapping[str, str]) -> str:
    if situation.key not in made.unanswered:
        return situation.options[answers[situation.key]]
    if not situation.default:
        return _("未回答")
    return _("默认：%(answer)s") % {"answer": situation.options[situation.default]}


def _figures(made: Plan) -> list[list[str]]:
    def row(label: str, figures: Figures) -> list[str]:
        counts = [figures.visits, figures.materials, figures.working_days, figures.steps, figures.forms]
        return [label, *(f"{count:g}" for count in (*counts, figures.departments))]

    return [row(_("逐项办理"), made.before), row(_("一次办理"), made.now)]
