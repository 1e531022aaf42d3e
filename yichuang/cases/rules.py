"""What may be done, without a database: pure checks that raise a sentence for the person."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from yichuang.base.clock import short
from yichuang.base.errors import Forbidden, Invalid, Overtaken, Refused
from yichuang.cases.data import OpenedGap, Person, Settlement
from yichuang.cases.states import MOVES, TO_INSPECT, Answer, Inspection, Outcome, Stage, Verb
from yichuang.catalogue.checks import check_value
from yichuang.catalogue.data import BY_ITSELF, Item, Necessity
from yichuang.catalogue.facts import Approval, SpecialProcedure
from yichuang.catalogue.in_force import closed_members
from yichuang.catalogue.planned import Plan
from yichuang.catalogue.regimes import Regime
from yichuang.catalogue.tables import limit_text
from yichuang.deadlines.data import Limit, Unit
from yichuang.identity.data import Actor, CounterFacts, Role

#: A reason or opinion is read by people and printed on papers.
LONGEST_REMARK = 2000
LONGEST_NAME = 20
#: A place (占位) in a template of an opinion: {事项}.
PLACE = re.compile(r"\{([^{}]*)\}")
#: Working days within which another department answers at most: no limit of a law leaves more.
LONGEST_ANSWER = 20


class Incomplete(Invalid):
    """Something is missing; everything that is missing is told at once (行政许可法 32(4)).

    `fields` maps element keys to sentences; `materials` lists the keys of the missing materials.
    """

    code = "incomplete"

    def __init__(self, fields: Mapping[str, str], materials: Iterable[str], names: Iterable[str]) -> None:
        self.fields = dict(fields)
        self.materials = tuple(materials)
        parts = list(self.fields.values())
        missing = "、".join(names)
        if missing:
            parts.append(_("还缺材料：%(names)s。请补齐，或向申请人出具一次性告知。") % {"names": missing})
        super().__init__(" ".join(parts))


class GapsOpen(Invalid):
    """Only what may follow is missing (容缺): the clerk tells the applicant until when, and accepts all the same.

    `materials` are the keys of what is missing, `until` the earliest date by which it must follow.
    """

    code = "gaps_open"

    def __init__(self, opened: Mapping[int, OpenedGap], names: Mapping[str, str]) -> None:
        self.materials = tuple(dict.fromkeys(key for gap in opened.values() for key in gap.materials))
        self.until = min(gap.until for gap in opened.values())
        facts = {
            "names": "、".join(names.get(key, key) for key in self.materials),
            "until": self.until.isoformat(),
        }
        sentence = _(
            "还缺可以后补的材料：%(names)s。可以容缺受理，请告知申请人在%(until)s前补交，再确认受理。"
        )
        super().__init__(sentence % facts)


def check_answers(plan: Plan) -> None:
    """Every question that applies has an answer. Raises `Invalid` naming the first that has none."""
    for situation in plan.situations:
        if situation.key in plan.unanswered:
            raise Invalid(
                _("请先回答：%(question)s") % {"question": situation.question},
                code="unanswered",
                field=situation.key,
            )


def check_in_force(plan: Plan, day: date) -> None:
    """Every item of the plan takes applications on `day`. Raises `Refused` with a sentence for each that does not."""
    sentences = closed_members(plan, day)
    if sentences:
        raise Refused("".join(sentences), code="not_in_force")


def check_form(plan: Plan, values: Mapping[str, str], materials: Mapping[str, Settlement]) -> dict[str, str]:
    """The form's values, normalised. Raises `Incomplete` with everything that is wrong or missing, at once.

    Raises `Invalid` where the applicant has left out every item.
    """
    if not plan.cases:
        raise Invalid(_("还没有选要办的事项，请至少选一个。"), code="nothing_chosen", field="member")
    clean: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for planned in plan.fields:
        element = planned.element
        typed = values.get(element.key, "").strip()
        if not typed:
            if planned.required:
                wrong[element.key] = _("“%(label)s”还没有填写。") % {"label": element.label}
            continue
        try:
            clean[element.key] = check_value(element, typed)
        except Invalid as error:
            wrong[element.key] = str(error)
    missing = [
        planned.material
        for planned in plan.materials
        if planned.necessity is Necessity.REQUIRED
        and planned.source not in BY_ITSELF
        and planned.material.key not in materials
    ]
    if wrong or missing:
        raise Incomplete(
            wrong, (material.key for material in missing), (material.name for material in missing)
        )
    return clean


def check_may_ask(item_name: str, corrections_left: int, regime: Regime) -> None:
    """The applicant may be asked to correct: under a law that knows it, and once. Raises `Forbidden`."""
    if not regime.corrections:
        sentence = _(
            "“%(item)s”适用%(regime)s规则，没有补正告知：材料不齐的，请当场书面不予受理，并一次列明需要补齐的全部内容。"
        )
        words = {"item": item_name, "regime": regime.name}
        raise Forbidden(sentence % words, code="no_corrections", field="text")
    if corrections_left <= 0:
        raise Forbidden(
            _("这一件已经告知过一次补正，不能再次告知。确属第一次无法发现的，请督查人员放行并记录理由。"),
            code="told_once",
            field="text",
        )


def check_may_withdraw(item_name: str, stage: str, partner: str) -> None:
    """The applicant may still take it back. Raises `Refused` once the result exists, `Forbidden` elsewhere."""
    if stage not in MOVES[Verb.WITHDRAW].origins:
        sentence = _("“%(item)s”已经办完或已经结束，不能撤回。")
        raise Refused(sentence % {"item": item_name}, code="too_late")
    if partner and stage == Stage.IN_REVIEW:
        sentence = _("“%(item)s”已由部门业务系统办理，请向该部门申请撤回。")
        raise Forbidden(sentence % {"item": item_name}, code="elsewhere")


def check_remark(text: str, *, what: str, field: str = "text", is_told: bool = True) -> str:
    """A reason or opinion: present and not too long. `what` names it in the sentence, `field` where it is typed.

    `is_told`: the applicant reads it on a paper; else it stays in the house.
    """
    stripped = text.strip()
    if not stripped:
        sentence = _("请填写%(what)s，它会写进文书并告知申请人。") if is_told else _("请填写%(what)s。")
        raise Invalid(sentence % {"what": what}, code="no_reason", field=field)
    if len(stripped) > LONGEST_REMARK:
        sentence = _("%(what)s最多%(most)d个字，请精简。") % {"what": what, "most": LONGEST_REMARK}
        raise Invalid(sentence, code="too_long", field=field)
    return stripped


def check_procedure(item: Item, name: str) -> SpecialProcedure:
    """特别程序: one that the item declares, since only what a law asks for stops the clock. Raises `Invalid`."""
    declared = {procedure.name: procedure for procedure in item.special_procedures}
    if name not in declared:
        sentence = _("“%(item)s”的办事指南里没有这项特别程序，不能停止计时。请从列出的程序中选择。")
        raise Invalid(sentence % {"item": item.name}, code="not_declared", field="procedure")
    return declared[name]


def check_expected(expected: date, most: date | None, today: date) -> None:
    """The expected end of a special procedure: after today, and within what the guide says. Raises `Invalid`."""
    if expected <= today:
        raise Invalid(_("请填写预计用时，至少一个工作日，它会写进告知书。"), code="no_time", field="expected")
    if most is not None and expected > most:
        sentence = _("办事指南写明的时间只到%(most)s，预计时间不能更长。请改短。")
        raise Invalid(sentence % {"most": most.isoformat()}, code="too_long", field="expected")


def check_finding(inspection: str, finding: Inspection, within: Limit | None) -> Limit | None:
    """What an inspection may find (告知承诺), and the time to put it right where it is to be. Raises `Refused`."""
    if inspection not in TO_INSPECT:
        raise Overtaken(_("这件没有待核查的承诺：可能已经核查。请刷新页面查看。"), code="nothing_to_inspect")
    if finding is Inspection.DUE:
        raise Invalid(_("请选择核查的结果。"), code="no_finding", field="finding")
    if finding is not Inspection.ORDERED:
        return None
    if inspection == Inspection.ORDERED:
        sentence = _("已经责令改正过一次，请核查改正的情况：已改正的选符合承诺，没有改正的选违反承诺。")
        raise Invalid(sentence, code="ordered_once", field="finding")
    if within is None or within.value <= 0:
        raise Invalid(_("请填写改正期限，至少一个工作日，它会写进通知书。"), code="no_time", field="within")
    return within


def check_nothing_proposed(proposed: str) -> None:
    """Nobody acts on a case while something waits for approval. Raises `Overtaken`."""
    if proposed:
        sentence = _("这件正在报批，批准或退回之前不能办理。报批的人可以先收回。")
        raise Overtaken(sentence, code="proposed")


def check_extension(
    item: Item, regime: Regime, by: Limit, *, left: int, last: datetime | None, now: datetime
) -> None:
    """延长期限 (行政许可法 art. 42): where the law knows it, once, by so much at most, and in time. Raises `Invalid`.

    `last` is the end of the limit; None: it has none, or stands still.
    """
    if regime.extend_by is None or item.promised_limit.unit is Unit.MINUTES:
        sentence = _("“%(item)s”适用%(regime)s规则，不能延长办理期限。")
        sentence %= {"item": item.name, "regime": regime.name}
    elif left <= 0:
        sentence = _("这件已经延长过一次，不能再延长。请在期限内作出决定。")
    elif last is None:
        sentence = _("这件现在没有计时，不用延长。")
    elif last < now:
        sentence = _("期限已过，不能再延长。请尽快作出决定。")
    elif by.unit is not regime.extend_by.unit or not 0 < by.value <= regime.extend_by.value:
        sentence = _("最多延长%(most)s，请填写1到%(number)d之间的数。")
        sentence %= {"most": limit_text(regime.extend_by), "number": regime.extend_by.value}
    else:
        return
    raise Invalid(sentence, code="no_extension", field="days")


def check_may_approve(
    actor: Actor, proposed_by: int | None, approval: Approval, heads: Collection[int]
) -> None:
    """The head of the department approves, or a second officer; never one's own proposal. Raises `Forbidden`.

    `heads`: the heads on leave for whom the actor acts (代班); none of them has proposed it either.
    """
    is_chief = actor.has(Role.CHIEF_OFFICER)
    if approval is Approval.CHIEF and not is_chief and not heads:
        raise Forbidden(_("这一步须由本部门的首席代表批准。"), code="not_the_chief")
    needs_head = approval is Approval.CHIEF and not is_chief
    if proposed_by == actor.id or (needs_head and proposed_by in heads):
        raise Forbidden(_("自己提出的，不能由自己批准。请由本部门另一位有权的人批准。"), code="own_proposal")


def check_decides_alone(item: Item) -> None:
    """The item's decision needs nobody's approval. Raises `Forbidden`."""
    if item.authority.approval is not Approval.OFFICER:
        sentence = _("“%(item)s”的决定要由另一个人批准，不能一个人作出。请报批。")
        raise Forbidden(sentence % {"item": item.name}, code="needs_approval")


def check_same_item(items: Collection[str]) -> None:
    """一并办理: cases of one item only, so that one look and one opinion do for all of them. Raises `Invalid`."""
    if len(items) != 1:
        raise Invalid(_("请在待办件里选择同一个事项的几件，再一并办理。"), code="not_one_item", field="case")


def check_in_hand(actor: Actor, claimed_by: int | None, *, is_instant: bool) -> None:
    """一并准予: only what one has claimed, or what is decided on the spot (即办件). Raises `Forbidden`."""
    if not is_instant and claimed_by != actor.id:
        raise Forbidden(_("承诺件先认领，才能一并准予。"), code="not_claimed")


def check_opinion(outcome: Outcome, opinion: str) -> str:
    """The opinion of a decision; of a refusal the reasons (行政许可法 art. 38). Raises `Invalid`."""
    what = _("不予许可的理由") if outcome is Outcome.REFUSED else _("审批意见")
    return check_remark(opinion, what=what)


def check_asked(wanted: Sequence[str], organs: Mapping[str, object]) -> list[str]:
    """征求意见: at least one other department, each once. Raises `Invalid`."""
    asked = list(dict.fromkeys(wanted))
    if not asked or any(key not in organs for key in asked):
        sentence = _("请至少选择一个要征求意见的部门，不能是本部门。")
        raise Invalid(sentence, code="nobody_asked", field="departments")
    return asked


def check_answer_within(within: Limit) -> None:
    """The limit for answering: between one working day and what is still an answer in time. Raises `Invalid`."""
    if within.unit is not Unit.WORKING_DAYS or not 0 < within.value <= LONGEST_ANSWER:
        sentence = _("答复期限请填写1到%(most)d个工作日。") % {"most": LONGEST_ANSWER}
        raise Invalid(sentence, code="no_time", field="within")


def check_answer(answer: Answer, text: str) -> str:
    """An opinion that is asked for: mere agreement needs no words, everything else does. Raises `Invalid`."""
    if answer is Answer.AGREES and not text.strip():
        return ""
    what = _("附加的条件") if answer is Answer.AGREES_IF else _("意见和理由")
    return check_remark(text, what=what, is_told=False)


def check_writes_templates(actor: Actor) -> int:
    """The department whose head writes its templates of opinions (意见模板). Raises `Forbidden` for anybody else."""
    if not actor.has(Role.CHIEF_OFFICER) or actor.department_id is None:
        raise Forbidden(_("意见模板由本部门的首席代表编写。"), code="not_the_chief")
    return actor.department_id


def check_template(
    name: str, text: str, item_key: str, items: Collection[str], known: Collection[str]
) -> tuple[str, str]:
    """Name and text of a template: for an item of the department or for all, known places only. Raises `Invalid`."""
    short = name.strip()
    if not 0 < len(short) <= LONGEST_NAME:
        sentence = _("请给模板起个名字，最多%(most)d个字。") % {"most": LONGEST_NAME}
        raise Invalid(sentence, code="no_name", field="name")
    if item_key and item_key not in items:
        raise Invalid(_("请从本部门的事项中选择。"), code="other_item", field="item")
    words = check_remark(text, what=_("模板的文字"), is_told=False)
    unknown = [place for place in PLACE.findall(words) if place not in known]
    if unknown:
        sentence = _("没有“{%(unknown)s}”这个占位。可以用：%(known)s。")
        facts = {"unknown": unknown[0], "known": "、".join(f"{{{place}}}" for place in known)}
        raise Invalid(sentence % facts, code="unknown_place", field="text")
    return short, words


def check_colleague(actor: Actor, to: int | None, officers: Mapping[int, str]) -> None:
    """A case is handed on to another officer of the department. Raises `Invalid`."""
    if to not in officers or to == actor.id:
        raise Invalid(_("请从本部门的审批人员中选择要转交的同事。"), code="no_colleague", field="to")


def check_note(text: str) -> str:
    """A note among colleagues: it may be empty, and is not too long. Raises `Invalid`."""
    stripped = text.strip()
    return check_remark(stripped, what=_("留言"), field="note") if stripped else ""


def check_clerk(actor: Actor) -> None:
    """Only a clerk who sits at a counter receives, accepts and hands over."""
    if not actor.has(Role.CLERK) or actor.counter_id is None or actor.department_id is None:
        raise Forbidden(
            _("只有在窗口岗位上的窗口人员可以办理。请先选择今天所在的窗口。"), code="not_at_a_counter"
        )


def check_offered(counter: CounterFacts | None, board: str, name: str) -> None:
    """The counter takes items of the board; one without boards takes every item (无差别受理)."""
    if counter is not None and counter.boards and board not in counter.boards:
        sentence = _("%(counter)s不办理“%(board)s”的事项，不能受理“%(name)s”。请引导申请人到%(centre)s办理。")
        words = {"counter": counter.name, "board": board, "name": name, "centre": _("综合窗口")}
        raise Forbidden(sentence % words, code="not_offered")


def check_officer(actor: Actor, department_id: int) -> None:
    """Only an officer of the department that performs the item handles its cases."""
    if not actor.has(Role.OFFICER, Role.CHIEF_OFFICER) or actor.department_id != department_id:
        raise Forbidden(_("这件事由其他部门办理，您没有审批权限。"), code="other_department")


def check_claim(
    actor: Actor, claimed_by: int | None, claimed_until: datetime | None, *, holder: str, now: datetime
) -> None:
    """Nobody else holds the case. `holder` is the name of who claimed it. Raises `Overtaken` saying until when."""
    if claimed_by in {None, actor.id} or claimed_until is None or claimed_until <= now:
        return
    until = short(claimed_until, now)
    sentence = _("%(holder)s正在办理这件，认领到%(until)s为止。到时未办会自动放开，或请对方放开。")
    raise Overtaken(sentence % {"holder": holder or _("同事"), "until": until}, code="claimed")


def subject_of(person: Person | None) -> str:
    """Who applies, as the code of served subjects (服务对象, GB/T 39046 A.4); "" while nobody is known.

    An organisation's kind is told by the first two characters of its USCC (GB 32100): who registered it, and as what.
    """
    if person is None:
        return ""
    if person.kind == "person":
        return "1"
    kinds = {"9": "2", "12": "3", "5": "4", "11": "5"}
    return kinds.get(person.number[:1]) or kinds.get(person.number[:2], "6")


def facts_told(values: Mapping[str, str], sources: Mapping[str, str]) -> dict[str, str]:
    """What registers told and the applicant left as it is: the facts that conditions may turn on."""
    return {element: values[element] for element in sources if values.get(element)}
