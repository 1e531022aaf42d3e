"""What a guide says of one item and of one material, label by label: page, PDF and JSON show the same facts.

Every element of the item that people may ask for stands here; what an item does not say is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yichuang.catalogue.code_labels import CODES
from yichuang.catalogue.data import Catalogue, Fee, Item, ItemMaterial, MaterialType, Step
from yichuang.catalogue.facts import (
    Authority,
    Commitment,
    Intermediary,
    LegalBasis,
    OpinionRules,
    Service,
    SpecialProcedure,
)
from yichuang.catalogue.labels import FIELDS
from yichuang.catalogue.regimes import regime_of
from yichuang.catalogue.settling import checkpoints_of
from yichuang.catalogue.tables import limit_text, money_text
from yichuang.catalogue.words import word
from yichuang.deadlines.data import Limit


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a guide says. `key` names the field of the catalogue, `label` and `values` are for people."""

    key: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that are read together."""

    key: str
    title: str
    facts: tuple[Fact, ...]


def sections_of(catalogue: Catalogue, item: Item) -> tuple[Section, ...]:
    """All that the guide of an item says beside its materials and its questions and answers."""
    drafts = {
        ("handling", _("办理")): _handling(catalogue, item),
        ("commitment", _("告知承诺")): _commitment(catalogue, item),
        ("place", _("地点和时间")): _place(item),
        ("fees", _("收费")): _fees(item),
        ("result", _("结果")): _result(item),
        ("steps", _("流程")): _steps(item),
        ("authority", _("实施机关")): _authority(catalogue, item),
        ("bases", _("依据")): [_fact("legal_bases", _("设定依据"), map(_basis, item.legal_bases))],
    }
    sections = (
        Section(key, title, tuple(fact for fact in facts if fact.values))
        for (key, title), facts in drafts.items()
    )
    return tuple(section for section in sections if section.facts)


def material_facts(material: MaterialType, entries: Iterable[ItemMaterial]) -> tuple[Fact, ...]:
    """How a material is to be handed in, for all the items that ask for it together."""
    entries = list(entries)
    within = [entry.supply_within for entry in entries if entry.supply_within]
    label = FIELDS[MaterialType]
    facts = [
        _fact("form", _("提交形式"), dict.fromkeys(word(entry.form) for entry in entries)),
        _fact("copies", _("份数"), [_copies(entries)]),
        _fact("kind", str(label["kind"]), [word(material.kind)]),
        _fact("issuer", str(label["issuer"]), [material.issuer]),
        _fact("origin", str(label["origin"]), [word(material.origin), material.origin_note]),
        _fact("page_format", str(label["page_format"]), [material.page_format]),
        _fact("issued_within", _("出具时间"), dict.fromkeys(entry.issued_within for entry in entries)),
        _fact("supply_within", _("容缺补交"), map(_supply_within, within)),
        _fact("checkpoints", str(label["checkpoints"]), checkpoints_of(material, entries)),
        _fact("filling_notes", str(label["filling_notes"]), material.filling_notes),
        _fact("legal_basis", _("依据"), dict.fromkeys(entry.legal_basis for entry in entries)),
    ]
    return tuple(fact for fact in facts if fact.values)


def for_whom(codes: Iterable[str]) -> str:
    """Those whom an item is for (GB/T 39046 A.4), in the order of the codes; nobody calls herself 自然人."""
    asked = set(codes)
    names = {**CODES[Item, "subjects"], "1": _("个人")}
    return _("、").join(str(name) for code, name in names.items() if code in asked)


def _fact(key: str, label: str, values: Iterable[str]) -> Fact:
    return Fact(key, label, tuple(value for value in values if value))


def _of(item: Item, key: str, *values: str) -> Fact:
    return _fact(key, str(FIELDS[Item][key]), values)


def _coded(item: Item, key: str, code: object) -> Fact:
    return _of(item, key, str(CODES[Item, key].get(str(code), code)))


def _handling(catalogue: Catalogue, item: Item) -> list[Fact]:
    service, label = item.service, FIELDS[Service]
    return [
        _fact("subjects", _("谁能办"), [for_whom(item.subjects)]),
        _of(item, "conditions", *item.conditions),
        _of(item, "quantity_limit", item.quantity_limit),
        _of(item, "effective_date", _day(_("%(day)s起接受申请"), item.effective_date)),
        _of(item, "cancel_date", _day(_("%(day)s起不再接受新的申请"), item.cancel_date)),
        _of(item, "kind", word(item.kind)),
        _of(item, "promised_limit", _limit(item.promised_limit)),
        _of(item, "statutory_limit", _limit(item.statutory_limit) if item.statutory_limit else ""),
        _of(item, "regime", regime_of(catalogue.regimes, item.regime, item.type).name),
        _of(item, "visits", _("%(count)d次") % {"count": item.visits}, item.visits_reason),
        _of(item, "channels", *(str(CODES[Item, "channels"].get(code, code)) for code in item.channels)),
        _coded(item, "depth", item.depth),
        _fact("stars", str(label["stars"]), ["★" * service.stars]),
        _fact("scope", str(label["scope"]), [word(service.scope)]),
        _of(item, "topic_classes", *item.topic_classes),
    ]


def _commitment(catalogue: Catalogue, item: Item) -> list[Fact]:
    said = item.commitment
    if said is None:
        return []
    label, names = FIELDS[Commitment], catalogue.materials
    within = limit_text(regime_of(catalogue.regimes, item.regime, item.type).inspect_within)
    return [
        _of(
            item,
            "commitment",
            _("可以选择：签署《%(letter)s》后直接作出决定，也可以按一般程序办理")
            % {"letter": names[said.letter].name},
            _("作出决定后%(limit)s内核查") % {"limit": within},
        ),
        _fact("spared", str(label["materials"]), (names[key].name for key in said.materials)),
        _fact("tells", str(label["tells"]), said.tells),
        _fact("declares", str(label["declares"]), said.declares),
        _fact("consequences", str(label["consequences"]), said.consequences),
        _fact("commitment_basis", str(label["basis"]), [said.basis]),
    ]


def _steps(item: Item) -> list[Fact]:
    return [
        _of(item, "steps", *map(_step, item.steps)),
        _of(item, "special_procedures", *map(_special, item.special_procedures)),
        _of(item, "intermediaries", *map(_intermediary, item.intermediaries)),
    ]


def _fees(item: Item) -> list[Fact]:
    charged = [_fee(fee) for fee in item.fees] or [_("不收费")]
    online = [_("可以")] if item.service.pay_online else []
    return [
        _of(item, "fees", *charged),
        _fact("pay_online", str(FIELDS[Service]["pay_online"]), online),
    ]


def _result(item: Item) -> list[Fact]:
    ways = [_("窗口领取")] if item.service.in_hall else []
    ways += [_("快递送达")] if item.service.express else []
    return [
        _of(item, "result_name", item.result_name),
        _of(item, "result_kind", word(item.result_kind)),
        _fact("delivery", _("送达方式"), ways),
    ]


def _place(item: Item) -> list[Fact]:
    service, label = item.service, FIELDS[Service]
    yes = {
        key: [_("可以")] if offered else []
        for key, offered in (("appointment", service.appointment), ("terminal", service.terminal))
    }
    return [
        _of(item, "address", item.address),
        _of(item, "hours", item.hours),
        *(_fact(key, str(label[key]), said) for key, said in yes.items()),
        _fact("web_address", str(label["web_address"]), [service.web_address]),
        _fact("mobile_address", str(label["mobile_address"]), [service.mobile_address]),
        _of(item, "consult_phone", item.consult_phone),
        _of(item, "consult_address", item.consult_address),
        _of(item, "complaint_phone", item.complaint_phone),
        _of(item, "complaint_address", item.complaint_address),
    ]


def _authority(catalogue: Catalogue, item: Item) -> list[Fact]:
    authority, label, names = item.authority, FIELDS[Authority], catalogue.department_names
    source = word(authority.power_source) if authority.power_source else ""
    joint = [names.get(key, key) for key in authority.joint_departments]
    return [
        _of(item, "department", names.get(item.department, item.department)),
        _fact("nature", str(label["nature"]), [word(authority.nature)]),
        _fact("power_source", str(label["power_source"]), [source]),
        _fact("entrusted_by", str(label["entrusted_by"]), [authority.entrusted_by]),
        _fact("undertaker", str(label["undertaker"]), [authority.undertaker]),
        _fact("joint_departments", str(label["joint_departments"]), joint),
        _fact("opinions", str(label["opinions"]), [_opinions(authority.opinions)] if joint else []),
        _fact("mode", str(label["mode"]), [word(authority.mode)]),
        _fact("approval", str(label["approval"]), [word(authority.approval)]),
        _fact("division", str(label["division"]), [authority.division]),
        _fact("exercise", str(label["exercise"]), [authority.exercise]),
        _coded(item, "type", item.type),
        _coded(item, "level", item.level),
        _of(item, "catalog_code", item.catalog_code),
        _of(item, "task_code", item.task_code),
        _of(item, "handling_code", item.handling_code),
        _of(item, "variant", item.variant),
        _of(item, "local_catalog_code", item.local_catalog_code),
        _of(item, "local_task_code", item.local_task_code),
    ]


# ── In words ─────────────────────────────────────────────────────────────────────────────────────


def _with(text: str, *remarks: str) -> str:
    told = _("；").join(remark for remark in remarks if remark)
    return _("%(text)s（%(remarks)s）") % {"text": text, "remarks": told} if told else text


def _day(sentence: str, day: date | None) -> str:
    return sentence % {"day": day.isoformat()} if day else ""


def _limit(limit: Limit) -> str:
    return _with(limit_text(limit), limit.basis, limit.explanation)


def _step(step: Step) -> str:
    days = _("%(days)d个工作日") % {"days": step.days} if step.days else ""
    result = _("结果：%(result)s") % {"result": step.result} if step.result else ""
    who = step.who or str(CODES[Step, "role"].get(step.role, step.role))
    only = _("视情形") if step.when else ""
    return _with(step.name, who, days, step.standard, result, only)


def _special(procedure: SpecialProcedure) -> str:
    limit = limit_text(procedure.limit) if procedure.limit else ""
    return _with(procedure.name, word(procedure.kind), limit, procedure.basis, procedure.explanation)


def _opinions(rules: OpinionRules) -> str:
    within = _("%(limit)s内答复") % {"limit": limit_text(rules.within)}
    silent = _("逾期未答复%(means)s") % {"means": word(rules.no_answer)}
    return _with(word(rules.join), within, silent)


def _intermediary(service: Intermediary) -> str:
    limit = limit_text(service.limit) if service.limit else ""
    counted = _("计入办理时限") if service.counted else _("不计入办理时限")
    return _with(service.name, limit, service.basis, counted)


def _fee(fee: Fee) -> str:
    payer = _("%(payer)s缴") % {"payer": fee.payer} if fee.payer else ""
    reduction = fee.reduction or (_("可以减免") if fee.reducible else "")
    only = _("视情形") if fee.when else ""
    return _with(f"{fee.name} {money_text(fee.amount)}", payer, reduction, fee.basis, only)


def _basis(basis: LegalBasis) -> str:
    return _("%(law)s：%(text)s") % {"law": basis, "text": basis.text} if basis.text else str(basis)


def _copies(entries: list[ItemMaterial]) -> str:
    originals, copies = max(entry.originals for entry in entries), max(entry.copies for entry in entries)
    parts = [_("原件%(number)d份") % {"number": originals}] if originals else []
    parts += [_("复印件%(number)d份") % {"number": copies}] if copies else []
    return _("、").join(parts)


def _supply_within(limit: Limit) -> str:
    return _("受理后%(limit)s内补交") % {"limit": limit_text(limit)}
