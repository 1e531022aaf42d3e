"""What one file says about another: every key that is referred to exists."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from yichuang.catalogue.data import Item
from yichuang.catalogue.regimes import DEFAULT_REGIMES
from yichuang.catalogue.rules.notes import Notes

ELEMENT_TYPES = (
    "text",
    "date",
    "number",
    "choice",
    "phone",
    "citizen_number",
    "organisation_code",
    "project_code",
    "address",
)
#: What is asked for where a register is down.
FALLBACKS = ("paper",)
APPLICANT_FACTS = ("number", "name", "phone")
_STAND_INS = {"licence": "licence_types", "resource": "resources", "item": "items"}


def check_references(notes: Notes) -> None:
    """All references of the catalogue and of the establishment."""
    for item in notes.folder.catalogue.items.values():
        _check_item(notes.at("items", item.key), item)
    _check_bundles(notes)
    _check_elements(notes)
    _check_materials(notes)
    _check_licence_types(notes)
    _check_resources(notes)
    _check_names(notes)
    _check_establishment(notes)


def _check_item(notes: Notes, item: Item) -> None:
    catalogue = notes.folder.catalogue
    notes.refer(("department",), "departments", item.department, notes.folder.departments)
    for position, field in enumerate(item.elements):
        notes.refer(("elements", position, "element"), "elements", field.element, catalogue.elements)
    for position, entry in enumerate(item.materials):
        notes.refer(("materials", position, "material"), "materials", entry.material, catalogue.materials)
    _check_twice(notes, "elements", [(field.element, field.when) for field in item.elements])
    _check_twice(notes, "materials", [(entry.material, entry.when) for entry in item.materials])
    for position, topic in enumerate(item.topic_classes):
        notes.refer(("topic_classes", position), "topic_classes", topic, catalogue.topic_classes)
    for position, department in enumerate(item.authority.joint_departments):
        place = ("authority", "joint_departments", position)
        notes.refer(place, "departments", department, notes.folder.departments)
    if item.result_sample:
        notes.refer(("result_sample",), "files", item.result_sample, catalogue.files)
    if item.effective_date and item.cancel_date and item.cancel_date <= item.effective_date:
        notes.fault(("cancel_date",), _("取消日期不在生效日期之后"), _("改正其中一个日期"))
    if item.regime:
        notes.refer(("regime",), "regimes", item.regime, {*catalogue.regimes, *DEFAULT_REGIMES})
    if item.licence_type:
        notes.refer(("licence_type",), "licence_types", item.licence_type, catalogue.licence_types)
    if item.partner and notes.refer(("partner",), "partners", item.partner, catalogue.partners):
        owner = catalogue.partners[item.partner].department
        if owner != item.department and item.department in notes.folder.departments:
            facts = {"partner": item.partner, "owner": owner, "department": item.department}
            problem = _("部门系统“%(partner)s”属于%(owner)s，事项却属于%(department)s") % facts
            notes.fault(("partner",), problem, _("改partner，或改department"))
    asked = {field.element for field in item.elements}
    _check_applicant(notes, item.applicant, asked)


def _check_twice(notes: Notes, name: str, entries: list[tuple[str, str]]) -> None:
    for position, entry in enumerate(entries):
        if entry in entries[:position]:
            problem = _("“%(key)s”在同一条件下写了两次") % {"key": entry[0]}
            notes.fault((name, position), problem, _("删去重复的一行"))


def _check_applicant(notes: Notes, applicant: Mapping[str, str], asked: Collection[str]) -> None:
    """Which fields are the applicant's own number, name and phone; without number and name no case has an applicant."""
    for fact, element in applicant.items():
        if fact not in APPLICANT_FACTS:
            problem = _("applicant中没有“%(fact)s”这一项") % {"fact": fact}
            notes.fault(
                ("applicant", fact), problem, _("只有:number(证件号码)、name(姓名或名称)、phone(手机号)")
            )
        elif element not in asked:
            problem = _("申请人信息取自“%(element)s”，但表单不问这一项") % {"element": element}
            notes.fault(("applicant", fact), problem, _("把它加到elements，或换一个数据元"))
    missing = {"number", "name"} - applicant.keys()
    if missing:
        facts = {"facts": "、".join(sorted(missing))}
        problem = _("没有说明申请人的%(facts)s取自哪个数据元") % facts
        notes.fault(
            ("applicant",), problem, _("写成 applicant: {number: 数据元, name: 数据元, phone: 数据元}")
        )


def _check_bundles(notes: Notes) -> None:
    catalogue = notes.folder.catalogue
    for key, bundle in catalogue.bundles.items():
        of_bundle = notes.at("bundles", key)
        of_bundle.refer(("lead",), "departments", bundle.lead, notes.folder.departments)
        if key in catalogue.items:
            of_bundle.fault(("key",), _("key“%(key)s”已经是一个事项的key") % {"key": key}, _("换一个key"))
        asked: set[str] = set()
        for position, member in enumerate(bundle.members):
            if of_bundle.refer(("members", position, "item"), "items", member.item, catalogue.items):
                _check_in_force(of_bundle.at("members", position), catalogue.items[member.item])
                asked |= {field.element for field in catalogue.items[member.item].elements}
        _check_applicant(of_bundle, bundle.applicant, asked)


def _check_in_force(notes: Notes, item: Item) -> None:
    """A bundle holds no item that has been withdrawn (取消)."""
    if item.cancel_date and item.cancel_date <= notes.today:
        facts = {"item": item.name, "day": item.cancel_date.isoformat()}
        problem = _("事项“%(item)s”已从%(day)s起取消") % facts
        notes.fault(("item",), problem, _("把它从一件事中删去；没有取消的，删去它的cancel_date"))


def _check_elements(notes: Notes) -> None:
    types: dict[str, tuple[str, str]] = {}
    for key, element in notes.folder.catalogue.elements.items():
        if element.type not in ELEMENT_TYPES:
            problem = _("数据元类型“%(type)s”不存在") % {"type": element.type}
            remedy = _("可选：%(choices)s") % {"choices": " | ".join(ELEMENT_TYPES)}
            notes.fault(("elements", key, "type"), problem, remedy)
        if (element.type == "choice") != bool(element.choices):
            problem = _("类型是choice时要有choices，不是choice时不能有")
            notes.fault(("elements", key), problem, _("补上choices(代码: 名称)，或改类型"))
        other, kind = types.setdefault(element.label, (key, element.type))
        if kind != element.type:
            facts = {"label": element.label, "other": other, "kind": kind, "type": element.type}
            problem = _("“%(label)s”在“%(other)s”中的类型是%(kind)s，这里是%(type)s") % facts
            notes.fault(
                ("elements", key, "type"), problem, _("同一个名称只有一种类型：改类型，或写出名称的区别")
            )


def _check_materials(notes: Notes) -> None:
    catalogue = notes.folder.catalogue
    targets: dict[str, Mapping[str, object]] = {
        "licence": catalogue.licence_types,
        "resource": catalogue.resources,
        "item": catalogue.items,
    }
    for key, material in catalogue.materials.items():
        for name in ("blank", "sample"):
            if file := getattr(material, name):
                notes.refer(("materials", key, name), "files", file, catalogue.files)
        for position, entry in enumerate(material.stands_in):
            place = ("materials", key, "stands_in", position)
            kind, _colon, target = entry.partition(":")
            if kind not in targets or not target:
                problem = _("“%(entry)s”不是可替代的来源") % {"entry": entry}
                notes.fault(place, problem, _("写成 licence:证照类型、resource:数据资源 或 item:事项"))
                continue
            found = notes.refer(place, _STAND_INS[kind], target, targets[kind])
            if found and kind == "item" and catalogue.items[target].result_kind == "none":
                problem = _("事项“%(item)s”不产生任何结果，不能替代材料") % {"item": target}
                notes.fault(place, problem, _("给该事项写上result_kind，或删去这一来源"))


def _check_licence_types(notes: Notes) -> None:
    templates = notes.folder.templates
    for key, licence_type in notes.folder.catalogue.licence_types.items():
        if licence_type.template not in templates:
            problem = _("没有文书模板 documents/%(name)s.typ") % {"name": licence_type.template}
            notes.fault(("licence_types", key, "template"), problem, _("放入模板文件，或改template"))


def _check_resources(notes: Notes) -> None:
    catalogue = notes.folder.catalogue
    for key, resource in catalogue.resources.items():
        of_resource = notes.at("resources", key)
        of_resource.refer(("provider",), "departments", resource.provider, notes.folder.departments)
        of_resource.refer(("subject",), "elements", resource.subject, catalogue.elements)
        if resource.fallback not in FALLBACKS:
            problem = _("查不到时的办法“%(fallback)s”不存在") % {"fallback": resource.fallback}
            of_resource.fault(
                ("fallback",), problem, _("可选：%(choices)s") % {"choices": " | ".join(FALLBACKS)}
            )
        for name, element in resource.answers.items():
            of_resource.refer(("answers", name), "elements", element, catalogue.elements)
    for grant in catalogue.grants:
        of_grant = notes.at("grants", grant.resource, grant.item)
        of_grant.refer((), "items", grant.item, catalogue.items)
        if not grant.purpose:
            of_grant.fault((), _("授权没有写用途"), _("写明purpose:共享数据只能用于约定的用途"))
        if of_grant.refer((), "resources", grant.resource, catalogue.resources):
            for name in grant.fields:
                of_grant.refer((), "answers", name, catalogue.resources[grant.resource].answers)
    for key, partner in catalogue.partners.items():
        notes.refer(
            ("partners", key, "department"), "departments", partner.department, notes.folder.departments
        )


def _check_names(notes: Notes) -> None:
    """A name finds one thing: `yichuang plan` and the search take names."""
    catalogue = notes.folder.catalogue
    met: dict[str, str] = {}
    for kind, rows in (("items", catalogue.items), ("bundles", catalogue.bundles)):
        for key, row in rows.items():
            if row.name in met:
                problem = _("名称“%(name)s”与%(other)s重复") % {"name": row.name, "other": met[row.name]}
                notes.fault((kind, key, "name"), problem, _("名称里写出区别"))
            met[row.name] = f"{kind}.{key}"


def _check_establishment(notes: Notes) -> None:
    folder = notes.folder
    regions = {region.code for region in folder.regions}
    boards = {item.board for item in folder.catalogue.items.values()}
    centres = {key for key, department in folder.departments.items() if department.is_centre}
    counters = {counter.key for counter in folder.counters}
    notes.refer(("city", "region"), "regions", folder.region, regions)
    for region in folder.regions:
        if region.parent:
            notes.refer(("regions", region.code, "parent"), "regions", region.parent, regions)
    for key, department in folder.departments.items():
        notes.refer(("departments", key, "region"), "regions", department.region, regions)
    for counter in folder.counters:
        of_counter = notes.at("counters", counter.key)
        of_counter.refer(("centre",), "departments(is_centre)", counter.centre, centres)
        for position, board in enumerate(counter.boards):
            of_counter.refer(("boards", position), "items(board)", board, boards)
    for member in folder.staff:
        of_staff = notes.at("staff", member.username)
        of_staff.refer(("department",), "departments", member.department, folder.departments)
        if member.counter:
            of_staff.refer(("counter",), "counters", member.counter, counters)
    _check_mandates(notes, centres)


def _check_mandates(notes: Notes, centres: Collection[str]) -> None:
    folder = notes.folder
    for mandate in folder.mandates:
        of_mandate = notes.at("mandates", mandate.number)
        of_mandate.refer(("department",), "departments", mandate.department, folder.departments)
        of_mandate.refer(("centre",), "departments(is_centre)", mandate.centre, centres)
        if not mandate.powers:
            of_mandate.fault(
                ("powers",), _("委托书没有写委托什么"), _("写 receive、accept、deliver 中的几项")
            )
        if mandate.valid_until is not None and mandate.valid_until < mandate.valid_from:
            of_mandate.fault(("valid_until",), _("截止日早于起始日"), _("改正其中一个日期"))
        for position, key in enumerate(mandate.item_keys):
            place = ("item_keys", position)
            if of_mandate.refer(place, "items", key, folder.catalogue.items):
                owner = folder.catalogue.items[key].department
                if owner != mandate.department:
                    problem = _("事项“%(item)s”属于%(owner)s，不是委托部门的事项") % {
                        "item": key,
                        "owner": owner,
                    }
                    of_mandate.fault(place, problem, _("从本委托书中删去，另立该部门的委托书"))
