"""`yichuang catalogue check|publish|compare` and `yichuang plan`: what they print. Each returns an exit code."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from yichuang.base import clock
from yichuang.base.errors import Invalid, Refused
from yichuang.catalogue import one_credential, queries
from yichuang.catalogue.actions import publishing
from yichuang.catalogue.checking import examine
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.differences import differences, names_of
from yichuang.catalogue.finding import search
from yichuang.catalogue.folder import Fault
from yichuang.catalogue.plan_text import comparison_facts, comparison_lines, plan_facts, plan_lines
from yichuang.catalogue.planned import Plan
from yichuang.catalogue.planning import everything_up, plan
from yichuang.catalogue.rules.quality import inspect
from yichuang.catalogue.scores import scores
from yichuang.catalogue.tables import table
from yichuang.identity.data import SYSTEM

#: Columns of a progress bar.
_BAR = 40


def check(folder: Path, *, figures: bool = False, scored: bool = False) -> int:
    """Print every fault as `path:line: place: problem → remedy`; 0 where there is none.

    With `figures` also what one credential alone opens (一证通办), item by item; `scored`: how good the guides of
    each department are, also where there are faults.
    """
    reading = examine(folder)
    if scored and reading.folder is not None:
        print("\n".join(_scores(reading.folder.catalogue)))
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
    if figures:
        print("\n".join(_one_credential(catalogue)))
    return 0


def _scores(catalogue: Catalogue) -> Iterable[str]:
    rows = [
        [
            score.department,
            str(score.items),
            f"{score.share:.0%}",
            "、".join(f"{title} {number}" for title, number in score.found) or "-",
        ]
        for score in scores(catalogue, inspect(catalogue))
    ]
    yield from table([_("部门"), _("事项"), _("没有问题"), _("问题")], rows)
    yield ""


def _one_credential(catalogue: Catalogue) -> Iterable[str]:
    persons, organisations = one_credential.id_card_only(catalogue), one_credential.code_only(catalogue)
    yield _("一证通办：只凭身份证就能办的个人事项%(count)d个。") % {"count": len(persons)}
    yield from (f"  {item.name}" for item in persons)
    sentence = _("一证通办：只凭统一社会信用代码或投资项目代码就能办的单位事项%(count)d个。")
    yield sentence % {"count": len(organisations)}
    yield from (f"  {item.name}" for item in organisations)


def publish(folder: Path) -> int:
    """Publish the folder as the platform itself; prints what became of it."""
    try:
        told = _progress if sys.stderr.isatty() else None
        publication = publishing.publish(folder, actor=SYSTEM, now=clock.now(), told=told)
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


def _progress(done: int, total: int) -> None:
    """A bar on the last line of the terminal; after the last file, what is done with them."""
    if done < total:
        filled = _BAR * done // total
        facts = {"bar": "#" * filled + "." * (_BAR - filled), "done": done, "total": total}
        line = _("正在读取 [%(bar)s] %(done)d/%(total)d") % facts
    else:
        line = _("正在核对、写入 %(total)d 个文件…") % {"total": total}
    print(f"\r\033[K{line}", end="" if done < total else "\n", file=sys.stderr, flush=True)


def show_plan(
    target: str,
    answers: Mapping[str, str],
    *,
    output: str = "table",
    compare: bool = False,
    without: Collection[str] = (),
    subject: str = "",
) -> int:
    """Print the plan of a bundle or item (its key, name, alias or code) as a `table` or as `json`.

    `compare`: print its figures before and now instead, with the list behind each number. `without`: optional
    members that are left out. `subject`: who applies (A.4).
    """
    try:
        catalogue = queries.current()
        key = find_target(catalogue, target)
        made = plan(catalogue, key, answers, everything_up(catalogue, subject), without)
        _check_answers(made, answers)
        _check_choice(made, without)
    except Refused as refused:
        print(refused)
        return 1
    if output == "json":
        facts = comparison_facts(made) if compare else plan_facts(made)
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print("\n".join(comparison_lines(made) if compare else plan_lines(catalogue, made, answers)))
    return 0


def compare(target: str, before: int | None, after: int | None) -> int:
    """Print what differs between two published versions of a bundle or item (None: the last but one, the last)."""
    try:
        catalogue = queries.current()
        key = find_target(catalogue, target)
        kind = "bundles" if key in catalogue.bundles else "items"
        numbers = [facts.version for facts in queries.versions(kind, key)]
        chosen = [before or (numbers[1] if len(numbers) > 1 else numbers[0]), after or numbers[0]]
        olds, news = (queries.published(kind, key, version) for version in chosen)
    except Refused as refused:
        print(refused)
        return 1
    facts = {"name": news.name, "before": chosen[0], "after": chosen[1]}
    print(_("%(name)s：第%(before)d版 → 第%(after)d版") % facts)
    told = differences(olds, news, names_of(catalogue))
    head = [
        _("哪里"),
        _("第%(version)d版") % {"version": chosen[0]},
        _("第%(version)d版") % {"version": chosen[1]},
    ]
    rows = [[one.label, one.before or "-", one.after or "-"] for one in told]
    print("\n".join(table(head, rows)) or _("没有差异。"))
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


def _check_choice(made: Plan, without: Collection[str]) -> None:
    """Raises `Invalid` where something is to be left out that the applicant cannot leave out."""
    optional = {one.item.key for one in made.members if one.optional}
    for key in without:
        if key not in optional:
            facts = {"key": key, "keys": "、".join(sorted(optional)) or "-"}
            raise Invalid(_("“%(key)s”不能不办；可以不办的是：%(keys)s。") % facts, code="obligatory")
