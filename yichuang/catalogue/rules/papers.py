"""文书模板: every paper has its template, which shows what there is, reaches for nothing outside, and makes a page."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yichuang.base.pdf.document import read_template
from yichuang.base.pdf.trying import TOO_MUCH, Job, try_all
from yichuang.catalogue.data import LicenceType
from yichuang.catalogue.folder import Fault, Folder
from yichuang.catalogue.paper_samples import FACTS, FRAME, LICENCE_FACTS, sample_licence, sample_of
from yichuang.catalogue.papers import FORMS, Form
from yichuang.catalogue.rules.notes import Notes
from yichuang.catalogue.yaml_values import did_you_mean

_COMMENT = re.compile(r"(?<!:)//.*")
_NAMED = re.compile(r"// *([^:：\n]{1,40})[:：]")
_FACT = re.compile(r'\b(?:fact|given)\("(\w+)"|(?<![\w.])(?:data\.)?facts\.(?!at\b)(\w+)')
_FRAME = re.compile(r"(?<![\w.])(?:data\.)?frame\.(?!at\b)(\w+)")
_BROUGHT = re.compile(r"(?:^|[#{;(])\s*(?:import|include)\b\s*([^:;\n]*)")
_KNOWN_PART = re.compile(r'"([\w-]+)\.typ"')
_BARRED = re.compile(r"(?<![\w.-])(eval|plugin|read|csv|xml|yaml|toml|cbor)\(")


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that the faults depend on; of `folder` nothing else is read."""

    templates: tuple[tuple[str, str], ...]
    licence_types: tuple[LicenceType, ...]
    labels: tuple[tuple[str, str], ...]
    language: str | None
    folder: Folder = field(compare=False, repr=False)


def check_papers(notes: Notes) -> None:
    """The templates of `documents`. The editor of items asks at every pause: what is the same costs nothing."""
    folder = notes.folder
    catalogue = replace(folder.catalogue, items={}, bundles={}, grants=())
    asked = _Asked(
        tuple(folder.templates.items()),
        tuple(catalogue.licence_types.values()),
        tuple((key, element.label) for key, element in catalogue.elements.items()),
        get_language(),
        replace(folder, catalogue=catalogue, contents={}, places={}),
    )
    notes.faults.extend(_faults(asked))


@lru_cache(maxsize=8)
def _faults(asked: _Asked) -> tuple[Fault, ...]:
    folder = asked.folder
    faults = []
    for form in FORMS.values():
        if form.template not in folder.templates:
            problem = _("缺少“%(title)s”的模板") % {"title": form.title}
            remedy = _("放入 documents/%(name)s.typ") % {"name": form.template}
            faults.append(_fault(form.template, 1, problem, remedy))
    unsound: set[str] = set()
    for form in FORMS.values():
        for fact in sorted(form.facts - FACTS.keys()):
            problem = _("“%(title)s”的内容“%(fact)s”没有名称和样例，不能排样张") % {
                "title": form.title,
                "fact": fact,
            }
            remedy = _("在 catalogue/paper_samples.py 的 FACTS 中补上")
            faults.append(_fault(form.template, 1, problem, remedy))
            unsound.add(form.template)
    for name, text in folder.templates.items():
        found = list(_of_text(folder, name, text))
        faults.extend(found)
        if found:
            unsound.add(name)
    return (*faults, *_tried(folder, unsound))


def facts_known(folder: Folder, name: str) -> frozenset[str] | None:
    """The facts that the template `name` may show; None: it is a part of others, or another's."""
    form = form_of(name)
    if form is not None:
        return form.facts
    return LICENCE_FACTS if licence_type_of(folder, name) is not None else None


def form_of(name: str) -> Form | None:
    """The paper that the template makes."""
    return next((form for form in FORMS.values() if form.template == name), None)


def licence_type_of(folder: Folder, name: str) -> LicenceType | None:
    """A licence type that the template makes."""
    types = folder.catalogue.licence_types.values()
    return next((kind for kind in types if kind.template == name), None)


def name_of_part(folder: Folder, name: str) -> str:
    """What a part of others is called: what its first line says before a colon, else the name of its file."""
    found = _NAMED.match(folder.templates[name])
    return found[1] if found else name


def sample(folder: Folder, name: str) -> Job | None:
    """The template with made-up facts; of a part the first paper that imports it; None where nothing does."""
    form, kind = form_of(name), licence_type_of(folder, name)
    template = read_template(name, folder.templates.__getitem__)
    if form is not None:
        return sample_of(form, template) if form.facts <= FACTS.keys() else None
    if kind is not None:
        return sample_licence(kind, template, folder.catalogue)
    makers = (other for other in folder.templates if facts_known(folder, other) is not None)
    users = (other for other in makers if f"{name}.typ" in _parts(folder.templates, other))
    first = next(users, None)
    return None if first is None else sample(folder, first)


def _parts(templates: Mapping[str, str], name: str) -> Mapping[str, str]:
    try:
        return read_template(name, templates.__getitem__).parts
    except KeyError:
        return {}


def _of_text(folder: Folder, name: str, text: str) -> Iterator[Fault]:
    """What can be seen line by line."""
    facts = facts_known(folder, name)
    for number, written in enumerate(text.splitlines(), start=1):
        line = _COMMENT.sub("", written)
        for found in _FACT.finditer(line):
            fact = found[1] or found[2]
            if facts is not None and fact not in facts:
                yield _unknown(name, number, "facts", fact, facts)
        for found in _FRAME.finditer(line):
            if found[1] not in FRAME:
                yield _unknown(name, number, "frame", found[1], FRAME)
        for found in _BROUGHT.finditer(line):
            part = _KNOWN_PART.match(found[1])
            if part is None or part[1] not in folder.templates:
                problem = _("不能引入%(what)s") % {"what": found[1].strip() or "?"}
                yield _fault(name, number, problem, _('只能引入 documents 里的模板，写成 import "base.typ"'))
        for found in _BARRED.finditer(line):
            problem = _("模板里不能用%(name)s()") % {"name": found[1]}
            yield _fault(name, number, problem, _("模板只排版：删去它，要用的内容从facts和frame中取"))


def _unknown(name: str, line: int, group: str, fact: str, known: Collection[str]) -> Fault:
    facts = {"fact": f"{group}.{fact}", "hint": did_you_mean(fact, known)}
    problem = _("没有“%(fact)s”这个内容%(hint)s") % facts
    return _fault(name, line, problem, _("可用的：%(names)s") % {"names": " ".join(sorted(known))})


def _tried(folder: Folder, unsound: set[str]) -> Iterator[Fault]:
    """What comes out where every paper is made once with made-up facts."""
    jobs = {
        name: job
        for name in folder.templates
        if facts_known(folder, name) is not None
        and not unsound & {name, *(part.removesuffix(".typ") for part in _parts(folder.templates, name))}
        and (job := sample(folder, name)) is not None
    }
    for name, tried in zip(jobs, try_all(list(jobs.values())), strict=True):
        if tried.problem == TOO_MUCH:
            yield _fault(name, 1, _("模板排版没有结束，或占用内存太多"), _("检查循环和很大的数"))
        elif tried.problem:
            where = name if tried.source == "main" else tried.source
            problem = _("模板排不出来：%(problem)s") % {"problem": tried.problem}
            yield _fault(where, tried.line, problem, _("改正这一行的写法"))


def _fault(name: str, line: int, problem: str, remedy: str) -> Fault:
    return Fault(f"documents/{name}.typ", line, f"templates.{name}", problem, remedy)
