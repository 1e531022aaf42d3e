"""编号规则: every form can be read, names the organ, and no two of them get in each other's way."""

from django.utils.translation import gettext as _

from yichuang.catalogue.numbering import (
    LICENCES,
    PLACEHOLDER,
    PLACEHOLDERS,
    WIDTH,
    NumberScheme,
    series_of,
)
from yichuang.catalogue.papers import FORMS
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.yaml_values import did_you_mean

#: 发文字号 names the organ that issues (党政机关公文格式).
_SOURCE = "GB/T 9704-2012 7.2.5"
_LONGEST = 60


def check_numbers(notes: Notes) -> None:
    """Each scheme of `numbering.yaml`."""
    folder = notes.folder
    papers = {*FORMS, LICENCES, *folder.catalogue.licence_types}
    earlier: list[NumberScheme] = []
    for scheme in folder.catalogue.numbers.values():
        of_scheme = notes.at("numbers", scheme.key)
        for position, paper in enumerate(scheme.papers):
            of_scheme.refer(("papers", position), "papers", paper, papers)
        for position, department in enumerate(scheme.departments):
            of_scheme.refer(("departments", position), "departments", department, folder.departments)
        _check_form(of_scheme, scheme)
        for other in earlier:
            if _covers(other.papers, scheme.papers) and _covers(other.departments, scheme.departments):
                problem = _("前面的“%(other)s”已经管到这里的全部文书，这一条永远用不上") % {
                    "other": other.key
                }
                of_scheme.fault((), problem, _("把管得窄的写在前面"))
            if other.form == scheme.form and other.gaps != scheme.gaps:
                problem = _("“%(other)s”的格式相同，两者一起编号，却一个可以跳号、一个不可以") % {
                    "other": other.key
                }
                of_scheme.fault(("gaps",), problem, _("gaps写成一样，或改其中一个格式"))
        earlier.append(scheme)


def _covers(wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
    return not wider or (bool(narrower) and set(narrower) <= set(wider))


def _check_form(notes: Notes, scheme: NumberScheme) -> None:
    found = PLACEHOLDER.findall(scheme.form)
    names = [name for name, _width in found]
    for name, width in found:
        if name not in PLACEHOLDERS:
            facts = {"name": name, "hint": did_you_mean(name, PLACEHOLDERS)}
            problem = _("格式中的“{%(name)s}”不认识%(hint)s") % facts
            notes.fault(("form",), problem, _("可用的：%(names)s") % {"names": _all_placeholders()})
        elif width and (name != "seq" or not WIDTH.fullmatch(width)):
            problem = _("“{%(name)s:%(width)s}”的位数写法不对") % {"name": name, "width": width}
            notes.fault(("form",), problem, _("只有序号可以补零，写成 {seq:06} 表示六位"))
    if names.count("seq") != 1:
        problem = _("格式中要有且只有一个序号{seq}")
        notes.fault(("form",), problem, _("例如 {organ}{word}字〔{year}〕{seq}号"))
    if set("{}") & set(PLACEHOLDER.sub("", scheme.form)):
        notes.fault(("form",), _("格式中的花括号没有配对"), _("每个占位写成 {名称}"))
    of_papers = not scheme.papers or bool(set(scheme.papers) & {*FORMS})
    if of_papers and "organ" not in names and len(scheme.departments) != 1:
        problem = _("几个部门用同一格式，文号里却看不出是哪个机关")
        notes.fault(("form",), problem, _("加上{organ}，或用departments只写一个部门"), _SOURCE)
    _check_length(notes, scheme, names)


def _check_length(notes: Notes, scheme: NumberScheme, names: list[str]) -> None:
    if names.count("seq") != 1 or not set(names) <= set(PLACEHOLDERS):
        return
    organ = max((each.short_name for each in notes.folder.departments.values()), key=len, default="")
    word = max((form.word for form in FORMS.values()), key=len)
    series = series_of(scheme, organ=organ, word=word, year=2000)
    if len(PLACEHOLDER.sub("0" * 9, series)) > _LONGEST:
        problem = _("最长的文号超过%(most)d个字") % {"most": _LONGEST}
        notes.fault(("form",), problem, _("缩短格式，或缩短部门简称"))


def _all_placeholders() -> str:
    return " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
